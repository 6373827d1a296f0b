"""Where the car was at a moment, told from the fixes around it."""

from __future__ import annotations

import bisect
import dataclasses
import math
import threading
from collections.abc import Iterable
from datetime import datetime, timedelta

from ingest.positions.fixes import MOST_METERS_PER_SECOND, Fix
from schemas.types import Location

JOINED = timedelta(seconds=5)
"""Between two fixes that are no farther apart the car is on the line that joins them: 130 m at 60 mph."""
TOO_EARLY = timedelta(seconds=1.5)
"""A first fix counts for what was captured this long before it: receivers say where they were a moment ago."""
KEPT = timedelta(minutes=5)
"""How long fixes of a receiver are kept: a vehicle is in view for half a minute at most."""
_SET_BACK = timedelta(seconds=2)
_EARTH_METERS = 6_371_000.0
_WAY_METERS = 3.0
"""Two fixes of a car that stands are that far apart."""
_STANDS_BELOW = 1.0
"""Meters per second. What receivers say of the heading of a car that stands is noise."""


class PositionTrack:
    """Fixes in the order of their times. Threads share it.

    Args:
        lost: A moment whose last fix is older than this has no position.
        fixes: What is known at the start, as of a recorded track; kept as long as this object, in any number.
    """

    def __init__(self, lost: timedelta, fixes: Iterable[Fix] = ()) -> None:
        self._lost = lost
        self._lock = threading.Lock()
        self._times: list[datetime] = []
        self._fixes: list[Fix] = []
        for fix in fixes:
            self._append(fix)
        self._is_recorded = bool(self._fixes)

    @property
    def last(self) -> Fix | None:
        """The newest fix."""
        with self._lock:
            return self._fixes[-1] if self._fixes else None

    def add(self, fix: Fix) -> None:
        """Take a receiver's next fix.

        Args:
            fix: It. Where the clock was set back since the last one, those before are by another clock, and go.
        """
        with self._lock:
            if self._times and fix.at < self._times[-1] - _SET_BACK:
                self._times.clear()
                self._fixes.clear()
            self._append(fix)
            if not self._is_recorded and self._times[0] < fix.at - 2 * KEPT:
                gone = bisect.bisect_left(self._times, fix.at - KEPT)
                del self._times[:gone], self._fixes[:gone]

    def at(self, moment: datetime) -> Location | None:
        """Return where the car was.

        Args:
            moment: By the clock of the fixes.

        Returns:
            On the line between two fixes that are near enough in time, else where the last fix before it was; its
            `fix_age` says how old that is. None: nothing is known of that moment.
        """
        with self._lock:
            after = bisect.bisect_left(self._times, moment)
            later = self._fixes[after] if after < len(self._fixes) else None
            earlier = self._fixes[after - 1] if after else None
        if earlier is not None and later is not None and later.at - earlier.at <= JOINED:
            return _between(earlier, later, moment)
        if later is not None and later.at == moment:
            return _location(later, timedelta(0))
        if earlier is not None:
            age = moment - earlier.at
            return _location(earlier, age) if age <= self._lost else None
        return _location(later, later.at - moment) if later is not None and later.at - moment <= TOO_EARLY else None

    def _append(self, fix: Fix) -> None:
        """Put a fix at the end; one that is not later than the last one says nothing new."""
        before = self._fixes[-1] if self._fixes else None
        if before is not None and fix.at <= before.at:
            return
        if before is not None and fix.at - before.at <= JOINED:
            fix = _with_its_way(before, fix)
        if fix.speed is not None and fix.speed < _STANDS_BELOW:
            # A car does not turn where it stands.
            kept = before.heading if before is not None and fix.at - before.at <= self._lost else None
            fix = dataclasses.replace(fix, heading=kept)
        self._times.append(fix.at)
        self._fixes.append(fix)


def _with_its_way(before: Fix, fix: Fix) -> Fix:
    """Return a fix with the speed and the heading of the way to it, where its receiver or its track says none."""
    if fix.speed is not None and fix.heading is not None:
        return fix
    north = math.radians(fix.latitude - before.latitude) * _EARTH_METERS
    east = math.radians(_turn(before.longitude, fix.longitude)) * _EARTH_METERS * math.cos(math.radians(fix.latitude))
    meters = math.hypot(north, east)
    speed = meters / (fix.at - before.at).total_seconds() if fix.speed is None else fix.speed
    heading = fix.heading
    if heading is None and meters >= _WAY_METERS:
        heading = math.degrees(math.atan2(east, north)) % 360
    # What no car does is a jump of the receiver's, and says nothing of a way.
    return dataclasses.replace(fix, speed=speed, heading=heading) if speed <= MOST_METERS_PER_SECOND else fix


def _location(fix: Fix, age: timedelta) -> Location:
    return Location(fix.latitude, fix.longitude, fix.heading, fix_age=age.total_seconds(), speed=fix.speed)


def _between(earlier: Fix, later: Fix, moment: datetime) -> Location:
    since, until = moment - earlier.at, later.at - moment
    share = since / (later.at - earlier.at)
    nearer = earlier if since <= until else later
    return Location(
        earlier.latitude + share * (later.latitude - earlier.latitude),
        (earlier.longitude + share * _turn(earlier.longitude, later.longitude) + 180) % 360 - 180,
        nearer.heading
        if earlier.heading is None or later.heading is None
        else (earlier.heading + share * _turn(earlier.heading, later.heading)) % 360,
        fix_age=min(since, until).total_seconds(),
        speed=nearer.speed
        if earlier.speed is None or later.speed is None
        else earlier.speed + share * (later.speed - earlier.speed),
    )


def _turn(start: float, end: float) -> float:
    """Return the shorter way from one angle to another, -180 to 180 degrees."""
    return (end - start + 180) % 360 - 180
