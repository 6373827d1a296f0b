"""Storms: a camera or an entry that raises far more alerts than is expected, and the alerts that are held for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import class_row

from schemas.audit import AuditRecord
from storage import statements
from storage.alerts.wakeups import wake
from storage.alerts.writer import AlertWriter
from storage.audit.writer import write_audit
from storage.database import Connection, Database
from storage.sql import load_queries
from storage.values import storable

_SQL = load_queries("alerts/storms")
_RAISED = {"camera": "raised_by_camera", "entry": "raised_by_entry"}
_HISTORY = {"camera": "history_of_camera", "entry": "history_of_entry"}

Limit = Callable[[float | None, float | None], tuple[float, int]]
"""From alerts and reads an hour, as far as they are known: how many alerts an hour are expected, and the most."""


@dataclass(frozen=True, slots=True)
class Storm:
    """A storm that stands. `kind` is camera or entry, `subject` which one; `expected` and `most` are alerts an hour.

    `held` counts the alerts that are held, `first_at` and `last_at` are when their vehicles passed.
    """

    storm_number: int
    kind: str
    subject: str
    began_at: datetime
    expected: float
    most: int
    held: int
    first_at: datetime | None
    last_at: datetime | None


def storm_of(
    connection: Connection, camera_id: str, entry_id: str, moment: datetime, minimum: int, limit: Limit
) -> int | None:
    """Return the number of the storm that a new alert belongs to, which may begin with it; None where it is in none.

    Args:
        connection: With the caller's transaction.
        camera_id: The alert's camera.
        entry_id: Its entry.
        moment: When its vehicle passed, aware.
        minimum: So many alerts an hour are never a storm.
        limit: Says how many are one, where it is more.
    """
    both = {"camera": storable(camera_id), "entry": entry_id}
    standing = statements.scalar(connection, _SQL["standing"], both, kind=int)
    if standing is not None:
        return standing
    for kind, subject in both.items():
        values: dict[str, Any] = {"kind": kind, "subject": subject, "moment": moment, "limit": minimum}
        # The alert itself is one more.
        if (statements.scalar(connection, _SQL[_RAISED[kind]], values, kind=int) or 0) < minimum:
            continue
        per_hour, reads = statements.one(connection, _SQL[_HISTORY[kind]], values) or (None, None)
        expected, most = limit(_number(per_hour), _number(reads))
        values |= {"limit": most}
        if (statements.scalar(connection, _SQL[_RAISED[kind]], values, kind=int) or 0) >= most:
            statements.execute(connection, _SQL["begin"], values | {"expected": expected, "most": most})
            return statements.scalar(connection, _SQL["standing"], both, kind=int)
    return None


def standing_storms(database: Database, audit: AuditRecord | None = None) -> list[Storm]:
    """Return the storms that stand, with what they hold; a person's look is written down.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    with database.transaction() as connection:
        found = statements.all(connection, _SQL["storms"], {}, row=class_row(Storm))
        write_audit(connection, audit, len(found))
    return found


def held_alerts(database: Database, storm: int, limit: int) -> list[dict[str, Any]]:
    """Return the newest alerts that a storm holds, as JSON objects."""
    return statements.scalars(database, _SQL["held_alerts"], {"storm": storm, "limit": limit}, kind=dict)


def end_storm(database: Database, storm: int, *, by: str, release: bool, audit: AuditRecord) -> int | None:
    """End a storm: what it holds is sent, or never will be.

    Args:
        database: An open database.
        storm: Its number.
        by: Who ends it.
        release: Whether its alerts are sent.
        audit: The action, written down with it.

    Returns:
        How many alerts it held; None where no such storm stands.

    Raises:
        DatabaseUnavailable: The server is down; nothing was changed.
    """
    values = {"storm": storm, "by": storable(by), "how": "released" if release else "discarded"}
    with database.transaction() as connection:
        # In the order in which whoever raises alerts takes locks: their plates, then the storm.
        AlertWriter(connection).lock_plates(statements.scalars(connection, _SQL["held_keys"], values, kind=str))
        if not statements.execute(connection, _SQL["end"], values):
            return None
        count = statements.execute(
            connection, _SQL["set_status"], values | {"status": "open" if release else "discarded"}
        )
        if release:
            statements.execute(connection, _SQL["release_messages"], values)
        statements.execute(connection, _SQL["forget"], values)
        write_audit(connection, audit, count)
    if release:
        wake(database)
    return count


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
