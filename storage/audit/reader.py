"""Reads the audit: newest first, by who, what and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import kwargs_row

from schemas.actor import Actor, SignIn
from schemas.audit import Action
from storage import statements
from storage.database import Database
from storage.sql import load_queries
from storage.values import optional

_SQL = load_queries("audit/audit")


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One row of the audit.

    `details` is what was asked and what came of it, as a JSON object; `results` how many things were found, shown or
    changed, where that is counted.
    """

    audit_id: int
    happened_at: datetime
    actor: Actor
    action: Action
    purpose: str | None
    case_number: str | None
    details: dict[str, Any]
    results: int | None


def audit_entries(
    database: Database,
    *,
    actor: str | None = None,
    action: Action | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 100,
) -> list[AuditEntry]:
    """Return what was done, newest first.

    Args:
        database: An open database.
        actor: Only by this name.
        action: Only of this kind.
        since: Done at this time or later, aware.
        until: Done before this time, aware.
        limit: Most rows to return.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    values = {"actor": optional(actor), "action": action, "since": since, "until": until, "limit": limit}
    return statements.all(database, _SQL["entries"], values, row=kwargs_row(_entry))


def _entry(*, actor: str, via: str, origin: str, agency_id: str, action: str, **others: Any) -> AuditEntry:
    return AuditEntry(actor=Actor(actor, SignIn(via), origin, agency_id), action=Action(action), **others)
