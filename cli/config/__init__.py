"""`platewatch config`."""
