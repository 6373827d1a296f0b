"""The route by which patrol cars fetch their lists."""

from __future__ import annotations

from ingest.server.cars import CarReply, CarRequest, CarRoute
from operations.cars.lists import CarListFeed
from schemas.settings import Settings
from storage.database import Database

NAME = "lists"


def lists_route(settings: Settings, database: Database) -> CarRoute:
    """Return what answers `GET /ingest/cars/CAR/lists`.

    Args:
        settings: The configuration.
        database: An open database.

    Raises:
        ConfigurationError: The law's profile cannot be used.
    """
    feed = CarListFeed(settings, database)

    def handle(asked: CarRequest) -> CarReply:
        body = feed.answer(asked.car.car_id, asked.query)
        return CarReply(body=body, headers={"content-type": "application/octet-stream"})

    return CarRoute(handle, frozenset({"GET"}))
