"""A new version of a hotlist: loaded beside the active one, compared, and made active in one transaction."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

import numpy as np
import numpy.typing as npt
from psycopg import sql
from psycopg.rows import class_row

from schemas.audit import AuditRecord
from schemas.errors import InvalidInput
from schemas.types import Category, HotlistEntry, RejectedRow
from storage import statements
from storage.audit.writer import write_audit
from storage.database import Connection, Database
from storage.hotlists.entry_rows import copy_block
from storage.sql import load_queries
from storage.values import optional, storable

_SQL = load_queries("hotlists/imports", "hotlists/new_version", "hotlists/entries")
WRITE_ROWS = 1000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ActiveVersion:
    """The version in force when an import began."""

    version_id: int
    layout: str
    entries: int
    as_of: datetime | None


@dataclass(frozen=True, slots=True, eq=False)
class KnownRows:
    """The active entries of a list: what their rows said, and their ids. uint64 (n, 2) each, high half first."""

    digests: npt.NDArray[np.uint64]
    entry_ids: npt.NDArray[np.uint64]


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
class ImportCounts:
    """What an import read, and what of it differs from the active version."""

    rows: int
    total: int
    added: int
    removed: int
    changed: int


class Write(Protocol):
    """Takes a new or changed entry."""

    def __call__(self, entry: HotlistEntry, digest: str) -> None:
        """Store an entry with the digest of its row, 32 hexadecimal digits."""


class HotlistImport:
    """One import in its transaction. Make it with `begin_import`; whatever raises inside leaves all as it was.

    `write` new and changed entries first, then `drop` those that are not to count, then `finish`.
    """

    def __init__(self, connection: Connection, values: dict[str, Any], audit: AuditRecord | None = None) -> None:
        self._connection = connection
        self._audit = audit
        self._values = values
        self._hotlist_id: str = values["hotlist_id"]
        self._written = 0
        self._execute("make_list")
        number = self._scalar("lock_list", int)
        self.active = None if number is None else self._active_version(number)
        """The version in force, or None for a list that is new or was removed."""
        self.version_id = self._scalar("make_version", int) or 0
        self._values |= {
            "version_id": self.version_id,
            "old_version": None if self.active is None else self.active.version_id,
        }
        self._is_new_table = self._scalar("make_partition", bool) is True
        if not self._is_new_table:
            self._execute("make_incoming")
        name = self._scalar("partition", str) or "" if self._is_new_table else "incoming_entries"
        self._table = sql.Identifier(name)

    def _active_version(self, version_id: int) -> ActiveVersion | None:
        values = {"version_id": version_id}
        return statements.one(self._connection, _SQL["active_version"], values, row=class_row(ActiveVersion))

    def known_rows(self) -> KnownRows:
        """Return what the active version's rows said."""
        if self.active is None:
            return KnownRows(np.empty((0, 2), np.uint64), np.empty((0, 2), np.uint64))
        received = bytearray()
        with self._connection.cursor(binary=True) as cursor:
            for (block,) in cursor.execute(_SQL["known_rows"], self._values):
                received += block
        rows = np.frombuffer(received, dtype=np.uint64).reshape(-1, 4)
        if sys.byteorder == "little":
            # In place: a copy of a national list's rows is a hundred megabytes.
            rows.byteswap(inplace=True)
        return KnownRows(rows[:, :2], rows[:, 2:])

    @contextlib.contextmanager
    def writing(self) -> Iterator[Write]:
        """Lend the way in for new and changed entries; nothing else can be asked of the import meanwhile."""
        pending: list[tuple[HotlistEntry, str]] = []
        statement = sql.SQL(_SQL["copy_entries"].decode()).format(
            table=self._table, freeze=sql.Literal(self._is_new_table)
        )
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:

            def write(entry: HotlistEntry, digest: str) -> None:
                self._written += 1
                pending.append((entry, digest))
                if len(pending) == WRITE_ROWS:
                    copy.write(copy_block(pending, self.version_id))
                    pending.clear()

            yield write
            if pending:
                copy.write(copy_block(pending, self.version_id))

    def drop(self, lines: Sequence[int], kept_lines: Sequence[int]) -> int:
        """Take written rows out again that a later row of the same identity replaces, and keep them as rejects.

        Args:
            lines: Their lines.
            kept_lines: For each the line that counts.

        Returns:
            How many there were.
        """
        if not lines:
            return 0
        statement = sql.SQL(_SQL["drop_lines"].decode()).format(table=self._table)
        values = self._values | {"lines": list(lines), "kept_lines": list(kept_lines)}
        return self._connection.execute(statement, values).rowcount

    def check_written(self, expected: int, dropped: int, superseded: int) -> None:
        """Make sure that the entries that were written are those that are to become active.

        Args:
            expected: New and changed entries.
            dropped: Written rows that `drop` took out.
            superseded: Rows that it was to take out.

        Raises:
            InvalidInput: An entry is lost or invented, which is a fault of the program.
        """
        if dropped != superseded or self._written - dropped != expected:
            raise InvalidInput(
                f"{expected} new entries and {superseded} repeated rows were expected, {self._written} were written "
                f"and {dropped} taken out again; this is a fault of platewatch: nothing was imported, please report it"
            )

    def reject(self, rejects: Sequence[RejectedRow]) -> None:
        """Keep rows that could not be used."""
        if not rejects:
            return
        with self._connection.cursor() as cursor, cursor.copy(_SQL["copy_rejects"]) as copy:
            for row in rejects:
                values = (self.version_id, row.line, storable(row.reason), optional(row.column), storable(row.raw))
                copy.write_row(values)

    def withdrawn(self) -> frozenset[UUID]:
        """Return the list's entries that a person took out of force, whatever a file says."""
        return frozenset(statements.scalars(self._connection, _SQL["withdrawn"], self._values, kind=UUID))

    def unmapped(self) -> tuple[tuple[str, int], ...]:
        """Return how many active entries have a code that is not known, by code; after `finish`."""
        return tuple((code, count) for code, count in self._all("unmapped"))

    def categories(self) -> tuple[tuple[Category, int], ...]:
        """Return how many active entries have each category, most first; after `finish`."""
        return tuple((Category(name), count) for name, count in self._all("categories"))

    def finish(
        self, retired: bytes, counts: ImportCounts, *, rejected: int, file_sha256: str, as_of: datetime | None
    ) -> ImportOutcome:
        """Make the version active when the transaction ends.

        Args:
            retired: Ids of the active entries that are changed or gone, 16 bytes each.
            counts: What was read and what differs.
            rejected: Rows that cannot be used, those that `drop` took out included.
            file_sha256: Digest of the file, in hexadecimal.
            as_of: Date of its content, aware; None: unknown.
        """
        retire(self._connection, self._values, retired)
        if self._is_new_table:
            self._execute("attach_partition")
        else:
            self._execute("insert_incoming")
        self._values |= {
            "file_sha256": file_sha256,
            "as_of": as_of,
            "rows_read": counts.rows,
            "total": counts.total,
            "added": counts.added,
            "removed": counts.removed,
            "changed": counts.changed,
            "rejected": rejected,
        }
        for statement in ("finish_version", "set_active", "resolve_holds", "grow_revision"):
            self._execute(statement)
        outcome = ImportOutcome(
            self.version_id,
            counts.total,
            counts.added,
            counts.removed,
            counts.changed,
            counts.total - counts.added - counts.changed,
            rejected,
        )
        self._write_down(outcome, file_sha256, as_of)
        return outcome

    def _write_down(self, outcome: ImportOutcome, file_sha256: str, as_of: datetime | None) -> None:
        write_audit(
            self._connection,
            self._audit,
            outcome.total,
            outcome="active",
            version=outcome.version_id,
            added=outcome.added,
            removed=outcome.removed,
            changed=outcome.changed,
            rejected=outcome.rejected,
            file_sha256=file_sha256,
            as_of=as_of,
        )

    def _execute(self, statement: str) -> None:
        statements.execute(self._connection, _SQL[statement], self._values)

    def _all(self, statement: str) -> list[tuple[Any, ...]]:
        return statements.all(self._connection, _SQL[statement], self._values)

    def _scalar(self, statement: str, kind: type[T]) -> T | None:
        return statements.scalar(self._connection, _SQL[statement], self._values, kind=kind)


