"""Hotlists: looked at, and changed."""
