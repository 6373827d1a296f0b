"""Times as a form's fields have them: by the agency's clock, without a zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from schemas.errors import InvalidInput

EARLIEST, LATEST = 1970, 9000


def moment_of(text: str, what: str) -> datetime | None:
    """Return the time that somebody chose or wrote, aware; None: the field is empty.

    Args:
        text: Like 2026-01-31T06:00, or a day, which begins at midnight.
        what: What the field is called.

    Raises:
        InvalidInput: It is none.
    """
    if not text.strip():
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
        if EARLIEST <= moment.year < LATEST:
            return moment.astimezone()
    except (ValueError, OverflowError, OSError):
        pass
    raise InvalidInput(f"{what}: '{text[:40]}' is no time, expected it like 2026-01-31T06:00")


def field_of(moment: datetime | None) -> str:
    """Return a time as a form's field takes it."""
    return "" if moment is None else moment.astimezone().strftime("%Y-%m-%dT%H:%M")


def days_back(until: datetime, days: int) -> datetime:
    """Return the midnight of the agency's clock some days before a time."""
    day = (until.astimezone() - timedelta(days=days)).date()
    return datetime(day.year, day.month, day.day).astimezone()


def day_of(text: str, what: str) -> date | None:
    """Return the day that somebody chose or wrote; None: the field is empty.

    Args:
        text: Like 2026-01-31.
        what: What the field is called.

    Raises:
        InvalidInput: It is none.
    """
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        day = None
    # What no clock can be asked about is no day of a report either.
    if day is None or not EARLIEST <= day.year < LATEST:
        raise InvalidInput(f"{what}: '{text[:40]}' is no day, expected it like 2026-01-31")
    return day
