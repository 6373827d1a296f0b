"""Entries that are new, matched with the reads of the last days."""
