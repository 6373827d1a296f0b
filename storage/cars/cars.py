"""The cars that may send home what they read, each with its cameras and what is kept of its token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg.rows import class_row

from schemas.audit import AuditRecord
from schemas.errors import Conflict, Outdated
from storage import statements
from storage.audit.writer import write_audit
from storage.database import Connection, Database
from storage.sql import load_queries
from storage.values import jsonb, storable

_SQL = load_queries("cars/cars")


@dataclass(frozen=True, slots=True)
class Car:
    """A car. `camera_ids` are the cameras that are its own, `token_sha256` is the digest of its token, 32 bytes.

    `last_seen_at` is when it last sent something, to half a minute. `version` grows with every change by a person.
    `report` is how it said that it is, at `reported_at`; None: it never did. `is_sign_on_known` says that whoever it
    names as signed on has signed on there with this server.
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
    version: int
    report: dict[str, Any] | None
    reported_at: datetime | None
    is_sign_on_known: bool


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

    def get(self, car_id: str, *, audit: AuditRecord | None = None) -> Car | None:
        """Return one, or None where there is none; the look is written down.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        with self._database.transaction() as connection:
            found = statements.one(connection, _SQL["one"], {"car_id": storable(car_id)}, row=class_row(Car))
            write_audit(connection, audit, int(found is not None))
        return found

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
    ) -> None:
        """Store a car.

        Args:
            car_id: Its id.
            name: What people call it.
            camera_ids: Its cameras; no other car has them.
            token_sha256: The digest of its token.
            by: Who adds it.
            most: So many may be there.
            audit: The action, written down with it.

        Raises:
            Conflict: The car or a camera is there already, or there are too many.
            DatabaseUnavailable: The server is down; nothing is stored.
        """
        values = {"car_id": car_id, "name": storable(name), "camera_ids": list(camera_ids), "by": storable(by)}
        with self._database.transaction() as connection:
            statements.execute(connection, _SQL["lock"])
            if (statements.scalar(connection, _SQL["count"], kind=int) or 0) >= most:
                raise Conflict(f"there are {most} cars, which is the most")
            _check_owner(connection, values)
            if not statements.execute(connection, _SQL["add"], {**values, "token_sha256": token_sha256}):
                raise Conflict(f"there is a car '{car_id}' already (platewatch cars token gives it another token)")
            write_audit(connection, audit, 1)

    def change(self, car_id: str, camera_ids: Sequence[str], audit: AuditRecord, knows: int | None = None) -> bool:
        """Give a car other cameras.

        Args:
            car_id: The car.
            camera_ids: Its cameras; no other car has them.
            audit: The action, written down with it.
            knows: The version that whoever asks has looked at; None: whichever it is.

        Returns:
            Whether there is such a car.

        Raises:
            Conflict: A camera is another car's.
            Outdated: It has another version.
            DatabaseUnavailable: The server is down; nothing is changed.
        """
        values = {"car_id": car_id, "camera_ids": list(camera_ids)}
        with self._database.transaction() as connection:
            statements.execute(connection, _SQL["lock"])
            _check_owner(connection, values)
            return _changed(connection, "change", values, audit, knows)

    def token(self, car_id: str, token_sha256: bytes, audit: AuditRecord, knows: int | None = None) -> bool:
        """Give a car another token, in place of the one before; one that was revoked may send again. See `change`."""
        with self._database.transaction() as connection:
            values = {"car_id": car_id, "token_sha256": token_sha256}
            return _changed(connection, "token", values, audit, knows)

    def revoke(self, car_id: str, by: str, audit: AuditRecord, knows: int | None = None) -> bool:
        """Let a car send nothing more; False where it may not as it is. Its token's digest stays, so that it can be
        told. See `change`."""
        with self._database.transaction() as connection:
            return _changed(connection, "revoke", {"car_id": car_id, "by": storable(by)}, audit, knows)

    def seen(self, car_id: str, at: datetime) -> None:
        """Note that a car sent something.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        statements.execute(self._database, _SQL["seen"], {"car_id": car_id, "at": at})

    def reports(self, car_id: str, at: datetime, report: Mapping[str, Any]) -> None:
        """Keep how a car says that it is.

        Args:
            car_id: The car.
            at: When it came, aware.
            report: What it says, as JSON has it.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        statements.execute(self._database, _SQL["reports"], {"car_id": car_id, "at": at, "report": jsonb(dict(report))})


def _check_owner(connection: Connection, values: Mapping[str, Any]) -> None:
    owner = statements.scalar(connection, _SQL["owner"], values, kind=str)
    if owner is not None:
        raise Conflict(f"a camera of these is car '{owner}'s; a camera belongs to one car")


def _changed(
    connection: Connection, statement: str, values: Mapping[str, Any], audit: AuditRecord, knows: int | None
) -> bool:
    version = statements.scalar(connection, _SQL["version"], values, kind=int)
    if knows is not None and version is not None and version != knows:
        raise Outdated(f"car '{values['car_id']}' was changed since you looked at it; look at it again")
    if not statements.execute(connection, _SQL[statement], values):
        return False
    write_audit(connection, audit, 1)
    return True
