"""The log of what was given to other agencies, and of what they asked, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from storage import statements
from storage.database import Connection, Database
from storage.sql import load_queries
from storage.values import jsonb, optional, storable

_SQL = load_queries("sharing/standing", "sharing/deliveries")


@dataclass(frozen=True, slots=True)
class Dissemination:
    """What was given, or withheld at the last moment, or asked: to whom, under what, why and when.

    `outcome` is given, withheld, answered or refused. `members` are the agencies, each with id, name and ORI; of a
    question the one that asked, and `asked_by` who did. `terms` say what was shown. `item_id` is the alert, or the
    question; the reads that answered it stand in `terms`.
    """

    dissemination_id: int
    happened_at: datetime
    outcome: str
    kind: str
    agreement_id: str
    version: int
    members: list[dict[str, Any]]
    item_id: UUID | None
    plate: str | None
    terms: dict[str, Any]
    why: str
    asked_by: str | None
    purpose: str | None
    case_number: str | None
    results: int | None


@dataclass(frozen=True, slots=True)
class DisseminationFilter:
    """Which rows of the log; None: all. `member` is an agency's short name, name or ORI, `plate` a canonical text.

    `asked`: only what others asked. `stopped`: only what was refused or withheld. `before` is the last row of the page
    before.
    """

    agreement_id: str | None = None
    member: str | None = None
    plate: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    asked: bool = False
    stopped: bool = False
    before: int | None = None

    @property
    def details(self) -> dict[str, Any]:
        """The filter for the audit."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in named.items() if value not in (None, False)}


@dataclass(frozen=True, slots=True)
class ForeignQuery:
    """A question that another agency asked of our data, and what came of it.

    `asked_by` is the person's name: one who is not named gets no answer. `results` is None where it was refused. One
    with a `query_id` is written down once. Without a plate it stands for several that nobody looked at.
    """

    agreement_id: str
    version: int
    member: dict[str, Any]
    asked_by: str
    plate: str | None
    purpose: str | None
    case_number: str | None
    why: str
    results: int | None = None
    query_id: UUID | None = None
    terms: dict[str, Any] | None = None


def disseminations(on: Database | Connection, wanted: DisseminationFilter, limit: int) -> Sequence[Dissemination]:
    """Return the log, newest first.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    values = {field.name: getattr(wanted, field.name) for field in fields(wanted)} | {"limit": limit}
    return statements.all(on, _SQL["log"], values, row=class_row(Dissemination))


def note_query(connection: Connection, query: ForeignQuery) -> None:
    """Write down a question that another agency asked, on the transaction of its answer.

    Raises:
        ValueError: It does not say who asked.
    """
    if not query.asked_by.strip():
        raise ValueError("a question of another agency has to say who asks, by name")
    values = {
        "outcome": "refused" if query.results is None else "answered",
        "agreement_id": query.agreement_id,
        "version": query.version,
        "members": jsonb([query.member]),
        "item_id": query.query_id,
        "plate": optional(query.plate),
        "terms": jsonb(query.terms or {}),
        "why": storable(query.why),
        "asked_by": storable(query.asked_by),
        "purpose": optional(query.purpose),
        "case_number": optional(query.case_number),
        "results": query.results,
    }
    statements.execute(connection, _SQL["note_query"], values)
