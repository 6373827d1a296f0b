"""Hours of the day by the agency's clock, as times of each day; right over the change of the clocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from schemas.errors import InvalidInput

_HOURS: Final = re.compile(r"\s*(\d{1,2})(?::(\d{2}))?\s*-\s*(\d{1,2})(?::(\d{2}))?\s*")
_HOUR: Final = timedelta(hours=1)
_SECOND: Final = timedelta(seconds=1)
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of the day, from `begin` until before `end`; over midnight where `end` is no later."""

    begin: time
    end: time

    def __str__(self) -> str:
        return f"{self.begin:%H:%M}-{self.end:%H:%M}"


def parse_hours(text: str) -> Hours:
    """Return hours as a person writes them: `22:00-04:00`, `7-9`.

    Raises:
        InvalidInput: They are none.
    """
    found = _HOURS.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        first, first_minutes, last, last_minutes = (int(part or 0) for part in found.groups())
        # 24:00 is the midnight that ends the day.
        return Hours(time(first, first_minutes), time(0 if (last, last_minutes) == (24, 0) else last, last_minutes))
    except ValueError as error:
        raise InvalidInput(f"{text[:40]!r} are no hours of the day; write them like 22:00-04:00 or 7-9") from error


def spans(hours: Hours, since: datetime, until: datetime, zone: tzinfo | None) -> list[Span]:
    """Return the times between two at which the clock shows these hours, the oldest first.

    An hour that the clock shows twice counts both times, and one that it leaves out not at all.

    Args:
        hours: The hours.
        since: Aware.
        until: Aware, exclusive.
        zone: The agency's zone; None: the machine's.
    """
    found: list[Span] = []
    for begin, end, offset in _stretches(since.astimezone(UTC), until.astimezone(UTC), zone):
        day = (begin + offset).date() - timedelta(days=1)
        while day <= (end + offset).date():
            first = _at(day, hours.begin) - offset
            last = _at(day if hours.end > hours.begin else day + timedelta(days=1), hours.end) - offset
            first, last = max(first, begin), min(last, end)
            if first < last:
                _add(found, first, last)
            day += timedelta(days=1)
    return found


def _add(found: list[Span], first: datetime, last: datetime) -> None:
    if found and found[-1][1] >= first:
        found[-1] = found[-1][0], last
    else:
        found.append((first, last))


def _at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, UTC)


def _stretches(begin: datetime, end: datetime, zone: tzinfo | None) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """Yield the times between two in which the clock is as far from UTC, with how far that is."""
    while begin < end:
        offset, at = _offset(begin, zone), begin
        while at < end and _offset(min(at + _HOUR, end), zone) == offset:
            at += _HOUR
        if at >= end:
            yield begin, end, offset
            return
        # It changes within this hour: in all zones at a whole second.
        low, high = 0, 3600
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if _offset(at + middle * _SECOND, zone) == offset else (low, middle)
        change = min((at + high * _SECOND).replace(microsecond=0), end)
        yield begin, change, offset
        begin = change


def _offset(moment: datetime, zone: tzinfo | None) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)
