"""How the car is, for its officer's page: how fast it drives, which lists it has, and the pictures of its reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from operations.patrol.sources import Surroundings
from pipeline.patrol.car import Car
from pipeline.patrol.lists.ages import ListAges
from schemas.errors import PlatewatchError
from schemas.types import CarState, ListStanding

SPEED_AGE = timedelta(seconds=5)
"""A fix that is older says nothing about how fast the car drives now."""


def around(car: Car, states: Callable[[], Sequence[CarState]] = tuple) -> Surroundings:
    """Return how a car is, asked whenever the page shows it.

    Args:
        car: What its stages share.
        states: Says what keeps it from reading.
    """

    def speed() -> float | None:
        fix = None if car.whereabouts.track is None else car.whereabouts.track.last
        if fix is None or abs(datetime.now(UTC) - fix.at) > SPEED_AGE:
            return None
        return fix.speed

    ages = None if car.sealed is None else ListAges(car.settings, car.patrol, car.sealed.lists)

    def lists() -> Sequence[ListStanding]:
        if ages is None:
            return ()
        return [ListStanding(one.hotlist_id, one.dated, one.why_red) for one in ages.all().values()]

    def picture(key: str) -> bytes | None:
        try:
            return car.images.load(key)
        except PlatewatchError:
            return None

    return Surroundings(speed, states, lists, picture)
