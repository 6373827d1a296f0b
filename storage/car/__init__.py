"""What a patrol car keeps: a file on its own disk, since it has no database server."""
