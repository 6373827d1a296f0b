"""Versions of a list, and what the database says about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from schemas.types import HotlistEntry
from storage.database import Database
from tests.integration.storage.samples import activate
from tests.integration.storage.stored_entries import withdrawn


class VersionRow(NamedTuple):
    """A row of `hotlist_versions`."""

    version_id: int
    source: str
    kind: str
    as_of: Any
    entries: int
    added: int
    removed: int
    changed: int
    made_by: str | None
    reason: str | None


def version_rows(database: Database, hotlist_id: str) -> list[VersionRow]:
    """The versions of a list, oldest first."""
    statement = (
        "select version_id, source, kind, as_of, entries, added, removed, changed, made_by, reason "
        "from hotlist_versions where hotlist_id = %s order by version_id"
    )
    with database.connection() as connection:
        return [VersionRow(*row) for row in connection.execute(statement, (hotlist_id,))]


def active_version(database: Database, hotlist_id: str) -> int | None:
    """The number of a list's active version."""
    with database.connection() as connection:
        row = connection.execute("select active_version from hotlists where hotlist_id = %s", (hotlist_id,)).fetchone()
    return None if row is None else row[0]


def import_version(database: Database, entries: Sequence[HotlistEntry], hotlist_id: str = "ncic") -> int:
    """Make these entries, but for withdrawn ones, the list's active version, as an import of a file does."""
    gone = withdrawn(database, hotlist_id)
    kept = [entry for entry in entries if entry.entry_id not in gone]
    return activate(database, kept, hotlist_id=hotlist_id).version_id
