"""The end of records: reads with all that follows from them after days or minutes, the audit after years.

How long is the law's to say: `policy.decisions.effective_retention`.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from policy.decisions import Retention
from storage import statements
from storage.database import Database
from storage.sql import load_queries

log = logging.getLogger(__name__)

_SQL = load_queries("retention")
KEYS_AT_ONCE = 1000
_KINDS = ("messages", "dead_letters", "alerts", "hits", "plates", "retired_entries", "rejects", "alarms")
"""What ends after the reads, in this order: messages are found by their alerts."""
LISTS_AT_LEAST = timedelta(days=21)
"""Replaced list entries and rejected rows are kept for this long even where reads end sooner: they are no reads, and a
list's earlier version can be brought back only while they are there."""
PLATES_BY_DAY = timedelta(days=2)
"""The dictionary of plates, which has neither time nor place, knows days only: up to a day late, that is late enough to
matter only where reads end sooner than this."""


@dataclass(frozen=True, slots=True)
class RetentionOutcome:
    """How many records ended; `audited` are rows of the audit."""

    reads: int
    hits: int
    alerts: int
    pictures: int
    audited: int


def enforce_retention(
    database: Database,
    retention: Retention,
    *,
    delete_images: Callable[[Sequence[str]], None],
    now: datetime | None = None,
) -> RetentionOutcome:
    """End what is older than the law and the settings allow; after an interruption the next call goes on.

    A read's age counts from its capture, so reads of an old video end at the next call.

    Args:
        database: An open database.
        retention: How long what is kept.
        delete_images: Removes pictures by key; gets up to a thousand, some again after an interruption.
        now: The time, aware; None: the clock's.

    Returns:
        The counts.

    Raises:
        DatabaseUnavailable: The server went away.
        TransientError: Somebody reads an expired day just now.
    """
    now = now or datetime.now(UTC)
    cutoff = now - retention.reads
    values: dict[str, Any] = {
        "cutoff": cutoff,
        "cutoff_day": cutoff.astimezone(UTC).date(),
        "lists_cutoff": now - max(retention.reads, LISTS_AT_LEAST),
        "audit_cutoff": now - retention.audit,
    }
    # The pictures first: their keys are in the rows.
    pictures = _delete_pictures(database, values, delete_images)
    reads = _delete_reads(database, values)
    with database.transaction() as connection:
        count = {name: statements.execute(connection, _SQL[f"delete_{name}"], values) for name in _KINDS}
        audited = statements.scalar(connection, _SQL["purge_audit"], values, kind=int) or 0
    if retention.reads < PLATES_BY_DAY:
        _delete_unread_plates(database)
    outcome = RetentionOutcome(reads, count["hits"], count["alerts"], pictures, audited)
    if any(count.values()) or reads:
        log.info(
            "retention ended old records",
            extra={"reads": reads, "hits": count["hits"], "alerts": count["alerts"], "pictures": pictures},
        )
    return outcome


def _delete_pictures(database: Database, values: dict[str, Any], delete: Callable[[Sequence[str]], None]) -> int:
    pictures = 0
    with database.transaction() as connection, connection.cursor("image_keys") as cursor:
        cursor.execute(_SQL["image_keys"], values)
        keys = (key for (key,) in cursor)
        while batch := list(itertools.islice(keys, KEYS_AT_ONCE)):
            delete(batch)
            pictures += len(batch)
    return pictures


def _delete_unread_plates(database: Database) -> None:
    """Forget the plates of which no read is left; a read that is being written keeps its plate."""
    with database.transaction() as connection:
        connection.execute(_SQL["lock_plates"])
        connection.execute(_SQL["delete_unread_plates"])


def _delete_reads(database: Database, values: dict[str, Any]) -> int:
    """Drop the days that are over, each in its own transaction, and delete the expired part of the day that is not."""
    with database.connection() as connection:
        count = statements.scalar(connection, _SQL["count_reads"], values, kind=int)
        for day in statements.scalars(connection, _SQL["days"], kind=date):
            if day < values["cutoff_day"]:
                connection.execute(_SQL["drop_day"], {"day": day})
        connection.execute(_SQL["delete_reads"], values)
    return count or 0
