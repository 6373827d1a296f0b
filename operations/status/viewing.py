"""Looking at an installation from a page."""

from __future__ import annotations

import contextlib

from operations.status.looking import look
from operations.status.readers import Readers, look_at_readers
from operations.status.report import Status
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.settings import Settings
from storage.audit.writer import write_audit
from storage.database import Database


def view_status(actor: Actor, database: Database, settings: Settings) -> tuple[Status, Readers]:
    """Return how an installation and its readers are; see `look`.

    Args:
        actor: Who looks.
        database: An open database.
        settings: The configuration.

    Raises:
        DatabaseUnavailable: The server is down: platewatch status says more then.
    """
    write_audit(database, AuditRecord(actor, Action.VIEW_STATUS))
    return look(settings, contextlib.nullcontext(database)), look_at_readers(settings)
