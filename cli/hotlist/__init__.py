"""`platewatch hotlist`: a file per command."""
