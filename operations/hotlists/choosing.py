"""Choosing the entries that somebody means, before they are withdrawn or brought back."""

from __future__ import annotations

from uuid import UUID

from operations.hotlists.withdrawing import WantedEntries, fitting_entries
from schemas.actions import Action
from schemas.actor import Actor
from schemas.audit import AuditRecord
from schemas.errors import Conflict, NotThere
from schemas.permissions import check_permitted
from storage.audit.writer import write_audit
from storage.database import Database


def chosen_entries(
    actor: Actor, database: Database, wanted: WantedEntries, action: Action, *, every: bool
) -> list[UUID]:
    """Return the entries that somebody means; how many fit is told only to who may do with them what they ask.

    Args:
        actor: Who asks.
        database: An open database.
        wanted: What they have to be.
        action: What is to be done with them.
        every: Whether all are meant where several fit.

    Raises:
        NotPermitted: The actor may not do it.
        NotThere: None fits.
        Conflict: Several fit, and not all are meant.
        DatabaseUnavailable: The server is down.
    """
    check_permitted(actor, action)
    found = fitting_entries(database, wanted)
    if len(found) == 1 or (found and every):
        return [one.entry_id for one in found]
    fault = f"{len(found)} entries fit" if found else f"no {'withdrawn' if wanted.withdrawn else 'active'} entry fits"
    details = {**wanted.details, "refused": action.value, "why_refused": fault}
    write_audit(database, AuditRecord(actor, Action.REFUSED, details))
    if found:
        raise Conflict(f"{fault}; narrow it down to one, or say that all are meant")
    raise NotThere(fault)
