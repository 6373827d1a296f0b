"""The cars that may send home what they read, each with its cameras and what is kept of its token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg.rows import class_row

from schemas.audit import AuditRecord
from storage import statements
from storage.audit.writer import write_audit
from storage.database import Database
from storage.sql import load_queries
from storage.values import jsonb, storable

_SQL = load_queries("cars/cars")


@dataclass(frozen=True, slots=True)
class Car:
    """A car. `camera_ids` are the cameras that are its own, `token_sha256` is the digest of its token, 32 bytes.

    `last_seen_at` is when it last sent something, to half a minute. `lists` is what it has of the hotlists, as it said
    last, and `lists_as_of` how current that is; None: it never said so.
    """

    car_id: str
    name: str
    camera_ids: list[str]
    token_sha256: bytes = field(repr=False)
    added_at: datetime
    added_by: str
    token_at: datetime
    revoked_at: datetime | None
    revoked_by: str | None
    last_seen_at: datetime | None
    lists_as_of: datetime | None
    lists: dict[str, Any] | None


class Cars:
    """The cars.

    Args:
        database: An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, *, audit: AuditRecord | None = None) -> list[Car]:
        """Return all of them by id; the look is written down.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        with self._database.transaction() as connection:
            found = statements.all(connection, _SQL["all"], row=class_row(Car))
            write_audit(connection, audit, len(found))
        return found

    def get(self, car_id: str) -> Car | None:
        """Return one, or None where there is none.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        return statements.one(self._database, _SQL["one"], {"car_id": car_id}, row=class_row(Car))

    def are_any(self) -> bool:
        """Return whether there are cars.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        return bool(statements.scalar(self._database, _SQL["any"], kind=bool))

    def add(
        self,
        car_id: str,
        name: str,
        camera_ids: Sequence[str],
        token_sha256: bytes,
        by: str,
        most: int,
        audit: AuditRecord,
    ) -> str | None:
        """Store a car.

        Args:
            car_id: Its id.
            name: What people call it.
            camera_ids: Its cameras; no other car has them.
            token_sha256: The digest of its token.
            by: Who adds it.
            most: So many may be there.
            audit: The action, written down with it.

        Returns:
            None: it is stored; else why it is not.

        Raises:
            DatabaseUnavailable: The server is down; nothing is stored.
        """
        values = {"car_id": car_id, "name": storable(name), "camera_ids": list(camera_ids), "by": storable(by)}
        with self._database.transaction() as connection:
            statements.execute(connection, _SQL["lock"])
            if (statements.scalar(connection, _SQL["count"], kind=int) or 0) >= most:
                return f"there are {most} cars, which is the most"
            if (owner := statements.scalar(connection, _SQL["owner"], values, kind=str)) is not None:
                return f"a camera of these is car '{owner}'s; a camera belongs to one car"
            if not statements.execute(connection, _SQL["add"], {**values, "token_sha256": token_sha256}):
                return f"there is a car '{car_id}'; platewatch cars token gives it another token"
            write_audit(connection, audit, 1)
        return None

    def change(self, car_id: str, camera_ids: Sequence[str], audit: AuditRecord) -> str | None:
        """Give a car other cameras; return None where it has them, else why not.

        Raises:
            DatabaseUnavailable: The server is down; nothing is changed.
        """
        values = {"car_id": car_id, "camera_ids": list(camera_ids)}
        with self._database.transaction() as connection:
            statements.execute(connection, _SQL["lock"])
            if (owner := statements.scalar(connection, _SQL["owner"], values, kind=str)) is not None:
                return f"a camera of these is car '{owner}'s; a camera belongs to one car"
            if not statements.execute(connection, _SQL["change"], values):
                return f"there is no car '{car_id}'"
            write_audit(connection, audit, 1)
        return None

    def token(self, car_id: str, token_sha256: bytes, audit: AuditRecord) -> bool:
        """Give a car another token, in place of the one before; one that was revoked may send again.

        Returns:
            Whether there is such a car.

        Raises:
            DatabaseUnavailable: The server is down; nothing is changed.
        """
        values = {"car_id": car_id, "token_sha256": token_sha256}
        with self._database.transaction() as connection:
            if not statements.execute(connection, _SQL["token"], values):
                return False
            write_audit(connection, audit, 1)
        return True

    def revoke(self, car_id: str, by: str, audit: AuditRecord) -> bool:
        """Let a car send nothing more. Its token's digest stays, so that it can be told.

        Returns:
            Whether there is such a car that was not revoked.

        Raises:
            DatabaseUnavailable: The server is down; nothing is changed.
        """
        with self._database.transaction() as connection:
            if not statements.execute(connection, _SQL["revoke"], {"car_id": car_id, "by": storable(by)}):
                return False
            write_audit(connection, audit, 1)
        return True

    def seen(self, car_id: str, at: datetime) -> None:
        """Note that a car sent something.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        statements.execute(self._database, _SQL["seen"], {"car_id": car_id, "at": at})

    def has_lists(self, car_id: str, as_of: datetime | None, lists: Mapping[str, Any]) -> None:
        """Note what a car says that it has of the lists.

        Args:
            car_id: The car.
            as_of: How current they are, aware.
            lists: What it has.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        values = {"car_id": car_id, "as_of": as_of, "lists": jsonb(dict(lists))}
        statements.execute(self._database, _SQL["has_lists"], values)
