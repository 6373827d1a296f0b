"""What is kept of every camera: when something came last, when it was read last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from schemas.health import CameraHealth
from storage import statements
from storage.database import Database
from storage.sql import load_queries

_SQL = load_queries("cameras/states")


class CameraStates:
    """The cameras of every machine that records into a database.

    Args:
        database: An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self) -> list[tuple[str, CameraHealth]]:
        """Return the cameras that were ever watched, each with the machine that did so last.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        return [
            (
                machine,
                CameraHealth(camera_id=camera_id, known_since=known_since, last_picture_at=picture, last_read_at=read),
            )
            for machine, camera_id, known_since, picture, read in statements.all(self._database, _SQL["load"])
        ]

    def save(self, machine: str, cameras: Sequence[CameraHealth]) -> None:
        """Keep when something came from cameras last; what is stored and later stays.

        Args:
            machine: Whose run watches them.
            cameras: The cameras.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        values = {
            "machine": machine,
            "camera_ids": [camera.camera_id for camera in cameras],
            "known_since": [camera.known_since for camera in cameras],
            "last_picture_at": [camera.last_picture_at for camera in cameras],
            "last_read_at": [camera.last_read_at for camera in cameras],
        }
        statements.execute(self._database, _SQL["save"], values)

    def quarantined(self) -> dict[str, int]:
        """Return how many items of each camera could not be used.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        return {camera_id: int(count) for camera_id, count in statements.all(self._database, _SQL["quarantined"])}


class CameraHours:
    """How many reads of every camera came in every hour.

    Args:
        database: An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, counts: Mapping[tuple[str, datetime], int]) -> None:
        """Add reads to those of their hours.

        Args:
            counts: By camera and the hour's begin, aware.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        if not counts:
            return
        # In one order, so that two machines never wait for one another.
        rows = sorted(counts.items())
        values = {
            "camera_ids": [camera_id for (camera_id, _), _ in rows],
            "hours": [hour for (_, hour), _ in rows],
            "reads": [reads for _, reads in rows],
        }
        statements.execute(self._database, _SQL["add_hours"], values)

    def between(self, since: datetime, until: datetime) -> dict[str, dict[datetime, int]]:
        """Return the hours that began between two moments, by camera and begin.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        values = {"since": since, "until": until}
        return _by_camera(statements.all(self._database, _SQL["hours_between"], values))

    def since(self, moment: datetime) -> dict[str, dict[datetime, int]]:
        """Return the hours since a moment, by camera and begin, and forget those before it.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        statements.execute(self._database, _SQL["end_hours"], {"since": moment})
        return _by_camera(statements.all(self._database, _SQL["hours"], {"since": moment}))


def _by_camera(rows: Sequence[tuple[Any, ...]]) -> dict[str, dict[datetime, int]]:
    found: dict[str, dict[datetime, int]] = {}
    for camera_id, hour, reads in rows:
        found.setdefault(camera_id, {})[hour] = int(reads)
    return found
