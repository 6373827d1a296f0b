"""Who else is on a street: vehicles that drive, come and stand, and what they look like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from rendering.plates.designs import JURISDICTIONS
from rendering.plates.standard import random_serial
from rendering.scene.vehicles import PLATE_METERS
from rendering.street.cars import Look, Spot
from rendering.street.drive import Carrier, Course, Driven, Way

# Distances from the lane of the camera's car, in meters to the right.
PASSING: Final = -3.5
ONCOMING: Final = -7.0
PARKED_RIGHT: Final = 3.3
PARKED_LEFT: Final = -10.2
# The same where there is one lane in each direction.
ONCOMING_NEAR: Final = -3.6
PARKED_LEFT_NEAR: Final = -6.9
ROW: Final = 6.3
"""Meters from car to car that stand behind one another."""

_STATES: Final = ("US-VA", "US-MD", "US-NY", "US-PA", "US-NC", "US-OH")
_BODIES: Final = ("sedan", "suv", "hatchback", "pickup", "van")
_PAINTS: Final = ("B9BDC1", "E6E6E2", "6B7076", "2C5A86", "7E1D22", "232528", "3A5F46", "DADAD5")


class Chance(np.random.Generator):
    """What is left to chance, and how much that is.

    Args:
        seed: of all of it.
        varied: Plates are of every state, of all sizes and at all heights, and roads are bad; else usual ones.
    """

    def __init__(self, seed: int | Sequence[int], *, varied: bool = False) -> None:
        super().__init__(np.random.PCG64(seed))
        self.varied = varied


def carrier(rng: Chance, speeds: Sequence[tuple[float, float]], aside: float, way: Way | None = None) -> Carrier:
    """Return the car with the camera.

    Args:
        rng: source of chance.
        speeds: of it, see `Course`.
        aside: radians to the right that the camera looks.
        way: its lane.
    """
    a, b, c, d = rng.uniform(0, 6.28, 4).tolist()
    shake = float(rng.uniform(0.7, 1.3))
    if rng.varied:
        shake *= float(rng.choice((0.6, 1.0, 2.0, 4.0)))
    return Carrier(way or Way(), Course(speeds), aside, shake, (a, b, c, d))


def passing(rng: Chance, seconds: float, cruise: float) -> list[Driven]:
    """Vehicles that overtake in the lane to the left, each from behind the camera's car."""
    return [
        Driven(look(rng), Way(PASSING), Course([(0.0, cruise + 5.0)], -float((cruise + 5.0) * start) + cruise * start))
        for start in np.arange(1.0, seconds, 5.5).tolist()
    ]


def coming(
    rng: Chance, seconds: float, every: float, x: float = ONCOMING, fast: tuple[float, float] = (11.0, 14.0)
) -> list[Driven]:
    """Vehicles that come towards the camera's car.

    Args:
        rng: source of chance.
        seconds: of the clip.
        every: seconds from one to the next.
        x: of their lane.
        fast: least and most meters a second.
    """
    vehicles = []
    for start in np.arange(0.5, 2.5 * seconds, every).tolist():
        speed = float(rng.uniform(*fast))
        vehicles.append(Driven(look(rng), Way(x), Course([(0.0, speed)], -30.0 - speed * start), oncoming=True))
    return vehicles


def parked(rng: Chance, x: float, heading: float, until: float) -> list[Driven]:
    """A row of cars behind one another, with a gap here and there."""
    return [
        Driven(look(rng), spot=Spot(x + float(rng.uniform(-0.15, 0.15)), place + float(rng.uniform(0, 0.8)), heading))
        for place in np.arange(8.0, until, ROW + 0.8).tolist()
        if rng.random() < 0.85
    ]


def look(rng: Chance, serial: str | None = None) -> Look:
    """Draw what a vehicle looks like.

    Args:
        rng: source of chance.
        serial: its plate's text; None: one of its state's formats.
    """
    states = JURISDICTIONS if rng.varied else _STATES
    state = states[int(rng.integers(len(states)))]
    body, paint = _BODIES[int(rng.integers(len(_BODIES)))], _PAINTS[int(rng.integers(len(_PAINTS)))]
    text = serial or random_serial(state, rng)
    if not rng.varied:
        return Look(text, state, body, paint)
    meters, lift = float(rng.uniform(0.34, 0.52)), float(rng.uniform(-0.12, 0.2))
    return Look(text, state, body, paint, meters, lift)


__all__ = [
    "ONCOMING", "ONCOMING_NEAR", "PARKED_LEFT", "PARKED_LEFT_NEAR", "PARKED_RIGHT", "PASSING", "PLATE_METERS", "ROW",
    "Chance", "carrier", "coming", "look", "parked", "passing",
]  # fmt: skip
