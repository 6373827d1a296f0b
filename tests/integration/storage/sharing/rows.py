"""Agreements and what waits under them, put into a database at once; people and stages do it instead."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from storage.database import Database

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
MEMBERS = [{"id": "suffolk-pd", "name": "Suffolk", "ori": "VA0000001"}]
TERMS = {"fields": ["plate"], "keep_days": 7}


def agree(
    database: Database,
    name: str,
    *,
    version: int = 1,
    starts: timedelta = -HOUR,
    ends: timedelta = HOUR,
    ended: timedelta | None = None,
) -> str:
    """Put an agreement there: from when until when its version counts, from now on, and when it was ended.

    A version before it is over and one after it counts, and neither is in force.
    """
    ended_at = None if ended is None else NOW + ended
    with database.transaction() as connection:
        connection.execute(
            "insert into agreements (agreement_id, active_version, ended_at, ended_by) values (%s, %s, %s, %s)",
            (name, version, ended_at, None if ended_at is None else "kim"),
        )
        versions = ((version - 1, -9 * HOUR, -8 * HOUR), (version, starts, ends), (version + 1, -9 * HOUR, 9 * HOUR))
        for number, begins, until in versions:
            connection.execute(
                "insert into agreement_versions "
                "(agreement_id, version, document, starts_at, ends_at, widens, proposed_by) "
                "values (%s, %s, '{}', %s, %s, '{}', 'lee')",
                (name, number, NOW + begins, NOW + until),
            )
    return name


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message of the outbox."""

    outbox_id: int
    item_id: UUID
    name: str


def release(kind: str = "alert", **more: Any) -> dict[str, Any]:
    """The terms under which a message goes, as whoever wrote it noted them."""
    values = {
        "kind": kind,
        "version": 1,
        "members": MEMBERS,
        "terms": TERMS,
        "why": "category stolen_vehicle",
        "until": (NOW + HOUR).isoformat(),
        "captured_at": (NOW - HOUR).isoformat(),
        "keep_days": 7,
    }
    return values | more


def put(
    database: Database, name: str, agreement: str | None, terms: dict[str, Any] | None, *, sent: bool = False
) -> Waiting:
    """Put a message into the outbox, named by its key; one of no agreement is the agency's own."""
    item_id = uuid4()
    with database.connection() as connection:
        row = connection.execute(
            "insert into outbox (alert_id, topic, key, headers, payload, agreement_id, release, sent_at) "
            "values (%s, 'topic', %s, '[]', %s, %s, %s, case when %s then now() end) returning outbox_id",
            (item_id, name, name.encode(), agreement, None if terms is None else json.dumps(terms), sent),
        ).fetchone()
    assert row is not None
    return Waiting(row[0], item_id, name)


def outbox(database: Database) -> list[tuple[str, bytes, bool]]:
    """What stands in the outbox: each message's key, its content, and whether it was closed."""
    with database.connection() as connection:
        rows = connection.execute("select key, payload, sent_at is not null from outbox order by outbox_id").fetchall()
    return [(key, bytes(payload), closed) for key, payload, closed in rows]


def log(database: Database) -> list[tuple[Any, ...]]:
    """The log of what went to other agencies, oldest first, with all that is the same at each run."""
    with database.connection() as connection:
        return connection.execute(
            "select outcome, kind, agreement_id, version, members, item_id, plate, terms, why, results "
            "from disseminations order by dissemination_id"
        ).fetchall()
