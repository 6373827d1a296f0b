"""Messages that could not be understood."""
