"""What ends at a purge, for whoever looks for it afterwards."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from storage import statements
from storage.database import Database
from storage.sql import load_queries

_SQL = load_queries("remains/remains")


def expiring_texts(database: Database, cutoff: datetime, limit: int) -> set[str]:
    """Return plates, as read and canonical, of reads that end.

    Args:
        database: An open database.
        cutoff: Reads captured before it end, aware.
        limit: Most texts.
    """
    return set(statements.scalars(database, _SQL["expiring_texts"], {"cutoff": cutoff, "limit": limit}, kind=str))


def expiring_pictures(database: Database, cutoff: datetime, limit: int) -> list[str]:
    """Return keys of pictures of reads that end; see `expiring_texts`."""
    return statements.scalars(database, _SQL["expiring_pictures"], {"cutoff": cutoff, "limit": limit}, kind=str)


def held_texts(database: Database, texts: Collection[str]) -> set[str]:
    """Return those of some plates that are kept for another reason: other reads, a list, a search in the audit."""
    return set(statements.scalars(database, _SQL["held_texts"], {"texts": list(texts)}, kind=str))
