"""Hotlists in versions: a version is activated as a whole or not at all, and the one before stays until then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from schemas.types import Category, HotlistEntry, RejectedRow
from storage import statements
from storage.database import Database
from storage.hotlists.entry_rows import entry_of, entry_row
from storage.sql import load_queries

_SQL = load_queries("hotlists/lists", "hotlists/entries")
FETCH_ROWS = 5000


@dataclass(frozen=True, slots=True)
class HotlistSummary:
    """An active list. `as_of` is the date of its content, when the source tells one.

    `held` says why newer versions wait for a person, or is None.
    """

    hotlist_id: str
    source: str
    version_id: int
    as_of: datetime | None
    activated_at: datetime
    entries: int
    rejected: int
    file_name: str
    held: str | None = None


class HotlistStore:
    """The active hotlists.

    Args:
        database: An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def lists(self) -> list[HotlistSummary]:
        """Return the active lists by name."""
        return statements.all(self._database, _SQL["lists"], row=class_row(HotlistSummary))

    def active_entries(self) -> Iterator[HotlistEntry]:
        """Yield every entry of every active list, as one snapshot, without holding them all in memory.

        Raises:
            DatabaseUnavailable: The server went away; what was yielded is not the whole.
        """
        with self._database.transaction() as connection, connection.cursor("active_entries") as cursor:
            cursor.itersize = FETCH_ROWS
            cursor.execute(_SQL["active_entries"])
            for row in cursor:
                yield entry_of(row)

    def entries_of(self, hotlist_id: str, limit: int, offset: int = 0) -> list[HotlistEntry]:
        """Return a page of an active list's entries, by plate."""
        values = {"hotlist_id": hotlist_id, "limit": limit, "offset": offset}
        return statements.all(self._database, _SQL["entries_of"], values, row=entry_row)

    def entry(self, entry_id: UUID) -> HotlistEntry | None:
        """Return an entry as its latest version has it, active or not; None when it is not stored (any more)."""
        return statements.one(self._database, _SQL["entry"], {"entry_id": entry_id}, row=entry_row)

    def active_entry(self, entry_id: UUID) -> HotlistEntry | None:
        """Return an active entry; None when it is not active (any more)."""
        return statements.one(self._database, _SQL["active_entry"], {"entry_id": entry_id}, row=entry_row)

    def as_of(self) -> dict[str, datetime]:
        """Return the date of the content of every active list that has one."""
        return dict(statements.all(self._database, _SQL["as_of"]))

    def categories_of(self, hotlist_id: str) -> dict[Category, int]:
        """Return how many entries of each category an active list has, most first."""
        rows = statements.all(self._database, _SQL["categories"], {"hotlist_id": hotlist_id})
        return {Category(name): count for name, count in rows}

    def rejects(self, version_id: int) -> list[RejectedRow]:
        """Return the rows of a version's file that could not be used, by line."""
        return statements.all(self._database, _SQL["rejects"], {"version_id": version_id}, row=class_row(RejectedRow))

    def list_of_version(self, version_id: int) -> str | None:
        """Return the list that a version is of; None where there is no such version."""
        return statements.scalar(self._database, _SQL["list_of_version"], {"version_id": version_id}, kind=str)

    def revision(self) -> int:
        """Return a number that grows with every activation and removal; cheap to ask for."""
        return statements.scalar(self._database, _SQL["revision"], kind=int) or 0
