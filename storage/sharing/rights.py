"""Which agreements are over whose members may still have rights at the broker."""

from __future__ import annotations

from datetime import datetime

from storage import statements
from storage.database import Database
from storage.sql import load_queries

_SQL = load_queries("sharing/rights")


def over_with_rights(database: Database, now: datetime) -> list[str]:
    """Return the agreements that are over, and whose rights at the broker nobody took since.

    Args:
        database: An open database.
        now: The present, aware.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    return statements.scalars(database, _SQL["over_with_rights"], {"now": now}, kind=str)


def note_rights_taken(database: Database, agreement_id: str, now: datetime) -> None:
    """Note that the rights of an agreement were taken.

    Args:
        database: An open database.
        agreement_id: The agreement.
        now: When that was begun, aware.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    statements.execute(database, _SQL["note_rights_taken"], {"agreement_id": agreement_id, "now": now})
