"""What the kinds of picture files need besides a decoder."""
