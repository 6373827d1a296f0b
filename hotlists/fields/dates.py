"""Dates as lists write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import lru_cache

from hotlists.fields.vehicles import parse_year

_DATE_FORMATS = ("%Y%m%d", "%m/%d/%Y", "%m-%d-%Y", "%Y/%m/%d", "%m/%d/%y")
_TIME_FORMATS = ("%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S")

_PARTED = re.compile(r"([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{4}|[0-9]{2})")
_PLAIN = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2})")


def us_date(text: str) -> str:
    """Return a date that is written month, day, year in ISO 8601, what follows it after a blank as it stands.

    Args:
        text: `07/31/2022`, `7/31/22`, `07-31-2022`, `073122`, or one of these with `16:03:04` after a blank. Two-digit
            years up to 40 mean 20xx, others 19xx.

    Returns:
        Like `2022-07-31` or `2022-07-31 16:03:04`; the text itself where it is no such date.
    """
    # Millions of rows share few days, and few times.
    day, blank, time = text.partition(" ")
    return f"{_iso(day)} {time}" if blank else _iso(day)


@lru_cache(maxsize=65_536)
def _iso(text: str) -> str:
    match = _PARTED.fullmatch(text) or _PLAIN.fullmatch(text)
    if match is None:
        return text
    month, day, year = match.groups()
    try:
        return date(parse_year(year) or 0, int(month), int(day)).isoformat()
    except ValueError:
        return text


def parse_moment(text: str) -> datetime | date:
    """Return a date or a time as a list writes it.

    Args:
        text: ISO 8601, `20261231`, or `12/31/2026`. A time without a zone is UTC.

    Returns:
        An aware time in UTC, or a date where no time is given.

    Raises:
        ValueError: It is neither.
    """
    stripped = text.strip()
    for pattern in _DATE_FORMATS:
        try:
            return datetime.strptime(stripped, pattern).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    for pattern in _TIME_FORMATS:
        try:
            return datetime.strptime(stripped, pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
    try:
        return date.fromisoformat(stripped)
    except ValueError:
        moment = datetime.fromisoformat(stripped)
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("the time lies outside the calendar") from error
