"""What is asked of the database about reads that cars sent."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from schemas.types import PlateRead
from storage import statements
from storage.cars.cars import Cars
from storage.database import Database
from storage.sql import load_queries

_SQL = load_queries("cars/cars")


class CarRows:
    """Whose cameras are whose.

    Args:
        database: An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cars = Cars(database)

    def cameras_of(self, car_id: str) -> frozenset[str]:
        """Return a car's cameras; none where there is no such car.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        car = self._cars.get(car_id)
        return frozenset() if car is None else frozenset(car.camera_ids)

    def others(self, reads: Sequence[PlateRead]) -> set[UUID]:
        """Return the ids of those reads that are stored as another camera's.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        values = {"read_ids": [read.read_id for read in reads], "camera_ids": [read.camera_id for read in reads]}
        return set(statements.scalars(self._database, _SQL["others"], values, kind=UUID))
