"""Pages about many reads: questions about many vehicles, reads that are kept for a case, corrections."""

from console.studies import analyses, asking, corrections, preservations

ROUTERS = (analyses.router, asking.router, preservations.router, corrections.router)
"""Routers of this room."""
