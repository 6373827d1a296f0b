"""Agreements, and what was given under them."""
