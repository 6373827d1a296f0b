"""Hours of an agency's day, over midnight and over the changes of daylight saving time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

_PRECISION: Final = timedelta(milliseconds=1)
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Hours:
    """From one time of day until another, on the days on which it begins; until the next day where that is not later.

    Where clocks are put forward and a time does not exist, hours that begin then begin with the change, and an end is
    as long after the day's beginning as on any other day: 02:30 is 03:30 then. Where they are put back and a time
    comes twice, the first one is meant.
    """

    begins: time
    ends: time
    days: tuple[str, ...] = DAYS

    def end_after(self, moment: datetime, zone: tzinfo) -> datetime | None:
        """Return when the hours end in which a moment lies, in UTC; None where it lies in none.

        Args:
            moment: Aware.
            zone: The agency's time zone.
        """
        ends = [end for begin, end in self._around(moment, zone) if begin <= moment < end]
        return max(ends, default=None)

    def contains(self, moment: datetime, zone: tzinfo) -> bool:
        """Return whether a moment (aware) lies in the hours."""
        return self.end_after(moment, zone) is not None

    def _around(self, moment: datetime, zone: tzinfo) -> Iterator[tuple[datetime, datetime]]:
        today = moment.astimezone(zone).date()
        for day in (today - timedelta(days=1), today):
            if DAYS[day.weekday()] in self.days:
                last = day if self.ends > self.begins else day + timedelta(days=1)
                yield begin_of(day, self.begins, zone), _instant(last, self.ends, zone)


def _instant(day: date, at: time, zone: tzinfo) -> datetime:
    # fold=0: the first of two, and of a time that does not exist the one with the offset before the change.
    return datetime.combine(day, at, zone).replace(fold=0).astimezone(UTC)


def begin_of(day: date, at: time, zone: tzinfo) -> datetime:
    """Return when hours begin, in UTC: of a time that does not exist with the change of the clocks.

    Args:
        day: The day on which they begin.
        at: The time of day.
        zone: The agency's time zone.
    """
    found = _instant(day, at, zone)
    if found.astimezone(zone).replace(tzinfo=None) == datetime.combine(day, at):
        return found
    # The change lies between the two readings of that time.
    before = datetime.combine(day, at, zone).replace(fold=1).astimezone(UTC)
    offset = before.astimezone(zone).utcoffset()
    while found - before > _PRECISION:
        middle = before + (found - before) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            found = middle
    return found.replace(microsecond=0)
