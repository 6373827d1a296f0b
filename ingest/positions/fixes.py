"""A fix: where the car was, and how it moved."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from schemas.errors import InvalidInput

MOST_METERS_PER_SECOND = 150.0
"""540 km/h: what claims to be faster is damaged, or no car."""


@dataclass(frozen=True, slots=True)
class Fix:
    """Where the car was at a moment.

    Degrees (WGS 84). `at` is by the clock that dates frames: this machine's when the fix came, or the track's own.
    `speed` is in meters per second, `heading` in degrees clockwise from true north; None where the receiver does not
    say. `receiver_time` is what time the receiver had, where it says.
    """

    at: datetime
    latitude: float
    longitude: float
    speed: float | None = None
    heading: float | None = None
    receiver_time: datetime | None = None


def checked_fix(
    at: datetime,
    latitude: float,
    longitude: float,
    *,
    speed: float | None = None,
    heading: float | None = None,
    receiver_time: datetime | None = None,
) -> Fix:
    """Return a fix, if there can be such a one.

    Args:
        at: See `Fix`.
        latitude: See `Fix`.
        longitude: See `Fix`.
        speed: See `Fix`; one that no car has is left out, since the position may be right.
        heading: See `Fix`, likewise.
        receiver_time: See `Fix`.

    Raises:
        InvalidInput: There is no such place, or it is 0/0, which is what receivers say that know nothing.
    """
    if not (math.isfinite(latitude) and math.isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180):
        raise InvalidInput(f"a position of {latitude:g}, {longitude:g}: there is no such place")
    if abs(latitude) < 1e-6 and abs(longitude) < 1e-6:
        raise InvalidInput("a position of 0, 0: the receiver says that it has a fix, and has none")
    if speed is not None and not 0 <= speed <= MOST_METERS_PER_SECOND:  # also for what is no number
        speed = None
    if heading is not None:
        heading = heading % 360 if 0 <= heading <= 360 else None
    return Fix(at, latitude, longitude, speed, heading, receiver_time)
