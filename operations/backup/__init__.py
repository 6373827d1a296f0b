"""Making a backup, looking whether it is whole, and bringing it back with what has ended meanwhile."""
