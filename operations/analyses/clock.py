"""The clock on the wall of an agency's place, over the time that a question is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

import numpy as np

from matcher.together.passes import Clock

_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)


def days_between(since: datetime, until: datetime, zone: tzinfo) -> int:
    """Return how many days of the clock there are, begun ones too; 1 at least.

    Args:
        since: The first moment, aware.
        until: The first one after them, aware.
        zone: The place's.
    """
    begin, end = (moment.astimezone(zone).replace(tzinfo=None) for moment in (since, until))
    return max(-(-(end - begin) // _DAY), 1)


def clock_between(since: datetime, until: datetime, zone: tzinfo) -> Clock:
    """Return by how much the place's clock is ahead of UTC from when on.

    Args:
        since: The first moment, aware.
        until: The first one after them, aware.
        zone: The place's.
    """
    # A day more on both sides: what is moved may land beyond the end by an hour.
    moment, end = since.astimezone(UTC) - _DAY, until.astimezone(UTC) + _DAY
    changes, ahead = [moment], [_ahead(moment, zone)]
    while moment < end:
        later = moment + _DAY
        if _ahead(later, zone) != ahead[-1]:
            changes.append(_change(moment, later, zone))
            ahead.append(_ahead(later, zone))
        moment = later
    return Clock(np.array([change.timestamp() for change in changes]), np.array([one.total_seconds() for one in ahead]))


def _ahead(moment: datetime, zone: tzinfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)


def _change(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """Return the first second at which the clock is no more as it was before."""
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        before, after = (middle, after) if _ahead(middle, zone) == _ahead(before, zone) else (before, middle)
    return after.replace(microsecond=0) if after.microsecond < 500_000 else after.replace(microsecond=0) + _SECOND
