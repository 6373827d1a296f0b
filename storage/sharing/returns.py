"""What people here said of alerts on entries of other agencies: on its way to those agencies, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from storage import statements
from storage.database import Database
from storage.sql import load_queries
from storage.values import jsonb, storable

_SQL = load_queries("sharing/returns")


@dataclass(frozen=True, slots=True)
class WaitingReturn:
    """One that waits: `agency_id` gave the entry, `hotlist_id` is the list here, `payload` the disposition as JSON."""

    return_number: int
    disposition_id: UUID
    agency_id: str
    agreement_id: str
    hotlist_id: str
    plate: str
    noted_at: datetime
    payload: str


def waiting_returns(database: Database, limit: int) -> list[WaitingReturn]:
    """Return what waits, oldest first.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    return statements.all(database, _SQL["waiting"], {"limit": limit}, row=class_row(WaitingReturn))


@dataclass(frozen=True, slots=True)
class ReturnCounts:
    """How many dispositions went back to an agency, wait, and were withheld, of those that are kept."""

    given: int = 0
    waiting: int = 0
    withheld: int = 0


def return_counts(database: Database, agency_id: str) -> ReturnCounts:
    """Return how much went back to an agency.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    found = statements.one(database, _SQL["counts"], {"agency_id": agency_id}, row=class_row(ReturnCounts))
    return found or ReturnCounts()


def is_in_force(database: Database, hotlist_id: str) -> bool:
    """Return whether a list is active here.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    return bool(statements.scalar(database, _SQL["is_active"], {"hotlist_id": hotlist_id}, kind=bool))


def given_version(database: Database, hotlist_id: str) -> int | None:
    """Return under which version of its agreement a list was given last, or None where that is not known.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    found = statements.scalar(database, _SQL["given_version"], {"hotlist_id": hotlist_id}, kind=str)
    return int(found) if found and found.isdecimal() and 0 < int(found) <= 1_000_000 else None


def settle_return(
    database: Database,
    waiting: WaitingReturn,
    outcome: str,
    why: str,
    version: int | None,
    members: Sequence[dict[str, Any]],
    terms: dict[str, Any],
) -> None:
    """Note what became of one that waited, with its row in the log of what went to other agencies.

    Args:
        database: An open database.
        waiting: The one.
        outcome: given, or withheld.
        why: Why, in words.
        version: Of the agreement; None: not known, which the log shows as 0.
        members: Whom it goes to.
        terms: What was shown.

    Raises:
        DatabaseUnavailable: Nothing was noted; it is sent again, which does no harm.
    """
    values = {
        "disposition_id": waiting.disposition_id,
        "outcome": outcome,
        "why": storable(why),
        "agreement_id": waiting.agreement_id,
        "version": version or 0,
        "members": jsonb(list(members)),
        "plate": waiting.plate,
        "terms": jsonb(terms),
    }
    with database.transaction() as connection:
        if statements.execute(connection, _SQL["settle"], values):
            statements.execute(connection, _SQL["note_returned"], values)
