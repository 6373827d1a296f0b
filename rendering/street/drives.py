"""Drives of a patrol car through a street: behind, towards and along other vehicles."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from rendering.street.cars import Spot
from rendering.street.drive import Carrier, Course, Driven, Way
from rendering.street.traffic import (
    ONCOMING_NEAR,
    PARKED_LEFT,
    PARKED_LEFT_NEAR,
    PARKED_RIGHT,
    ROW,
    Chance,
    carrier,
    coming,
    look,
    parked,
    passing,
)

LOT: Final = 7.6
"""Meters to the right at which cars stand side by side."""

_STALL: Final = 2.75  # meters from car to car that stand side by side

Drive = tuple[Carrier, list[Driven], float]
"""The car with the camera, all other vehicles, and the camera's focal length in widths of the picture."""


def follow(rng: Chance, seconds: float) -> Drive:
    """Stop and go behind a vehicle; others pass and come."""
    cruise = rng.uniform(8.0, 11.0)
    stop = max(rng.uniform(0.3, 0.4) * seconds, 3.5)
    speeds = [(0.0, cruise), (stop - 3.0, cruise), (stop, 0.0), (stop + 2.5, 0.0), (stop + 6.0, cruise)]
    leader = [(0.0, cruise), (stop - 3.4, cruise), (stop - 0.4, 0.0), (stop + 2.0, 0.0), (stop + 5.6, cruise)]
    vehicles = [Driven(look(rng), Way(), Course(leader, float(rng.uniform(11.0, 13.0))))]
    vehicles += passing(rng, seconds, cruise)
    vehicles += coming(rng, seconds, 5.0)
    vehicles += parked(rng, PARKED_RIGHT, 0.0, 40.0 + cruise * seconds)
    return carrier(rng, speeds, 0.0), vehicles, 1.35


def oncoming(rng: Chance, seconds: float) -> Drive:
    """Fast; others come, and the camera looks to the left."""
    cruise = rng.uniform(11.0, 14.0)
    vehicles = coming(rng, seconds, 2.2, ONCOMING_NEAR)
    vehicles += parked(rng, PARKED_LEFT_NEAR, math.pi, 60.0 + cruise * seconds)
    return carrier(rng, [(0.0, cruise), (seconds, cruise + 2.0)], -0.24), vehicles, 1.35


def curb(rng: Chance, seconds: float) -> Drive:
    """Along a row of parked cars, looking to the right."""
    speeds = [(0.0, rng.uniform(6.0, 8.0)), (seconds / 2, rng.uniform(9.0, 12.0)), (seconds, 7.0)]
    vehicles = parked(rng, PARKED_RIGHT + 0.4, 0.0, 20.0 + 12.0 * seconds)
    return carrier(rng, speeds, 0.6), vehicles, 1.0


def lot(rng: Chance, seconds: float) -> Drive:
    """Past cars side by side, looking across."""
    speeds = [(0.0, rng.uniform(3.0, 5.0)), (seconds * 0.4, rng.uniform(7.0, 10.0)), (seconds, rng.uniform(4.0, 6.0))]
    vehicles = []
    for place in np.arange(2.0, 10.0 + 9.0 * seconds, _STALL).tolist():
        if rng.random() < 0.85:
            heading = math.pi / 2 if rng.random() < 0.75 else -math.pi / 2
            spot = Spot(LOT + float(rng.uniform(-0.3, 0.3)), place + float(rng.uniform(-0.2, 0.2)), heading)
            vehicles.append(Driven(look(rng), spot=spot))
    return carrier(rng, speeds, 1.1), vehicles, 1.0


def turn(rng: Chance, seconds: float) -> Drive:
    """Around a corner, between parked cars."""
    way = Way(0.0, 40.0, 9.0)
    speeds = [(0.0, 10.0), (2.5, 10.0), (4.5, 5.0), (7.5, 5.0), (10.0, 10.0)]
    leader = Driven(look(rng), way, Course(speeds, 14.0))
    vehicles = [leader, *parked(rng, PARKED_RIGHT, 0.0, 34.0), *parked(rng, PARKED_LEFT, math.pi, 40.0)]
    for place in np.arange(20.0, 120.0, ROW).tolist():
        # The row along the cross street faces the camera's car on its left.
        vehicles.append(Driven(look(rng), spot=Spot(place, 49.0 + 3.4, -math.pi / 2)))
    for place in np.arange(24.0, 120.0, ROW + 0.7).tolist():
        vehicles.append(Driven(look(rng), spot=Spot(place, 49.0 - 3.2, math.pi / 2)))
    return carrier(rng, speeds, float(rng.uniform(0.0, 0.2)), way), vehicles, 1.1
