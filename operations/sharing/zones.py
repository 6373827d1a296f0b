"""The time zone by which an agreement's days begin and end."""

from __future__ import annotations

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from schemas.settings import Settings


def agency_zone(settings: Settings) -> tzinfo | None:
    """Return the agency's time zone, or None for the machine's."""
    return None if settings.time_zone is None else ZoneInfo(settings.time_zone)


def zone_name(settings: Settings) -> str:
    """Return the agency's time zone as PostgreSQL takes it; the machine's as what it is from UTC now."""
    if settings.time_zone is not None:
        return settings.time_zone
    offset = datetime.now().astimezone().strftime("%z")
    # As POSIX writes it: what has to be added to come to UTC.
    return f"<{offset}>{'-' if offset[0] == '+' else '+'}{offset[1:3]}:{offset[3:5]}"
