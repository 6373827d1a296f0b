"""`platewatch health`."""
