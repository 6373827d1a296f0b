"""Notes that somebody looked: at the weekly review, and at the use of the system as the law asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from operations.duties.audits import AuditRhythm, audit_rhythm
from operations.reasons import check_reason
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.settings import Settings
from storage.audit.reader import AuditEntry, AuditFilter, audit_entries
from storage.audit.writer import write_audit
from storage.database import Database

MOST_NOTES = 50
"""Of each kind, the newest."""


@dataclass(frozen=True, slots=True)
class Notes:
    """What was noted, newest first, and when the law has the next audit due, where it has a number."""

    reviews: Sequence[AuditEntry]
    audits: Sequence[AuditEntry]
    rhythm: AuditRhythm | None


def note_review(actor: Actor, database: Database, since: datetime, until: datetime, findings: str) -> None:
    """Note that the review of a span was looked at, and what came of it; the row is the proof.

    Args:
        actor: Who looked.
        database: An open database.
        since: The span's begin, aware.
        until: Its end, exclusively.
        findings: What was looked at and found, in words.

    Raises:
        InvalidInput: Nothing is said of what was found, or the span is none or not over.
        DatabaseUnavailable: Nothing was noted.
    """
    if since >= until:
        raise InvalidInput("the span ends before it begins; give a begin that is earlier than the end")
    if until > datetime.now(UTC):
        raise InvalidInput("the span ends in the future; what nobody has done yet cannot be looked at")
    record = AuditRecord(actor, Action.NOTE_REVIEW, {"since": since, "until": until, "findings": findings})
    check_reason(database, record, findings)
    write_audit(database, record)


def view_notes(actor: Actor, database: Database, settings: Settings) -> Notes:
    """Return what was noted; the look is written down.

    Args:
        actor: Who looks.
        database: An open database.
        settings: The configuration; it says which law.

    Raises:
        ConfigurationError: The law profile cannot be used.
        DatabaseUnavailable: The server is down.
    """
    kinds = (Action.NOTE_REVIEW, Action.NOTE_AUDIT)
    record = AuditRecord(actor, Action.VIEW_AUDIT, {"actions": [kind.value for kind in kinds], "limit": MOST_NOTES})
    with database.transaction() as connection:
        reviews, audits = (audit_entries(connection, AuditFilter(action=kind), limit=MOST_NOTES) for kind in kinds)
        write_audit(connection, record, len(reviews) + len(audits))
    return Notes(reviews, audits, audit_rhythm(database, settings, datetime.now(UTC)))
