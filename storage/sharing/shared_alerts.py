"""Stored alerts as they are offered to other agencies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from storage import statements
from storage.database import Connection, Database
from storage.sql import load_queries

_SQL = load_queries("sharing/shared_alerts")


@dataclass(frozen=True, slots=True)
class OfferedAlert:
    """An alert, update or cancel. `layout` is that of its entry's list; None where the list is not there any more."""

    insert_number: int
    alert_id: UUID
    payload: dict[str, Any]
    layout: str | None


def find_alert(on: Database | Connection, alert_id: UUID) -> OfferedAlert | None:
    """Return one stored alert, or None.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    return statements.one(on, _SQL["find"], {"alert_id": alert_id}, row=class_row(OfferedAlert))
