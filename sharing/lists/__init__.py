"""Hotlists that agreements share: what goes out of them, in parts, and what is taken in."""
