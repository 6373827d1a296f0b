"""Reads between machines: as messages of a topic, and from it."""
