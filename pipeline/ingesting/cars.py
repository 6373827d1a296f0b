"""What the ingest server needs to know of patrol cars, from the database; and what else cars ask of it, by name."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass

from ingest.server.cars import CarAccess, CarRoute
from ingest.server.known_cars import KnownCar
from pipeline.ingesting.car_lists import NAME as LISTS
from pipeline.ingesting.car_lists import lists_route
from pipeline.ingesting.car_officers import officer_routes
from schemas.errors import TransientError
from schemas.settings import Settings
from storage.cars.cars import Cars
from storage.database import Database
from storage.reads.images import ImageStore

log = logging.getLogger(__name__)

LOOK_SECONDS = 10.0
"""How often it is asked whether there are cars: a run that has some serves itself."""


def car_routes(settings: Settings, database: Database) -> Mapping[str, CarRoute]:
    """Return what cars send and fetch beside reads and pictures, by the route's name.

    Args:
        settings: The configuration.
        database: An open database.
    """
    return {LISTS: lists_route(settings, database), **officer_routes(settings, database)}


@dataclass(slots=True)
class CarsOfRun:
    """The cars, for the server of a run.

    Args:
        access: What the server is given.
        cars: The stored ones.
    """

    access: CarAccess
    cars: Cars
    _are_any: bool = False
    _look_at: float = float("-inf")

    def are_any(self) -> bool:
        """Return whether there are cars, as was known some seconds ago."""
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + LOOK_SECONDS
            try:
                self._are_any = self.cars.are_any()
            except TransientError as error:
                log.debug("whether there are cars is asked later: %s", error)
        return self._are_any


def cars_of_run(settings: Settings, database: Database) -> CarsOfRun:
    """Return the cars as the server of a run asks for them.

    Args:
        settings: The configuration.
        database: An open database.
    """
    cars = Cars(database)

    def find(car_id: str) -> KnownCar | None:
        car = cars.get(car_id)
        if car is None:
            return None
        digest = bytes(car.token_sha256).hex()
        return KnownCar(car.car_id, frozenset(car.camera_ids), digest, car.revoked_at is not None)

    return CarsOfRun(
        CarAccess(find, cars.seen, settings.agency_id, ImageStore(settings), car_routes(settings, database)), cars
    )
