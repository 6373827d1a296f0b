"""Looking at who did what: the audit, whose readers stand in it too."""

from __future__ import annotations

import dataclasses

from operations.reasons import check_reason
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from storage.audit.reader import AuditEntry, AuditFilter, audit_entries
from storage.audit.writer import write_audit
from storage.database import Database
from storage.reads.patterns import parse_pattern

__all__ = ["AuditEntry", "AuditFilter", "save_audit", "view_audit"]

MOST_SAVED = 100_000
"""Rows of one table; whoever needs all of the audit exports it whole, with its seals."""


def view_audit(actor: Actor, database: Database, wanted: AuditFilter, limit: int) -> list[AuditEntry]:
    """Return what was done, newest first; the look is written down, and not among what it shows.

    Args:
        actor: Who looks.
        database: An open database.
        wanted: Which rows.
        limit: Most rows to return.

    Raises:
        InvalidInput: The plate cannot be looked for, or the times are the wrong way round.
        DatabaseUnavailable: The server is down.
    """
    wanted = _checked(wanted)
    with database.transaction() as connection:
        found = audit_entries(connection, wanted, limit=limit)
        record = AuditRecord(actor, Action.VIEW_AUDIT, {**wanted.details, "limit": limit})
        write_audit(connection, record, len(found))
    return found


def save_audit(actor: Actor, database: Database, wanted: AuditFilter, purpose: str) -> list[AuditEntry]:
    """Return what was done, newest first, to be kept as a table; it names people, so it has a purpose.

    Args:
        actor: Who takes it along.
        database: An open database.
        wanted: Which rows.
        purpose: Why.

    Raises:
        InvalidInput: As `view_audit`; or the purpose says nothing, or there are too many rows.
        DatabaseUnavailable: The server is down.
    """
    wanted = _checked(wanted)
    record = AuditRecord(actor, Action.EXPORT_AUDIT, {**_asked(wanted), "form": "table"}, purpose)
    check_reason(database, record, purpose)
    with database.transaction() as connection:
        found = audit_entries(connection, wanted, limit=MOST_SAVED + 1)
        if len(found) > MOST_SAVED:
            raise InvalidInput(f"more than {MOST_SAVED} rows; narrow it down by time, and take several tables")
        write_audit(connection, record, len(found))
    return found


def _asked(wanted: AuditFilter) -> dict[str, object]:
    """Return what was asked; a row's own purpose is why it was asked, so that of the filter has another name."""
    details = wanted.details
    return {"words": details.pop("purpose"), **details}


def _checked(wanted: AuditFilter) -> AuditFilter:
    if wanted.since is not None and wanted.until is not None and wanted.since >= wanted.until:
        raise InvalidInput("the span ends before it begins; give a begin that is earlier than the end")
    if wanted.plate is None:
        return wanted
    return dataclasses.replace(wanted, plate=parse_pattern(wanted.plate).text)
