"""Hotlists are fetched on their schedules, and their ages are watched."""
