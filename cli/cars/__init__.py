"""`platewatch cars`."""
