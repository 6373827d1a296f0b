"""Statements in one line: what they return, on a database and on a connection, and in which zone times come out."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import class_row

from schemas.errors import InvalidInput
from schemas.types import Category
from storage import statements
from storage.database import Database
from tests.integration.conftest import DatabaseServer


@dataclass(frozen=True, slots=True)
class Named:
    first: int
    second: str | None


TWO_ROWS = b"select * from (values (1, 'a'), (2, null)) as rows (first, second)"
NO_ROW = b"select 1 as first, 'a' as second where false"


def test_rows_are_made_by_name(database: Database) -> None:
    assert statements.all(database, TWO_ROWS, row=class_row(Named)) == [Named(1, "a"), Named(2, None)]
    assert statements.one(database, TWO_ROWS, row=class_row(Named)) == Named(1, "a")
    assert statements.one(database, NO_ROW, row=class_row(Named)) is None
    assert statements.all(database, TWO_ROWS) == [(1, "a"), (2, None)]


def test_a_scalar_has_its_kind_or_is_none(database: Database) -> None:
    key = UUID(int=7)
    assert statements.scalar(database, b"select %(key)s::uuid", {"key": key}, kind=UUID) == key
    assert statements.scalar(database, b"select sum(n) from generate_series(1, 3) as n", kind=int) == 6
    assert statements.scalar(database, b"select 'stolen_vehicle'", kind=Category) is Category.STOLEN_VEHICLE
    assert statements.scalar(database, b"select null::integer", kind=int) is None
    assert statements.scalar(database, NO_ROW, kind=int) is None
    assert statements.scalars(database, b"select date '2026-01-02'", kind=date) == [date(2026, 1, 2)]


def test_a_connection_keeps_what_its_transaction_keeps(database: Database) -> None:
    with contextlib.suppress(RuntimeError), database.transaction() as connection:
        statements.execute(connection, b"create temporary table kept (n integer)")
        assert statements.execute(connection, b"insert into kept select generate_series(1, 3)") == 3
        raise RuntimeError
    assert statements.scalar(database, b"select to_regclass('kept')::text", kind=str) is None


def test_errors_on_a_database_are_ours(database: Database) -> None:
    with pytest.raises(InvalidInput):
        statements.scalar(database, b"select 'x'::integer", kind=int)


def test_times_are_in_utc_whatever_zone_the_role_has(database: Database, database_server: DatabaseServer) -> None:
    name = sql.Identifier(str(conninfo_to_dict(database_server.application)["user"]))
    database_server.execute(sql.SQL("alter role {} set timezone to 'America/New_York'").format(name))
    own = database.own_connection()
    try:
        for on in (database, own):
            moment = statements.scalar(on, b"select timestamptz '2026-07-01 12:00:00+00'", kind=datetime)
            assert moment == datetime(2026, 7, 1, 12, tzinfo=UTC)
            assert moment.tzinfo is UTC
    finally:
        database.discard(own)
        database_server.execute(sql.SQL("alter role {} reset timezone").format(name))
