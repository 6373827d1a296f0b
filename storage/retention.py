"""The end of records: reads with all that follows from them after days or minutes, the audit after years.

How long is the law's to say: `policy.decisions.effective_retention`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from policy.decisions import Retention
from storage import statements
from storage.database import Database
from storage.preserving.preservations import end_preservations
from storage.reads.pictures import named_keys
from storage.sql import load_queries

log = logging.getLogger(__name__)

_SQL = load_queries("retention")
KEYS_AT_ONCE = 1000
_KINDS = (
    "delete_messages",
    "delete_disposition_messages",
    "delete_disposition_letters",
    "delete_dead_letters",
    "delete_read_letters",
    "delete_read_messages",
    "delete_read_offers",
    "delete_shared_reads",
    "delete_returned",
    "delete_alerts",
    "delete_hits",
    "delete_plates",
    "delete_results",
    "delete_searches",
    "delete_analyses",
    "end_rejects",
    "delete_retired_entries",
    "delete_rejects",
    "delete_alarms",
    "delete_quarantined",
    "delete_deliveries",
    "delete_findings",
    "delete_camera_pictures",
    "delete_heard",
    "delete_refused_dispositions",
    "delete_car_answers",
    "delete_car_notes",
    "delete_car_sign_ons",
    "delete_stops",
)
"""What ends after the reads, in this order: messages, and what goes back, are found by their alerts."""
LISTS_AT_LEAST = timedelta(days=21)
"""Replaced list entries and rejected rows are kept for this long even where reads end sooner: they are no reads, and a
list's earlier version can be brought back only while they are there."""
PLATES_BY_DAY = timedelta(days=2)
"""The dictionary of plates, which has neither time nor place, knows days only: up to a day late, that is late enough to
matter only where reads end sooner than this."""


@dataclass(frozen=True, slots=True)
class RetentionOutcome:
    """How many records ended; `audited` are rows of the audit, `messages` those that were quarantined."""

    reads: int
    hits: int
    alerts: int
    pictures: int
    audited: int
    messages: int = 0


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
        "now": now,
        "cutoff": cutoff,
        "cutoff_day": cutoff.astimezone(UTC).date(),
        "lists_cutoff": now - max(retention.reads, LISTS_AT_LEAST),
        "audit_cutoff": now - retention.audit,
        "findings_cutoff": now - retention.findings,
        "stops_cutoff_day": (now - retention.stops).astimezone(UTC).date(),
    }
    reads = _delete_reads(database, values)
    with database.transaction() as connection:
        for name in ("date_entries", "date_versions"):
            statements.execute(connection, _SQL[name])
        count = {name: statements.execute(connection, _SQL[name], values) for name in _KINDS}
        end_preservations(connection, now)
        # After the requests: with what the last of them keeps go its corrections.
        statements.execute(connection, _SQL["delete_corrections"], values)
        statements.execute(connection, _SQL["purge_disseminations"], values)
        audited = statements.scalar(connection, _SQL["purge_audit"], values, kind=int) or 0
    if retention.reads < PLATES_BY_DAY:
        forget_unread_plates(database)
    # The pictures last: an image store that does not answer keeps no row, and their keys are noted.
    pictures = _delete_pictures(database, delete_images)
    messages = count["delete_quarantined"]
    outcome = RetentionOutcome(reads, count["delete_hits"], count["delete_alerts"], pictures, audited, messages)
    if any(count.values()) or reads:
        log.info(
            "retention ended old records",
            extra={"reads": reads, "hits": outcome.hits, "alerts": outcome.alerts, "pictures": pictures},
        )
    return outcome


def _delete_pictures(database: Database, delete: Callable[[Sequence[str]], None]) -> int:
    """Delete the pictures whose reads have ended, and forget them once they are gone; return how many."""
    pictures = 0
    while keys := statements.scalars(database, _SQL["ended_pictures"], {"limit": KEYS_AT_ONCE}, kind=str):
        # A read may have come again meanwhile.
        gone = sorted(set(keys) - named_keys(database, keys))
        if gone:
            delete(gone)
            pictures += len(gone)
        statements.execute(database, _SQL["forget_pictures"], {"keys": keys})
    return pictures


def forget_unread_plates(database: Database) -> None:
    """Forget the plates of which no read is left; a read that is being written keeps its plate.

    Args:
        database: An open database.

    Raises:
        DatabaseUnavailable: The server went away.
    """
    with database.transaction() as connection:
        connection.execute(_SQL["lock_plates"])
        connection.execute(_SQL["delete_unread_plates"])


def _delete_reads(database: Database, values: dict[str, Any]) -> int:
    """Drop the days that are over, each in its own transaction, and delete the expired part of the day that is not."""
    with database.connection() as connection:
        count = statements.scalar(connection, _SQL["count_reads"], values, kind=int)
        days = statements.scalars(connection, _SQL["days"], kind=date)
    for day in days:
        if day < values["cutoff_day"]:
            with database.transaction() as connection:
                connection.execute(_SQL["note_pictures"], {"day": day})
                connection.execute(_SQL["drop_day"], {"day": day})
    with database.transaction() as connection:
        connection.execute(_SQL["delete_reads"], values)
        connection.execute(_SQL["delete_revisions"], values)
    return count or 0
