"""Reads: written, searched, gone through for new entries; their pictures."""
