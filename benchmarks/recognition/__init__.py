"""How well plates are found and read."""
