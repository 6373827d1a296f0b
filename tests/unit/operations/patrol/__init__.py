"""The car as its officer meets it."""
