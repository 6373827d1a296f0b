"""What somebody asked for over the network and may not do: written down, as every refusal is."""

from __future__ import annotations

from schemas.actions import Action
from schemas.actor import Actor
from schemas.audit import AuditRecord
from schemas.errors import NotPermitted
from storage.audit.writer import write_audit
from storage.database import Database


def note_refusal(actor: Actor, database: Database, error: NotPermitted) -> None:
    """Write a refusal down.

    Args:
        actor: Who asked.
        database: An open database.
        error: Why it was refused.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    details = {"refused": error.action, "why_refused": error.message}
    write_audit(database, AuditRecord(actor, Action.REFUSED, details))
