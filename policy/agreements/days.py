"""Days as an agreement counts them: by the agency's time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo


def day_begins(day: date, zone: tzinfo | None) -> datetime:
    """Return when a day begins in a time zone, None for the machine's, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def day_ends(day: date, zone: tzinfo | None) -> datetime:
    """Return when a day is over in a time zone, in UTC."""
    return day_begins(day + timedelta(days=1), zone)
