"""Writes the audit, on the transaction of what it is about: both are stored, or neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from schemas.audit import AuditRecord
from schemas.events import utc
from storage import statements
from storage.database import Connection, Database
from storage.sql import load_queries
from storage.values import jsonb, optional, storable

_SQL = load_queries("audit/audit")
SEARCHES = frozenset({"search", "historical", "view_passes", "run_analysis"})
"""Questions to stored reads: their rows say which cameras' reads were looked through."""


def write_audit(
    on: Database | Connection, record: AuditRecord | None, results: int | None = None, **details: Any
) -> None:
    """Write one action down, with what came of it.

    Args:
        on: The connection whose transaction the action is; a database where nothing is changed beside.
        record: The action; None: nobody is to answer for it (a benchmark, a test), and nothing is written.
        results: How many things were found, shown or changed, where that is counted.
        details: What is known by now, beside what was asked.

    Raises:
        DatabaseUnavailable: The server is down (on a database; on a connection psycopg's own error is raised).
    """
    if record is not None:
        if record.action.value in SEARCHES and not {"camera", "cameras"} & {k for k, v in record.details.items() if v}:
            # None is named: the reads of all were looked through, so far as cameras are known.
            details["cameras_searched"] = statements.scalars(on, _SQL["cameras"], kind=str) or None
        values = _values(record, details)
        statements.execute(on, _SQL["write"], values | {"results": results})


def write_audits(on: Connection, records: Sequence[tuple[AuditRecord, int]]) -> None:
    """Write many actions down at once: the same thing that many people did, such as seeing what came.

    Args:
        on: The connection whose transaction they are.
        records: Each action with how many things were found, shown or changed.
    """
    if records:
        with on.cursor() as cursor:
            cursor.executemany(
                _SQL["write"], [_values(record, {}) | {"results": results} for record, results in records]
            )


def write_unless_repeated(database: Database, record: AuditRecord, name: str) -> bool:
    """Write an action down unless the newest one of its kind has the same under a name of its details.

    Where details say what they are `about`, the newest one about the same counts.

    Args:
        database: An open database.
        record: The action.
        name: Which of its details counts.

    Returns:
        Whether it was written.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    values = _values(record, {}) | {"name": name, "results": None}
    with database.transaction() as connection:
        # Two processes that start at once must not both find that the other one has not written yet.
        statements.execute(connection, _SQL["lock_action"], values)
        if statements.scalar(connection, _SQL["is_repeated"], values, kind=bool):
            return False
        statements.execute(connection, _SQL["write"], values)
    return True


def _values(record: AuditRecord, known: Mapping[str, Any]) -> dict[str, Any]:
    actor, details = record.actor, {**record.details, **known}
    return {
        "actor": storable(actor.name),
        "via": actor.via.value,
        "origin": storable(actor.origin),
        "agency_id": actor.agency_id,
        "action": record.action.value,
        "purpose": optional(record.purpose),
        "case_number": optional(record.case_number),
        "details": jsonb({name: _json(value) for name, value in details.items() if value is not None}),
    }


def _json(value: Any) -> Any:
    """Return a detail as JSON can hold it."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, datetime):
        return utc(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        return {storable(str(name)): _json(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json(one) for one in value]
    return value
