"""The pages of reports, as the application takes them."""

from __future__ import annotations

from console.reports import public, report, stops

REPORTS = (stops.router, report.router, public.router)
"""Stops first: no report is named that."""
