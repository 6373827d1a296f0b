"""Arrivals are matched, read again where they are about to alert, and made permanent."""
