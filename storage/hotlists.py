"""Hotlists in versions: a version is activated as a whole or not at all, and the one before stays until then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from schemas.errors import InvalidInput
from schemas.types import HotlistEntry, RejectedRow
from storage.database import Connection, Database
from storage.entry_rows import entry_of, incoming_row
from storage.rows import in_utc, optional, storable
from storage.sql import load_queries

_SQL = load_queries("hotlists")
FETCH_ROWS = 5000


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an activation did. `total` entries are active now; the others compare it with the version before."""

    version_id: int
    total: int
    added: int
    removed: int
    changed: int
    unchanged: int
    rejected: int


@dataclass(frozen=True, slots=True)
class HotlistSummary:
    """An active list. `as_of` is the date of its content, when the source tells one."""

    hotlist_id: str
    source: str
    version_id: int
    as_of: datetime | None
    activated_at: datetime
    entries: int
    rejected: int
    file_name: str


class HotlistStore:
    """The active hotlists and their history.

    Args:
        database: An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def activate(
        self,
        hotlist_id: str,
        *,
        source: str,
        file_name: str,
        file_sha256: str,
        as_of: datetime | None,
        entries: Iterable[HotlistEntry],
        rejects: Iterable[RejectedRow],
    ) -> ImportOutcome:
        """Replace a list's entries by a new version, in one transaction.

        An entry that comes twice counts once, as its first line has it; the others join the rejects. An entry whose
        content did not change keeps the line number and the text of the version that brought it.

        Args:
            hotlist_id: The list; made when it is new.
            source: Its layout: ncic, missing, csv.
            file_name: The file, for people.
            file_sha256: Its digest, in hexadecimal.
            as_of: Date of its content, aware; None: unknown.
            entries: The new version's entries; read once, as they are stored.
            rejects: Rows that could not be used; read after the last entry.

        Returns:
            The counts.

        Raises:
            DatabaseUnavailable: The server went away; the version before is still active.
            InvalidInput: An entry belongs to another list or cannot be stored, or the iterables raised it.
        """
        values: dict[str, Any] = {
            "hotlist_id": hotlist_id,
            "source": source,
            "file_name": storable(file_name),
            "file_sha256": file_sha256,
            "as_of": as_of,
        }
        with self._database.transaction() as connection:
            connection.execute(_SQL["make_list"], values)
            values["old_version"] = _number(connection, "lock_list", values)
            values["version_id"] = _number(connection, "make_version", values)
            connection.execute(_SQL["make_incoming"])
            _copy_entries(connection, hotlist_id, entries)
            rejected = _copy_rejects(connection, values["version_id"], rejects)
            return _compare_and_activate(connection, values, rejected)

    def remove(self, hotlist_id: str) -> bool:
        """Take a list out of force; its history stays until retention ends it.

        Args:
            hotlist_id: The list.

        Returns:
            False when there is no such active list.
        """
        values: dict[str, Any] = {"hotlist_id": hotlist_id, "version_id": None}
        with self._database.transaction() as connection:
            row = connection.execute(_SQL["lock_list"], values).fetchone()
            if row is None or row[0] is None:
                return False
            values["old_version"] = row[0]
            connection.execute(_SQL["retire_all"], values)
            connection.execute(_SQL["set_active"], values)
            connection.execute(_SQL["grow_revision"])
        return True

    def lists(self) -> list[HotlistSummary]:
        """Return the active lists by name."""
        with self._database.connection() as connection:
            rows = connection.execute(_SQL["lists"]).fetchall()
        return [
            HotlistSummary(name, source, version, in_utc(as_of), activated.astimezone(UTC), entries, rejected, file)
            for name, source, version, as_of, activated, entries, rejected, file in rows
        ]

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
        with self._database.connection() as connection:
            return [entry_of(row) for row in connection.execute(_SQL["entries_of"], values)]

    def entry(self, entry_id: UUID) -> HotlistEntry | None:
        """Return an entry as its latest version has it, active or not; None when it is not stored (any more)."""
        with self._database.connection() as connection:
            row = connection.execute(_SQL["entry"], {"entry_id": entry_id}).fetchone()
        return None if row is None else entry_of(row)

    def as_of(self) -> dict[str, datetime]:
        """Return the date of the content of every active list that has one."""
        with self._database.connection() as connection:
            return {name: as_of.astimezone(UTC) for name, as_of in connection.execute(_SQL["as_of"])}

    def rejects(self, hotlist_id: str) -> list[RejectedRow]:
        """Return the rows of the active version's file that could not be used, by line."""
        with self._database.connection() as connection:
            rows = connection.execute(_SQL["rejects"], {"hotlist_id": hotlist_id}).fetchall()
        return [RejectedRow(line, reason, column, raw) for line, reason, column, raw in rows]

    def revision(self) -> int:
        """Return a number that grows with every activation and removal; cheap to ask for."""
        with self._database.connection() as connection:
            return _number(connection, "revision", {}) or 0


def _number(connection: Connection, statement: str, values: dict[str, Any]) -> int | None:
    row = connection.execute(_SQL[statement], values).fetchone()
    return None if row is None or row[0] is None else int(row[0])


def _copy_entries(connection: Connection, hotlist_id: str, entries: Iterable[HotlistEntry]) -> None:
    with connection.cursor() as cursor, cursor.copy(_SQL["copy_entries"]) as copy:
        for ordinal, entry in enumerate(entries, start=1):
            if entry.hotlist_id != hotlist_id:
                raise InvalidInput(f"entry of list '{entry.hotlist_id}' in an import of '{hotlist_id}'")
            copy.write_row(incoming_row(ordinal, entry))


def _copy_rejects(connection: Connection, version_id: int, rejects: Iterable[RejectedRow]) -> int:
    count = 0
    with connection.cursor() as cursor, cursor.copy(_SQL["copy_rejects"]) as copy:
        for row in rejects:
            copy.write_row((version_id, row.line, storable(row.reason), optional(row.column), storable(row.raw)))
            count += 1
    return count


def _compare_and_activate(connection: Connection, values: dict[str, Any], rejected: int) -> ImportOutcome:
    def affected(statement: str) -> int:
        return connection.execute(_SQL[statement], values).rowcount

    connection.execute(_SQL["analyze_incoming"])
    rejected += affected("reject_repeats")
    affected("drop_repeats")
    total = _number(connection, "count_incoming", values) or 0
    changed = affected("retire_changed")
    removed = affected("retire_removed")
    added = affected("insert_new") - changed
    values |= {"total": total, "added": added, "removed": removed, "changed": changed, "rejected": rejected}
    for statement in ("finish_version", "set_active", "grow_revision"):
        affected(statement)
    return ImportOutcome(
        version_id=values["version_id"],
        total=total,
        added=added,
        removed=removed,
        changed=changed,
        unchanged=total - added - changed,
        rejected=rejected,
    )
