"""Every row of one moment, table by table, while others go on writing.

A transaction holds a snapshot; each table is copied in a transaction of its own that sees the same moment, so that no
table stays locked for longer than it is copied. A day of reads that retention drops meanwhile is gone from the backup,
too, as it has to be.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import psycopg
from psycopg import sql

from schemas.errors import ConfigurationError
from storage import statements
from storage.backup.manifest import Form, StoredTable
from storage.database import Connection, Database
from storage.errors import translated
from storage.sql import load_queries

_SQL = load_queries("backup/tables")
_PARTED = {"reads": ("days", "copy_day"), "hotlist_entries": ("lists", "copy_list")}
"""Tables in parts: the statement that names the parts, and the one that copies one."""
_AS_CSV = " with (format csv, header)"


class Taker(Protocol):
    """Takes bytes."""

    def write(self, data: bytes, /) -> object:
        """Take bytes."""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that are one file: a table, a day of reads, or a list's entries."""

    table: str
    columns: tuple[str, ...]
    part: str | None = None


class Snapshot:
    """The rows of one moment. Make it with `snapshot_of`.

    Attributes:
        taken_at: The moment.
        migrations: Those that the database had.
        server: PostgreSQL's version, as a number.
    """

    def __init__(self, connection: Connection, name: str, taken_at: datetime, where: str) -> None:
        self._connection = connection
        self._name = name
        self._where = where
        self.taken_at = taken_at
        with self._transaction():
            self.migrations = tuple(statements.scalars(connection, _SQL["applied"], kind=str))
            self.server = statements.scalar(connection, _SQL["server"], kind=int) or 0

    def parts(self) -> list[Part]:
        """Return what there is to copy, by name.

        Raises:
            ConfigurationError: A table is in parts that are not known here.
        """
        found = []
        with self._transaction():
            for table, is_whole in statements.all(self._connection, _SQL["tables"]):
                columns = tuple(statements.scalars(self._connection, _SQL["columns"], {"table": table}, kind=str))
                if not is_whole:
                    found.append(Part(table, columns))
                    continue
                if table not in _PARTED:
                    raise ConfigurationError(f"{self._where}: the table '{table}' is in parts that no backup knows")
                names = statements.scalars(self._connection, _SQL[_PARTED[table][0]], kind=str)
                found += [Part(table, columns, name) for name in names]
        return found

    def copy(self, part: Part, into: Taker, form: Form = "text") -> int:
        """Copy rows; return how many there are.

        Args:
            part: What to copy.
            into: What takes the text.
            form: As PostgreSQL's text, or as CSV with a line of the columns' names.

        Raises:
            DatabaseUnavailable: The server went away; the snapshot is lost.
        """
        return self._copy(copying(part, form), {"part": part.part}, into)

    def copy_picture_keys(self, into: Taker) -> int:
        """Copy the keys of all pictures that reads name, one a line, sorted byte by byte; return how many."""
        with self._transaction():
            has_revisions = statements.scalar(self._connection, _SQL["has_revisions"], kind=bool)
            has_preserved = statements.scalar(self._connection, _SQL["has_preserved"], kind=bool)
        name = "copy_keys_of_revisions" if has_revisions else "copy_keys"
        name = "copy_keys_of_preserved" if has_preserved else name
        return self._copy(sql.Composed([sql.SQL(_SQL[name].decode())]), {}, into)

    def sequences(self) -> dict[str, int]:
        """Return the last value of every sequence: at least as great as in any row, for they know no snapshot."""
        with translated(self._where):
            return dict(statements.all(self._connection, _SQL["sequences"]))

    def _copy(self, statement: sql.Composed, values: dict[str, Any], into: Taker) -> int:
        with self._transaction(), self._connection.cursor() as cursor:
            with cursor.copy(statement, values) as copy:
                for piece in copy:
                    into.write(bytes(piece))
            return cursor.rowcount

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with translated(self._where), self._connection.transaction():
            self._connection.execute(_SQL["one_snapshot"])
            statement = sql.SQL(_SQL["take_snapshot"].decode()).format(snapshot=sql.Literal(self._name))
            self._connection.execute(statement)
            yield


@contextlib.contextmanager
def snapshot_of(database: Database) -> Iterator[Snapshot]:
    """Hold one moment of a database.

    Args:
        database: An open database.

    Yields:
        The moment; it is lost with the connection.

    Raises:
        DatabaseUnavailable: The server is down, or went away.
        ConfigurationError: There are no tables yet.
    """
    with contextlib.ExitStack() as stack:
        holder, worker = (_connection(database, stack) for _ in range(2))
        with translated(database.where):
            worker.execute(_SQL["without_limit"])
            stack.enter_context(holder.transaction())
            holder.execute(_SQL["one_snapshot"])
            holder.execute(_SQL["keep_open"])
            name, taken_at = holder.execute(_SQL["export_snapshot"]).fetchone() or ("", None)
            try:
                found = Snapshot(worker, name, taken_at, database.where)
            except psycopg.errors.UndefinedTable as error:
                raise ConfigurationError(f"{database.where}: nothing was recorded there yet") from error
        yield found


def _connection(database: Database, stack: contextlib.ExitStack) -> Connection:
    """Return a connection outside the pool: the owner's where it is at hand, who may ask sequences."""
    if database.has_owner:
        return stack.enter_context(database.as_owner())
    connection = database.own_connection()
    stack.callback(database.discard, connection)
    return connection


def copying(part: Part, form: Form) -> sql.Composed:
    """Return the statement that copies rows out.

    Args:
        part: The rows; the statement takes its `part`.
        form: As PostgreSQL's text, or as CSV.
    """
    name = "copy_table" if part.part is None else _PARTED[part.table][1]
    return sql.SQL(_SQL[name].decode() + (_AS_CSV if form == "csv" else "")).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, part.columns)), table=sql.Identifier(part.table)
    )


def is_audited(database: Database) -> bool:
    """Return whether the schema has the audit yet: an old one is backed up as it is."""
    return bool(statements.scalar(database, _SQL["has_audit"], kind=bool))


def knows_ends(database: Database) -> bool:
    """Return whether the schema has all that the journal of what ended is about."""
    return bool(statements.scalar(database, _SQL["has_ends"], kind=bool))


def rows_in(pieces: Iterator[bytes], form: Form = "text") -> int:
    """Return how many rows a table's text holds: each ends with a line's end, which no value holds as it is.

    In CSV values in quotes hold line ends, and the first line has the columns' names.
    """
    if form == "text":
        return sum(piece.count(b"\n") for piece in pieces)
    lines, is_quoted = 0, False
    for piece in pieces:
        for number, outside in enumerate(piece.split(b'"')):
            is_quoted ^= number > 0
            lines += 0 if is_quoted else outside.count(b"\n")
    return lines - 1


def name_of(table: StoredTable | Part) -> str:
    """Return what a part is called where people read it: `reads 2026-01-31`."""
    return table.table if table.part is None else f"{table.table} {table.part}"