def retire(connection: Connection, values: dict[str, Any], entry_ids: bytes) -> None:
    """End active entries of a list with the version that was active before the change.

    Args:
        connection: In a transaction that holds the list's lock.
        values: `hotlist_id` and `old_version`.
        entry_ids: 16 bytes each.
    """
    if not entry_ids:
        return
    connection.execute(_SQL["make_retired"])
    with connection.cursor() as cursor, cursor.copy(_SQL["copy_retired"]) as copy:
        copy.write(entry_ids.hex("\n", 16).encode() + b"\n")
    connection.execute(_SQL["retire"], values)


@contextlib.contextmanager
def begin_import(
    database: Database,
    hotlist_id: str,
    *,
    layout: str,
    file_name: str,
    reason: str | None = None,
    audit: AuditRecord | None = None,
) -> Iterator[HotlistImport]:
    """Begin a new version of a list. It becomes active at the end, if nothing raises before `finish` and after it.

    Args:
        database: An open database.
        hotlist_id: The list; made when it is new.
        layout: Its layout.
        file_name: The file, for people.
        reason: Why it becomes active although it would be held.
        audit: The import, written down in the same transaction; its actor is who made the version.

    Raises:
        DatabaseUnavailable: The server went away; the version before is still active.
        StorageFull: No space; the same.
        InvalidInput: An entry cannot be stored.
    """
    values: dict[str, Any] = {
        "hotlist_id": hotlist_id,
        "layout": layout,
        "file_name": storable(file_name),
        "kind": "import",
        "made_by": None if audit is None else storable(audit.actor.name),
        "reason": optional(reason),
        "restored_version": None,
        "as_of": None,
    }
    with database.transaction() as connection:
        yield HotlistImport(connection, values, audit)
