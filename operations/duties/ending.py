"""The queue of what is about to go: requests whose time ends, and days of reads that retention ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from policy.decisions import open_policy
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.settings import Settings
from storage.audit.writer import write_audit
from storage.database import Database
from storage.preserving.preservations import EndingReads, Preservation, ending

MOST_DAYS = 31


@dataclass(frozen=True, slots=True)
class Ending:
    """What goes until a time: requests, the next one to end first, and reads by day, the oldest first."""

    until: datetime
    retention: timedelta
    preservations: Sequence[Preservation]
    reads: Sequence[EndingReads]


def view_ending(actor: Actor, database: Database, settings: Settings, days: int) -> Ending:
    """Return what is about to go, without plates and places: what is needed is preserved, or renewed, before.

    Args:
        actor: Who looks.
        database: An open database.
        settings: The configuration; it says how long reads are kept.
        days: How many days ahead.

    Raises:
        InvalidInput: The days are none, or too many.
        ConfigurationError: The law profile cannot be used.
        DatabaseUnavailable: The server is down.
    """
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(f"{days} days ahead; 1 to {MOST_DAYS} were expected")
    retention = open_policy(settings).retention.reads
    until = datetime.now(UTC) + timedelta(days=days)
    with database.transaction() as connection:
        requests, reads = ending(connection, until, until - retention)
        write_audit(connection, AuditRecord(actor, Action.VIEW_ENDING, {"days": days}), len(requests))
    return Ending(until, retention, requests, reads)
