"""What live cameras showed last: one small picture of each."""

from __future__ import annotations

from datetime import datetime

from storage import statements
from storage.database import Database
from storage.sql import load_queries
from storage.values import storable

_SQL = load_queries("cameras/pictures")
MOST_BYTES = 65_536


def save_picture(database: Database, camera_id: str, taken_at: datetime, picture: bytes) -> None:
    """Keep what a camera showed, in place of what it showed before.

    Args:
        database: An open database.
        camera_id: The camera.
        taken_at: When, aware.
        picture: A JPEG of at most `MOST_BYTES`.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    values = {"camera_id": storable(camera_id), "taken_at": taken_at, "picture": picture}
    statements.execute(database, _SQL["save"], values)


def picture_of(database: Database, camera_id: str) -> bytes | None:
    """Return what a camera showed last.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    return statements.scalar(database, _SQL["get"], {"camera_id": storable(camera_id)}, kind=bytes)


def pictures_taken_at(database: Database) -> dict[str, datetime]:
    """Return when the picture of each camera was taken.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    return dict(statements.all(database, _SQL["taken_at"]))
