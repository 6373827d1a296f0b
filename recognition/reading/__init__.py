"""What stands on a plate, and how far that can be believed."""
