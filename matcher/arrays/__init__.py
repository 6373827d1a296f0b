"""Entries and reads as arrays: packed plates, columns, layers, and an index on disk."""
