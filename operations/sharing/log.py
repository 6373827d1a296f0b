"""Looking at what was given to other agencies, and at what they asked."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from storage.audit.writer import write_audit
from storage.database import Database
from storage.sharing.disseminations import Dissemination, DisseminationFilter, disseminations

__all__ = ["DisseminationFilter", "view_disseminations"]


def view_disseminations(
    actor: Actor, database: Database, wanted: DisseminationFilter, limit: int
) -> Sequence[Dissemination]:
    """Return the log, newest first; the look is written down.

    Args:
        actor: Who looks.
        database: An open database.
        wanted: Which rows.
        limit: Most rows to return.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    with database.transaction() as connection:
        found = disseminations(connection, wanted, limit)
        record = AuditRecord(actor, Action.VIEW_DISSEMINATIONS, {**wanted.details, "limit": limit})
        write_audit(connection, record, len(found))
    return found
