"""What changed of alerts, in order: whoever has seen a change has missed none before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row, kwargs_row

from schemas.types import Disposition
from storage import statements
from storage.alerts.dispositions import FoundAlert, dispositions_of
from storage.database import Connection, Database
from storage.sql import load_queries

_SQL = load_queries("alerts/changes")
MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ChangedAlert:
    """A first alert as it stands, with the number of its newest change, and what was said of it.

    What is in `found` has no picture; `has_picture` says whether one travels with it.
    """

    change_number: int
    found: FoundAlert
    has_picture: bool
    dispositions: tuple[Disposition, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """Where an alert's pictures are: keys of the image store, and the plate's as it travels (base64)."""

    read_id: UUID
    plate_key: str | None
    context_key: str | None
    embedded: str | None
    alert_number: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "read_id", UUID(str(self.read_id)))


def newest_change(on: Database | Connection) -> int:
    """Return the number of the newest change; 0: there is none."""
    return statements.scalar(on, _SQL["newest_number"], kind=int) or 0


def last_change_after(on: Database | Connection, after: int, limit: int = MOST_AT_ONCE) -> int | None:
    """Return the last number of at most so many changes after one; None: nothing changed since.

    Args:
        on: An open database, or a connection with the caller's transaction.
        after: The last change that was seen.
        limit: Most changes to take at once.
    """
    return statements.scalar(on, _SQL["last_after"], {"after": after, "limit": limit}, kind=int)


def changed_between(on: Database | Connection, agency_id: str, after: int, until: int) -> list[ChangedAlert]:
    """Return the alerts of an agency that changed after one change and up to another, in the order of their newest.

    Args:
        on: An open database, or a connection with the caller's transaction.
        agency_id: Whose alerts.
        after: The last change that was seen.
        until: The last one to take (`last_change_after`).
    """
    return _changed(on, _SQL["between"], {"agency_id": agency_id, "after": after, "until": until})


def changed_since(on: Database | Connection, agency_id: str, since: datetime, limit: int) -> list[ChangedAlert]:
    """Return the alerts of an agency that changed since a moment: the newest of them, in the order of their change.

    Args:
        on: An open database, or a connection with the caller's transaction.
        agency_id: Whose alerts.
        since: The moment, aware.
        limit: Most alerts to return.
    """
    return _changed(on, _SQL["since"], {"agency_id": agency_id, "since": since, "limit": limit})


def alerts_before(on: Database | Connection, agency_id: str, before: int, limit: int) -> list[ChangedAlert]:
    """Return the first alerts about vehicles of an agency, the newest first; their change's number is 0.

    Args:
        on: An open database, or a connection with the caller's transaction.
        agency_id: Whose alerts.
        before: Numbers below this one.
        limit: Most alerts to return.
    """
    return _changed(on, _SQL["page"], {"agency_id": agency_id, "before": before, "limit": limit})


def picture_of(on: Database | Connection, agency_id: str, alert_id: UUID) -> StoredPicture | None:
    """Return where the pictures of an agency's alert are, as its newest update says; None: it has no such alert.

    Args:
        on: An open database, or a connection with the caller's transaction.
        agency_id: Whose alerts.
        alert_id: The first alert about a vehicle.
    """
    values = {"agency_id": agency_id, "alert_id": alert_id}
    return statements.one(on, _SQL["picture"], values, row=class_row(StoredPicture))


def _changed(on: Database | Connection, statement: bytes, values: dict[str, Any]) -> list[ChangedAlert]:
    found = statements.all(on, statement, values, row=kwargs_row(_row))
    said = dispositions_of(on, [one.found.alert_id for one in found]) if found else {}
    return [_with(one, said.get(one.found.alert_id, ())) for one in found]


def _row(*, change_number: int, has_picture: bool, **alert: Any) -> ChangedAlert:
    return ChangedAlert(change_number, FoundAlert(**alert), has_picture)


def _with(one: ChangedAlert, said: Sequence[Disposition]) -> ChangedAlert:
    return ChangedAlert(one.change_number, one.found, one.has_picture, tuple(said))
