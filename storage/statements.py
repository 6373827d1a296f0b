"""Statements in one line each: on a database, which lends a connection for it, or within a caller's transaction.

Row factories are psycopg's or made like them; without one a row is a tuple. Hot paths (COPY, cursors on the server,
millions of rows) talk to their connection themselves.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar, overload

import psycopg
from psycopg.rows import RowFactory, tuple_row

from storage.database import Connection, Database

T = TypeVar("T")
Values: TypeAlias = Mapping[str, Any] | Sequence[Any] | None


@overload
def one(on: Database | Connection, statement: bytes, values: Values = None) -> tuple[Any, ...] | None: ...


@overload
def one(on: Database | Connection, statement: bytes, values: Values = None, *, row: RowFactory[T]) -> T | None: ...


def one(on: Database | Connection, statement: bytes, values: Values = None, *, row: RowFactory[Any] = tuple_row) -> Any:
    """Return the first row that a statement gives, or None.

    Args:
        on: An open database, or a connection whose transaction the statement is to be part of.
        statement: One of `load_queries`.
        values: Its parameters.
        row: What to make of the row.

    Raises:
        DatabaseUnavailable: The server is down (on a database; on a connection psycopg's own error is raised).
    """
    with _executed(on, statement, values, row, None) as cursor:
        return cursor.fetchone()


@overload
def all(
    on: Database | Connection, statement: bytes, values: Values = None, *, prepare: bool | None = None
) -> list[tuple[Any, ...]]: ...


@overload
def all(
    on: Database | Connection,
    statement: bytes,
    values: Values = None,
    *,
    row: RowFactory[T],
    prepare: bool | None = None,
) -> list[T]: ...


def all(
    on: Database | Connection,
    statement: bytes,
    values: Values = None,
    *,
    row: RowFactory[Any] = tuple_row,
    prepare: bool | None = None,
) -> list[Any]:
    """Return every row that a statement gives.

    Args:
        on: An open database, or a connection whose transaction the statement is to be part of.
        statement: One of `load_queries`.
        values: Its parameters.
        row: What to make of a row.
        prepare: False: plan for these very values each time.

    Raises:
        DatabaseUnavailable: The server is down (on a database; on a connection psycopg's own error is raised).
    """
    with _executed(on, statement, values, row, prepare) as cursor:
        return cursor.fetchall()


def scalar(
    on: Database | Connection,
    statement: bytes,
    values: Values = None,
    *,
    kind: type[T],
    prepare: bool | None = None,
) -> T | None:
    """Return the first column of the first row; None where there is no row, or null in it.

    Args:
        on: An open database, or a connection whose transaction the statement is to be part of.
        statement: One of `load_queries`.
        values: Its parameters.
        kind: The value's type; a value of another one becomes one.
        prepare: False: plan for these very values each time.

    Raises:
        DatabaseUnavailable: The server is down (on a database; on a connection psycopg's own error is raised).
    """
    with _executed(on, statement, values, tuple_row, prepare) as cursor:
        found = cursor.fetchone()
    return None if found is None or found[0] is None else _of(kind, found[0])


def scalars(
    on: Database | Connection,
    statement: bytes,
    values: Values = None,
    *,
    kind: type[T],
    prepare: bool | None = None,
) -> list[T]:
    """Return the first column of every row.

    Args:
        on: An open database, or a connection whose transaction the statement is to be part of.
        statement: One of `load_queries`.
        values: Its parameters.
        kind: The values' type; a value of another one becomes one.
        prepare: False: plan for these very values each time.

    Raises:
        DatabaseUnavailable: The server is down (on a database; on a connection psycopg's own error is raised).
    """
    return [_of(kind, value) for value, *_ in all(on, statement, values, prepare=prepare)]


def execute(on: Database | Connection, statement: bytes, values: Values = None) -> int:
    """Execute a statement and return how many rows it wrote, or found.

    Args:
        on: An open database, or a connection whose transaction the statement is to be part of.
        statement: One of `load_queries`.
        values: Its parameters.

    Raises:
        DatabaseUnavailable: The server is down (on a database; on a connection psycopg's own error is raised).
    """
    with _executed(on, statement, values, tuple_row, None) as cursor:
        if cursor.connection.pgconn.pipeline_status:
            # Where statements are gathered, nothing is known of this one yet.
            with cursor.connection.pipeline():
                pass
        return cursor.rowcount


def submit(on: Connection, statement: bytes, values: Values = None) -> None:
    """Execute a statement of which nobody wants to know anything; it is not waited for where statements are gathered.

    Args:
        on: A connection whose transaction the statement is to be part of.
        statement: One of `load_queries`.
        values: Its parameters.
    """
    with _executed(on, statement, values, tuple_row, None):
        pass


def _of(kind: type[T], value: Any) -> T:
    return value if isinstance(value, kind) else kind(value)  # type: ignore[call-arg]


@contextlib.contextmanager
def _executed(
    on: Database | Connection, statement: bytes, values: Values, row: RowFactory[Any], prepare: bool | None
) -> Iterator[psycopg.Cursor[Any]]:
    lent = on.connection() if isinstance(on, Database) else contextlib.nullcontext(on)
    with lent as connection, connection.cursor(row_factory=row) as cursor:
        yield cursor.execute(statement, values, prepare=prepare)
