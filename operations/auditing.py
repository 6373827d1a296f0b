"""Looking at who did what: the audit, whose readers stand in it too."""

from __future__ import annotations

import dataclasses

from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from storage.audit.reader import AuditEntry, AuditFilter, audit_entries
from storage.audit.writer import write_audit
from storage.database import Database
from storage.reads.patterns import parse_pattern

__all__ = ["AuditFilter", "view_audit"]


def view_audit(actor: Actor, database: Database, wanted: AuditFilter, limit: int) -> list[AuditEntry]:
    """Return what was done, newest first; the look is written down, and not among what it shows.

    Args:
        actor: Who looks.
        database: An open database.
        wanted: Which rows.
        limit: Most rows to return.

    Raises:
        InvalidInput: The plate cannot be looked for.
        DatabaseUnavailable: The server is down.
    """
    if wanted.plate is not None:
        wanted = dataclasses.replace(wanted, plate=parse_pattern(wanted.plate).text)
    with database.transaction() as connection:
        found = audit_entries(connection, wanted, limit=limit)
        record = AuditRecord(actor, Action.VIEW_AUDIT, {**wanted.details, "limit": limit})
        write_audit(connection, record, len(found))
    return found
