"""Hotlists in versions: a version is activated as a whole or not at all, and the one before stays until then."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from schemas.types import Category, HotlistEntry, RejectedRow
from storage import statements
from storage.database import Database
from storage.hotlists.entry_rows import entry_row
from storage.sql import load_queries

_SQL = load_queries("hotlists/lists", "hotlists/entries")


@dataclass(frozen=True, slots=True)
class HotlistSummary:
    """An active list. `as_of` is the date of its content, when the list tells one.

    `held` says why newer versions wait for a person, or is None.
    """

    hotlist_id: str
    layout: str
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

    def entries_of(self, hotlist_id: str, limit: int, offset: int = 0) -> list[HotlistEntry]:
        """Return a page of an active list's entries, by plate."""
        values = {"hotlist_id": hotlist_id, "limit": limit, "offset": offset}
        return statements.all(self._database, _SQL["entries_of"], values, row=entry_row)

    def active_entries(self, entry_ids: Collection[UUID]) -> dict[UUID, HotlistEntry]:
        """Return those of some entries that are active, by id."""
        values = {"entry_ids": list(entry_ids)}
        found = statements.all(self._database, _SQL["active_entries"], values, row=entry_row)
        return {entry.entry_id: entry for entry in found}

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
