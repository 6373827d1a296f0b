"""One parser per layout of a list."""
