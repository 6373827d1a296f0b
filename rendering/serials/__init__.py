"""Serials by states' formats, and vanity texts."""
