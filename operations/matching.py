"""Matching reads that somebody brings along: hits show what is listed, so it is written down."""

from __future__ import annotations

from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from storage.audit.writer import write_audit
from storage.database import Database


def note_match(actor: Actor, database: Database, source: str, entries: int) -> None:
    """Write down that somebody has reads of their own matched with the active lists, before a hit is shown.

    Args:
        actor: Who matches.
        database: An open database.
        source: Where the reads come from.
        entries: How many entries the active lists have.

    Raises:
        DatabaseUnavailable: It could not be written down; show nothing.
    """
    write_audit(database, AuditRecord(actor, Action.MATCH, {"reads": source, "entries": entries}))
