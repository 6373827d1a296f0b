"""Hotlists: imported, edited, versioned, fed and followed."""
