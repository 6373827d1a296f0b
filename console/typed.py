"""What is typed into forms, as the operations take it: times by the agency's clock, days, numbers and states."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from schemas.errors import InvalidInput
from schemas.jurisdictions import parse_jurisdiction

EARLIEST: Final = 1970
LATEST: Final = 9000
"""The years that clocks can be asked about, whatever the zone."""
LARGEST: Final = 2**63 - 1
_DAY: Final = len("2026-01-31")


def moment_of(text: str, what: str, zone: tzinfo | None, *, later: bool = False) -> datetime | None:
    """Return the time that somebody chose or wrote, in UTC; None: the field is empty.

    Args:
        text: Like 2026-01-31T06:00, or a day, which begins at midnight.
        what: What the field is called; empty where the fault stands beside it.
        zone: The agency's zone, where the text has none; None: the machine's.
        later: Of an hour that the clock shows twice, the second one is meant.

    Raises:
        InvalidInput: It is none.
    """
    if not text.strip():
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
        if not EARLIEST <= moment.year < LATEST:
            raise ValueError
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone, fold=int(later))
        return moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise InvalidInput(f"{_named(what)}'{text[:40]}' is no time, expected it like 2026-01-31T06:00") from None


def end_of(text: str, what: str, zone: tzinfo | None) -> datetime | None:
    """Return until when is meant: a day counts as a whole, a time as it is.

    Raises:
        InvalidInput: See `moment_of`.
    """
    found = moment_of(text, what, zone, later=True)
    if found is None or len(text.strip()) > _DAY:
        return found
    # Not a day's hours: a day on which the clock changes has others.
    following = found.astimezone(zone).date() + timedelta(days=1)
    return moment_of(following.isoformat(), what, zone)


def field_of(moment: datetime | None, zone: tzinfo | None) -> str:
    """Return a time as a form's field takes it."""
    return "" if moment is None else moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def days_back(until: datetime, days: int, zone: tzinfo | None) -> datetime:
    """Return the midnight of the agency's clock some days before a time."""
    day = (until.astimezone(zone) - timedelta(days=days)).date()
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(zone)


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
        raise InvalidInput(f"{_named(what)}'{text[:40]}' is no day, expected it like 2026-01-31")
    return day


def number_of(text: str, what: str, least: int = 0, most: int = 999_999) -> int | None:
    """Return a whole number; None: the field is empty.

    Args:
        text: Its digits.
        what: What the field is called.
        least: The smallest that it may be.
        most: The largest.

    Raises:
        InvalidInput: It is none, or another one.
    """
    digits = text.strip()
    if not digits:
        return None
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= len(str(most))
    if not is_number or not least <= int(digits) <= most:
        raise InvalidInput(f"{_named(what)}'{text[:40]}' is no whole number from {least} to {most}")
    return int(digits)


def decimal_of(text: str, what: str) -> float | None:
    """Return a number that may have a fraction, after a point or a comma; None: the field is empty.

    Raises:
        InvalidInput: It is none.
    """
    if not text.strip():
        return None
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise InvalidInput(f"{_named(what)}'{text[:40]}' is no number, expected one like 36.8354") from None


def jurisdiction_of(text: str) -> str | None:
    """Return a state or province as lists have it, like US-VA; None: the field is empty.

    Raises:
        InvalidInput: It is none.
    """
    if not text.strip():
        return None
    found = parse_jurisdiction(text.strip())
    if found is None:
        raise InvalidInput(f"'{text[:40]}' is no state; write it like VA or US-VA")
    return found


def _named(what: str) -> str:
    return f"{what}: " if what else ""
