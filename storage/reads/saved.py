"""Searches that people keep for a case, to ask them again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import class_row

from storage import statements
from storage.database import Connection, Database
from storage.sql import load_queries
from storage.values import jsonb, optional, storable

_SQL = load_queries("reads/saved")


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search that somebody keeps: what is asked, as JSON has it, why, and until when."""

    search_id: int
    name: str
    asked: Mapping[str, Any]
    purpose: str
    case_number: str
    warrant: str | None
    offense: str | None
    saved_by: str
    saved_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class NewSearch:
    """A search that is to be kept; `case_key` is the case's number as it is compared."""

    name: str
    asked: Mapping[str, Any]
    purpose: str
    case_number: str
    case_key: str
    warrant: str | None
    offense: str | None
    ends_at: datetime


def save(on: Connection, search: NewSearch, person: str) -> int:
    """Keep a search, in the caller's transaction; return its number."""
    values = {
        "name": storable(search.name),
        "asked": jsonb(dict(search.asked)),
        "purpose": storable(search.purpose),
        "case_number": storable(search.case_number),
        "case_key": storable(search.case_key),
        "warrant": optional(search.warrant),
        "offense": optional(search.offense),
        "person": storable(person),
        "ends_at": search.ends_at,
    }
    return statements.scalar(on, _SQL["save"], values, kind=int) or 0


def count_saved(on: Connection, person: str) -> int:
    """Return how many searches somebody keeps that have not ended."""
    return statements.scalar(on, _SQL["count"], {"person": storable(person)}, kind=int) or 0


def saved_searches(on: Database | Connection, person: str | None, search_id: int | None = None) -> list[SavedSearch]:
    """Return the searches that somebody keeps and that have not ended, by number; or one of them.

    Args:
        on: An open database, or the connection whose transaction it is part of.
        person: Whose; None: everybody's.
        search_id: This one alone.
    """
    values = {"person": optional(person), "search_id": search_id}
    return statements.all(on, _SQL["all"], values, row=class_row(SavedSearch))


def remove_saved(
    on: Connection, person: str | None, *, search_id: int | None = None, case_key: str | None = None
) -> int:
    """Remove a search, or all of a case, in the caller's transaction; return how many.

    Args:
        on: Its connection.
        person: Whose; None: everybody's.
        search_id: This one.
        case_key: All of this case.
    """
    values = {"person": optional(person), "search_id": search_id, "case_key": optional(case_key)}
    return statements.execute(on, _SQL["remove"], values)
