"""Where a moving camera is."""
