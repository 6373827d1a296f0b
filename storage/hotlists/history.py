"""What lists and entries were before: held versions, what two versions differ in, and every state of one entry."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from schemas.audit import AuditRecord
from schemas.types import Category, HotlistEntry
from storage import statements
from storage.audit.writer import write_audit
from storage.database import Database
from storage.hotlists.entry_rows import entry_of, entry_row
from storage.sql import load_queries

_SQL = load_queries("hotlists/history", "hotlists/entries")
_FACTS = 11
"""Columns of `entry_past` before the entry's own."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A version that waits for a person: of which list and file, and why."""

    hold_id: int
    hotlist_id: str
    layout: str
    file_name: str
    file_sha256: str
    as_of: datetime | None
    reason: str
    held_at: datetime


@dataclass(frozen=True, slots=True)
class EntryState:
    """An entry as it stood from one version on: who or what brought it, when, and what ended it where it did not last.

    `last_version` is None where it stands now.
    """

    since_version: int
    last_version: int | None
    begun_at: datetime
    ended_at: datetime | None
    kind: str
    made_by: str | None
    reason: str | None
    file_name: str
    ended_kind: str | None
    ended_by: str | None
    ended_reason: str | None
    entry: HotlistEntry


@dataclass(frozen=True, slots=True)
class StoredWithdrawal:
    """That a person took an entry out of force: when, who, and why."""

    withdrawn_at: datetime
    withdrawn_by: str
    reason: str


class HotlistHistory:
    """The past of lists and entries.

    Args:
        database: An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def holds(self) -> list[Hold]:
        """Return the versions that wait, by list, the newest first."""
        return statements.all(self._database, _SQL["open_holds"], row=class_row(Hold))

    def hold(self, hold_id: int) -> Hold | None:
        """Return a version that waits, or None where it does not any more."""
        return statements.one(self._database, _SQL["hold"], {"hold_id": hold_id}, row=class_row(Hold))

    def resolve(self, hold_id: int, *, audit: AuditRecord) -> bool:
        """Note that a version waits no more; return False where it did not."""
        with self._database.transaction() as connection:
            resolved = statements.execute(connection, _SQL["resolve_hold"], {"hold_id": hold_id})
            write_audit(connection, audit, resolved)
        return resolved > 0

    def entries_of_version(self, hotlist_id: str, version: int) -> int | None:
        """Return how many entries a version of a list had, or None where it is none of the list."""
        values = {"hotlist_id": hotlist_id, "version": version}
        return statements.scalar(self._database, _SQL["entries_of_version"], values, kind=int)

    def kept_of_version(self, hotlist_id: str, version: int) -> int:
        """Return how many of them are stored: retention ends what is not in force."""
        values = {"hotlist_id": hotlist_id, "version": version}
        return statements.scalar(self._database, _SQL["kept_at"], values, kind=int) or 0

    def count_changes(self, hotlist_id: str, earlier: int, later: int) -> dict[str, int]:
        """Return how many entries were `added`, `removed` and `changed` from one version to a later one."""
        values = {"hotlist_id": hotlist_id, "earlier": earlier, "later": later}
        return dict(statements.all(self._database, _SQL["count_changes"], values))

    def changes(self, hotlist_id: str, earlier: int, later: int, limit: int) -> list[tuple[UUID, str]]:
        """Return which entries changed how, removed ones first."""
        values = {"hotlist_id": hotlist_id, "earlier": earlier, "later": later, "limit": limit}
        return statements.all(self._database, _SQL["changes_between"], values)

    def entries_at(self, hotlist_id: str, version: int, entry_ids: Collection[UUID]) -> dict[UUID, HotlistEntry]:
        """Return some entries as a version has them, by id."""
        values = {"hotlist_id": hotlist_id, "version": version, "entry_ids": list(entry_ids)}
        found = statements.all(self._database, _SQL["entries_at"], values, row=entry_row)
        return {entry.entry_id: entry for entry in found}

    def states_of(self, entry_id: UUID, limit: int) -> list[EntryState]:
        """Return every state of an entry that is kept, the newest first."""
        values = {"entry_id": entry_id, "limit": limit}
        return [_state(row) for row in statements.all(self._database, _SQL["entry_past"], values)]

    def withdrawal_of(self, entry_id: UUID) -> StoredWithdrawal | None:
        """Return that a person took an entry out of force, or None."""
        values = {"entry_id": entry_id}
        return statements.one(self._database, _SQL["withdrawal"], values, row=class_row(StoredWithdrawal))

    def count_by_state(self) -> dict[str | None, int]:
        """Return how many entries of all active lists have each state."""
        return dict(statements.all(self._database, _SQL["count_by_state"]))

    def count_by_category(self) -> dict[Category, int]:
        """Return how many entries of all active lists have each category; those that have none are left out."""
        return {Category(name): count for name, count in statements.all(self._database, _SQL["count_by_category"])}

    def partial_plates(self) -> list[tuple[str, str | None]]:
        """Return the plates with unknown characters of all active lists, with their states."""
        return statements.all(self._database, _SQL["partial_plates"])


def _state(row: Sequence[Any]) -> EntryState:
    facts: tuple[Any, ...] = (*row[:_FACTS], entry_of(row[_FACTS:]))
    return EntryState(*facts)
