"""How the camera's car and the other vehicles of a street move."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rendering.street.cars import Look, Spot
from rendering.street.view import Floats, Pose

_STEP = 1 / 120  # seconds
_NOWHERE = Spot(0.0, 0.0, 0.0)


class Course:
    """How far something has come, from how fast it is at some moments; in between its speed changes evenly.

    Args:
        speeds: (second, meters a second), in order of time.
        start: meters at second 0.
    """

    def __init__(self, speeds: Sequence[tuple[float, float]], start: float = 0.0) -> None:
        moments, values = zip(*speeds, strict=True)
        self._seconds: Floats = np.arange(-2.0, moments[-1] + 60.0, _STEP)
        speed = np.interp(self._seconds, moments, values)
        gone = np.concatenate([[0.0], np.cumsum((speed[1:] + speed[:-1]) / 2 * _STEP)])
        self._gone: Floats = gone - np.interp(0.0, self._seconds, gone) + start

    def at(self, second: float) -> float:
        """Return how far it is at a moment, in meters."""
        return float(np.interp(second, self._seconds, self._gone))


@dataclass(frozen=True, slots=True)
class Way:
    """The line of a lane: ahead at some x, and where there is a corner, around it.

    Attributes:
        x: of the lane, in meters.
        corner: meters ahead at which it turns; None: it does not.
        radius: of the turn.
        turn: radians by which it turns, to the right; less than 0: to the left.
    """

    x: float = 0.0
    corner: float | None = None
    radius: float = 9.0
    turn: float = math.pi / 2

    def at(self, gone: float) -> Spot:
        """Return the place so many meters along it, and the way's heading there."""
        if self.corner is None or gone <= self.corner:
            return Spot(self.x, gone, 0.0)
        side = math.copysign(1.0, self.turn)
        angle = min((gone - self.corner) / self.radius, abs(self.turn))
        beyond = max(gone - self.corner - self.radius * abs(self.turn), 0.0)
        return Spot(
            self.x + side * (self.radius * (1 - math.cos(angle)) + math.sin(angle) * beyond),
            self.corner + self.radius * math.sin(angle) + math.cos(angle) * beyond,
            side * angle,
        )


@dataclass(frozen=True, slots=True)
class Across:
    """The line of a lane that crosses the street, to the right.

    Attributes:
        z: of the lane, in meters ahead.
    """

    z: float

    def at(self, gone: float) -> Spot:
        """Return the place so many meters to the right of the camera's lane."""
        return Spot(gone, self.z, math.pi / 2)


@dataclass(frozen=True, slots=True)
class Driven:
    """A vehicle of the street.

    Attributes:
        look: what it looks like.
        way: the lane that it drives on.
        course: how far it has come on it; None: it is parked at `spot`.
        spot: where it is parked.
        oncoming: it drives the way backwards.
        aside: (second, meters) to the right of its way at some moments, in order of time; in between evenly.
    """

    look: Look
    way: Way | Across = Way()
    course: Course | None = None
    spot: Spot = _NOWHERE
    oncoming: bool = False
    aside: tuple[tuple[float, float], ...] = ()

    def at(self, second: float) -> Spot:
        """Return where it is at a moment of the clip."""
        if self.course is None:
            return self.spot
        gone = self.course.at(second)
        spot = self.way.at(-gone if self.oncoming else gone)
        if self.aside:
            moments, meters = zip(*self.aside, strict=True)
            spot = Spot(spot.x + float(np.interp(second, moments, meters)), spot.z, spot.heading)
        return Spot(spot.x, spot.z, spot.heading + math.pi) if self.oncoming else spot


@dataclass(frozen=True, slots=True)
class Carrier:
    """The car that carries the camera.

    Attributes:
        way: its lane.
        course: how far it has come.
        aside: radians to the right that the camera looks from where the car heads.
        shake: how much the camera shakes, 1 for a usual road.
        phases: of the shaking (4,).
    """

    way: Way
    course: Course
    aside: float
    shake: float
    phases: tuple[float, float, float, float]

    def pose(self, second: float) -> Pose:
        """Return where the camera is and looks at a moment."""
        gone = self.course.at(second)
        spot = self.way.at(gone)
        # What shakes a standing car is its engine.
        moved = min(gone - self.course.at(second - 0.1), 1.0)
        a, b, c, d = self.phases
        strength = self.shake * (0.15 + moved)
        yaw = 0.0012 * math.sin(11 * second + a) + 0.0007 * math.sin(27 * second + b)
        pitch = 0.0016 * math.sin(9 * second + c) + 0.0011 * math.sin(31 * second + d)
        return Pose(
            spot.x + 0.04 * math.sin(0.7 * second + a),
            spot.z,
            spot.heading + self.aside + strength * yaw,
            strength * pitch,
            1.35 + 0.012 * strength * math.sin(13 * second + b),
        )
