"""Dates and years as state files write them."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from hotlists.fields.checks import FieldError, parse_year

_LONGEST_YEAR = 8
"""`UNKNOWN` and the like may stand for a year."""

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


def check_year(vyr: str) -> None:
    """Refuse a row whose vehicle year holds something longer, such as a VIN.

    Args:
        vyr: VYR, without outer blanks.

    Raises:
        FieldError: It does: the columns are shifted.
    """
    if len(vyr) > _LONGEST_YEAR:
        raise FieldError("VYR", f"the vehicle year holds '{vyr[:20]}': the columns are shifted")
