"""Cameras that people added besides the configuration."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg.rows import class_row

from schemas.audit import AuditRecord
from storage import statements
from storage.audit.writer import write_audit
from storage.database import Database
from storage.sql import load_queries
from storage.values import jsonb, optional, storable

_SQL = load_queries("cameras/added")


@dataclass(frozen=True, slots=True)
class AddedCamera:
    """A camera that was added. `settings` is what the configuration would say, without the login."""

    camera_id: str
    settings: dict[str, Any]
    login_user: str | None = field(repr=False)
    login_password: str | None = field(repr=False)
    added_at: datetime
    added_by: str


class AddedCameras:
    """The cameras that were added.

    Args:
        database: An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[AddedCamera]:
        """Return all of them by id.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        return statements.all(self._database, _SQL["all"], row=class_row(AddedCamera))

    def add(
        self,
        camera_id: str,
        settings: dict[str, Any],
        login: tuple[str, str] | None,
        by: str,
        most: int,
        audit: AuditRecord,
    ) -> str | None:
        """Store a camera.

        Args:
            camera_id: Its id.
            settings: What the configuration would say, without the login.
            login: User and password; None: it asks for none.
            by: Who adds it.
            most: So many may be there.
            audit: The action, written down with it.

        Returns:
            None: it is stored; else why it is not.

        Raises:
            DatabaseUnavailable: The server is down; nothing is stored.
        """
        user, password = login or (None, None)
        values = {
            "camera_id": storable(camera_id),
            "settings": jsonb(settings),
            "login_user": optional(user),
            "login_password": optional(password),
            "by": storable(by),
        }
        with self._database.transaction() as connection:
            statements.execute(connection, _SQL["lock"])
            if (statements.scalar(connection, _SQL["count"], kind=int) or 0) >= most:
                return f"{most} cameras were added already, which is the most; remove one that is not needed"
            if not statements.execute(connection, _SQL["add"], values):
                return f"camera '{camera_id}' was added already; choose another id, or remove that one"
            write_audit(connection, audit, 1)
        return None

    def change(self, camera_id: str, settings: dict[str, Any], audit: AuditRecord) -> bool:
        """Store other settings of a camera, whose login stays; return whether there is one.

        Raises:
            DatabaseUnavailable: The server is down; nothing is stored.
        """
        values = {"camera_id": storable(camera_id), "settings": jsonb(settings)}
        with self._database.transaction() as connection:
            if not statements.execute(connection, _SQL["change"], values):
                return False
            write_audit(connection, audit, 1)
        return True

    def remove(self, camera_id: str, audit: AuditRecord) -> bool:
        """Delete a camera with its login; return whether there was one.

        Raises:
            DatabaseUnavailable: The server is down; nothing is deleted.
        """
        with self._database.transaction() as connection:
            if not statements.execute(connection, _SQL["remove"], {"camera_id": storable(camera_id)}):
                return False
            write_audit(connection, audit, 1)
        return True
