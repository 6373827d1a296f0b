"""Reads the audit: newest first, by who, what and when."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import kwargs_row

from schemas.actor import SUDO, Actor, SignIn
from schemas.actor_kinds import ActorKind, sign_ins_of
from schemas.audit import Action
from storage import statements
from storage.database import Connection, Database
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


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which rows of the audit somebody wants; what is None does not matter. Times are aware.

    `actor` is also who became that user by sudo; `purpose` is a part of it, whatever its case; `plate` stands in a row
    as the plate or the pattern that it is about, O and 0 being equal. `before` is the number of a row: only
    older ones.
    """

    actor: str | None = None
    action: Action | None = None
    since: datetime | None = None
    until: datetime | None = None
    purpose: str | None = None
    case_number: str | None = None
    plate: str | None = None
    kind: ActorKind | None = None
    before: int | None = None

    @property
    def details(self) -> dict[str, Any]:
        """What was asked, for the audit."""
        return dataclasses.asdict(self) | {
            "action": self.action and self.action.value,
            "kind": self.kind and self.kind.value,
        }


def audit_entries(
    on: Database | Connection, wanted: AuditFilter | None = None, *, limit: int = 100
) -> list[AuditEntry]:
    """Return what was done, newest first.

    Args:
        on: An open database, or a connection in a transaction.
        wanted: Which rows, a plate in canonical form; None: all.
        limit: Most rows to return.

    Raises:
        DatabaseUnavailable: The server is down (on a database; on a connection psycopg's own error is raised).
    """
    wanted = wanted or AuditFilter()
    values = {
        "actor": optional(wanted.actor),
        "sudo": optional(wanted.actor and f"{SUDO}{wanted.actor}"),
        "action": wanted.action,
        "since": wanted.since,
        "until": wanted.until,
        "purpose": optional(wanted.purpose),
        "case_number": optional(wanted.case_number),
        "plate": optional(wanted.plate),
        "sign_ins": None if wanted.kind is None else sign_ins_of(wanted.kind),
        "before": wanted.before,
        "limit": limit,
    }
    return statements.all(on, _SQL["entries"], values, row=kwargs_row(_entry))


def _entry(*, actor: str, via: str, origin: str, agency_id: str, action: str, **others: Any) -> AuditEntry:
    return AuditEntry(actor=Actor(actor, SignIn(via), origin, agency_id), action=Action(action), **others)


def audit_begun_at(database: Database) -> datetime | None:
    """Return when the oldest row was written, or None where there is none.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    return statements.scalar(database, _SQL["begun_at"], kind=datetime)


def newest_details(database: Database, action: Action, about: str) -> dict[str, Any] | None:
    """Return the details of the newest row of an action about something, or of one that names nothing; None: none is.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    return statements.scalar(database, _SQL["newest_details"], {"action": action, "about": about}, kind=dict)
