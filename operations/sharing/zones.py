"""The time zone by which an agreement's days begin and end."""

from __future__ import annotations

from datetime import tzinfo
from zoneinfo import ZoneInfo

from schemas.settings import Settings


def agency_zone(settings: Settings) -> tzinfo | None:
    """Return the agency's time zone, or None for the machine's."""
    return None if settings.time_zone is None else ZoneInfo(settings.time_zone)
