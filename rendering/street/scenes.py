"""Drives of a patrol car, each with what makes plates hard to follow from a moving camera."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from rendering.plates.standard import random_serial
from rendering.street.cars import Look, Spot
from rendering.street.drive import Carrier, Course, Driven, Way

SceneName = Literal["follow", "oncoming", "curb", "lot", "turn"]

_STATES: Final = ("US-VA", "US-MD", "US-NY", "US-PA", "US-NC", "US-OH")
_BODIES: Final = ("sedan", "suv", "hatchback", "pickup", "van")
_PAINTS: Final = ("B9BDC1", "E6E6E2", "6B7076", "2C5A86", "7E1D22", "232528", "3A5F46", "DADAD5")

# Distances from the lane of the camera's car, in meters to the right.
_PASSING: Final = -3.5
_ONCOMING: Final = -7.0
_PARKED_RIGHT: Final = 3.3
_PARKED_LEFT: Final = -10.2
# The same where there is one lane in each direction.
_ONCOMING_NEAR: Final = -3.6
_PARKED_LEFT_NEAR: Final = -6.9
_CURBS: Final = (-13.6, 8.6)
_SIDES: Final = {"lot": ((_CURBS[0], 15.0), (-1.75,)), "oncoming": ((-10.3, _CURBS[1]), (-1.8,))}
_LOT: Final = 7.6
_ROW: Final = 6.3  # meters from car to car that stand behind one another
_STALL: Final = 2.75  # meters from car to car that stand side by side


@dataclass(frozen=True, slots=True)
class StreetScene:
    """A drive: what carries the camera, who else is there, and how it is filmed.

    Attributes:
        name: what kind of drive it is.
        seed: of everything that is left to chance.
        size: width, height in pixels.
        fps: frames per second.
        seconds: how long it takes.
        focal: of the camera, in widths of the picture.
        shutter: seconds for which it is open.
        carrier: the car that carries it.
        vehicles: all others; a vehicle's number is its place, from 1.
        length: of the street in meters.
        curbs: x of the houses on the left and on the right.
        lines: x of the road's markings.
    """

    name: SceneName
    seed: int
    size: tuple[int, int]
    fps: int
    seconds: float
    focal: float
    shutter: float
    carrier: Carrier
    vehicles: tuple[Driven, ...]
    length: float
    curbs: tuple[float, float]
    lines: tuple[float, ...]

    @property
    def frame_count(self) -> int:
        """Frames in the clip."""
        return round(self.seconds * self.fps)


def street_scene(
    name: SceneName,
    seed: int,
    *,
    size: tuple[int, int] = (1280, 720),
    fps: int = 15,
    seconds: float = 16.0,
    shutter: float = 1 / 800,
) -> StreetScene:
    """Lay a drive out.

    Args:
        name: its kind. *follow*: stop and go behind a vehicle, others pass and come. *oncoming*: fast, the camera looks
            to the left. *curb*: along a row of parked cars, the camera looks to the right. *lot*: past cars side by
            side, looking across. *turn*: around a corner, between parked cars.
        seed: of everything that is left to chance.
        size: width, height in pixels.
        fps: frames per second.
        seconds: how long it takes.
        shutter: seconds for which the camera's shutter is open.
    """
    rng = np.random.default_rng(seed)
    carrier, vehicles, focal = _DRIVES[name](rng, seconds)
    length = 45.0 if name == "turn" else 60.0 + carrier.course.at(seconds)
    curbs, lines = _SIDES.get(name, (_CURBS, (-1.75, -5.25)))
    return StreetScene(name, seed, size, fps, seconds, focal, shutter, carrier, tuple(vehicles), length, curbs, lines)


_Drive = tuple[Carrier, list[Driven], float]


def _follow(rng: np.random.Generator, seconds: float) -> _Drive:
    cruise = rng.uniform(8.0, 11.0)
    stop = rng.uniform(0.3, 0.4) * seconds
    speeds = [(0.0, cruise), (stop - 3.0, cruise), (stop, 0.0), (stop + 2.5, 0.0), (stop + 6.0, cruise)]
    leader = [(0.0, cruise), (stop - 3.4, cruise), (stop - 0.4, 0.0), (stop + 2.0, 0.0), (stop + 5.6, cruise)]
    vehicles = [Driven(_look(rng), Way(), Course(leader, float(rng.uniform(11.0, 13.0))))]
    vehicles += _passing(rng, seconds, cruise)
    vehicles += _coming(rng, seconds, 5.0)
    vehicles += _parked(rng, _PARKED_RIGHT, 0.0, 40.0 + cruise * seconds)
    return _carrier(rng, speeds, 0.0), vehicles, 1.35


def _oncoming(rng: np.random.Generator, seconds: float) -> _Drive:
    cruise = rng.uniform(11.0, 14.0)
    vehicles = _coming(rng, seconds, 2.2, _ONCOMING_NEAR)
    vehicles += _parked(rng, _PARKED_LEFT_NEAR, math.pi, 60.0 + cruise * seconds)
    return _carrier(rng, [(0.0, cruise), (seconds, cruise + 2.0)], -0.24), vehicles, 1.35


def _curb(rng: np.random.Generator, seconds: float) -> _Drive:
    speeds = [(0.0, rng.uniform(6.0, 8.0)), (seconds / 2, rng.uniform(9.0, 12.0)), (seconds, 7.0)]
    vehicles = _parked(rng, _PARKED_RIGHT + 0.4, 0.0, 20.0 + 12.0 * seconds)
    return _carrier(rng, speeds, 0.6), vehicles, 1.0


def _lot(rng: np.random.Generator, seconds: float) -> _Drive:
    speeds = [(0.0, rng.uniform(3.0, 5.0)), (seconds * 0.4, rng.uniform(7.0, 10.0)), (seconds, rng.uniform(4.0, 6.0))]
    vehicles = []
    for place in np.arange(2.0, 10.0 + 9.0 * seconds, _STALL).tolist():
        if rng.random() < 0.85:
            heading = math.pi / 2 if rng.random() < 0.75 else -math.pi / 2
            spot = Spot(_LOT + float(rng.uniform(-0.3, 0.3)), place + float(rng.uniform(-0.2, 0.2)), heading)
            vehicles.append(Driven(_look(rng), spot=spot))
    return _carrier(rng, speeds, 1.1), vehicles, 1.0


def _turn(rng: np.random.Generator, seconds: float) -> _Drive:
    way = Way(0.0, 40.0, 9.0)
    speeds = [(0.0, 10.0), (2.5, 10.0), (4.5, 5.0), (7.5, 5.0), (10.0, 10.0)]
    leader = Driven(_look(rng), way, Course(speeds, 14.0))
    vehicles = [leader, *_parked(rng, _PARKED_RIGHT, 0.0, 34.0), *_parked(rng, _PARKED_LEFT, math.pi, 40.0)]
    for place in np.arange(20.0, 120.0, _ROW).tolist():
        # The row along the cross street faces the camera's car on its left.
        vehicles.append(Driven(_look(rng), spot=Spot(place, 49.0 + 3.4, -math.pi / 2)))
    for place in np.arange(24.0, 120.0, _ROW + 0.7).tolist():
        vehicles.append(Driven(_look(rng), spot=Spot(place, 49.0 - 3.2, math.pi / 2)))
    return _carrier(rng, speeds, float(rng.uniform(0.0, 0.2)), way), vehicles, 1.1


_DRIVES: Final[dict[SceneName, Callable[[np.random.Generator, float], _Drive]]] = {
    "follow": _follow,
    "oncoming": _oncoming,
    "curb": _curb,
    "lot": _lot,
    "turn": _turn,
}


def _carrier(
    rng: np.random.Generator, speeds: list[tuple[float, float]], aside: float, way: Way | None = None
) -> Carrier:
    a, b, c, d = rng.uniform(0, 6.28, 4).tolist()
    return Carrier(way or Way(), Course(speeds), aside, float(rng.uniform(0.7, 1.3)), (a, b, c, d))


def _passing(rng: np.random.Generator, seconds: float, cruise: float) -> list[Driven]:
    """Vehicles that overtake in the lane to the left, each from behind the camera's car."""
    return [
        Driven(
            _look(rng), Way(_PASSING), Course([(0.0, cruise + 5.0)], -float((cruise + 5.0) * start) + cruise * start)
        )
        for start in np.arange(1.0, seconds, 5.5).tolist()
    ]


def _coming(rng: np.random.Generator, seconds: float, every: float, x: float = _ONCOMING) -> list[Driven]:
    """Vehicles that come towards the camera's car."""
    vehicles = []
    for start in np.arange(0.5, 2.5 * seconds, every).tolist():
        speed = float(rng.uniform(11.0, 14.0))
        vehicles.append(Driven(_look(rng), Way(x), Course([(0.0, speed)], -30.0 - speed * start), oncoming=True))
    return vehicles


def _parked(rng: np.random.Generator, x: float, heading: float, until: float) -> list[Driven]:
    """A row of cars behind one another, with a gap here and there."""
    return [
        Driven(_look(rng), spot=Spot(x + float(rng.uniform(-0.15, 0.15)), place + float(rng.uniform(0, 0.8)), heading))
        for place in np.arange(8.0, until, _ROW + 0.8).tolist()
        if rng.random() < 0.85
    ]


def _look(rng: np.random.Generator) -> Look:
    state = _STATES[int(rng.integers(len(_STATES)))]
    body, paint = _BODIES[int(rng.integers(len(_BODIES)))], _PAINTS[int(rng.integers(len(_PAINTS)))]
    return Look(random_serial(state, rng), state, body, paint)
