"""Statements that travel together are one transaction all the same, whatever becomes of one of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from schemas.errors import PlatewatchError
from storage import statements
from storage.database import Connection, Database
from storage.gathering import Gathering, gathered

FIRST = b"create temporary table if not exists gathered_first (number integer) on commit delete rows"
ADD = b"insert into gathered_numbers values (%(number)s)"
COUNT = b"select count(*) from gathered_numbers"


@pytest.fixture
def single(database_url: str) -> Iterator[Database]:
    """A database with one connection and a table: whatever one transaction leaves is the next one's."""
    database = Database(database_url, "here", pool_size=1)
    database.open()
    with database.connection() as connection:
        connection.execute("create temporary table gathered_numbers (number integer primary key)")
    yield database
    database.close()


@contextmanager
def begun(database: Database) -> Iterator[tuple[Connection, Gathering]]:
    with database.connection() as connection, gathered(connection, FIRST) as gathering:
        yield connection, gathering


def add(connection: Connection, number: int) -> None:
    statements.submit(connection, ADD, {"number": number})


def count(database: Database) -> int:
    return statements.scalar(database, COUNT, kind=int) or 0


def test_what_is_gathered_is_stored_in_its_order(single: Database) -> None:
    with begun(single) as (connection, gathering):
        connection.execute("insert into gathered_first values (1)")
        gathering.begin()
        add(connection, 1)
        add(connection, 2)
        assert statements.scalar(connection, COUNT, kind=int) == 2
        add(connection, 3)
        assert statements.execute(connection, b"delete from gathered_numbers where number < 3") == 2
        add(connection, 4)
    assert count(single) == 2


def add_all(database: Database, numbers: list[int], *, begins: bool = True, asks: bool = False) -> None:
    """Add numbers; 0 is an error of ours."""
    with begun(database) as (connection, gathering):
        if begins:
            gathering.begin()
        for number in numbers:
            add(connection, number // (number != 0))
        if asks:
            statements.scalar(connection, COUNT, kind=int)
            pytest.fail("the error comes before")


def test_one_that_is_refused_takes_all_of_them_with_it(single: Database) -> None:
    with pytest.raises(PlatewatchError, match="gathered_numbers_pkey"):
        add_all(single, [1, 1, 2])
    assert count(single) == 0
    # The connection is as good as before.
    add_all(single, [1])
    assert count(single) == 1


def test_an_error_among_them_is_raised_where_a_result_is_asked_for(single: Database) -> None:
    with pytest.raises(PlatewatchError, match="gathered_numbers_pkey"):
        add_all(single, [1, 1], asks=True)
    assert count(single) == 0


@pytest.mark.parametrize("begins", [False, True])
def test_an_error_of_ours_undoes_it(single: Database, begins: bool) -> None:
    with pytest.raises(ZeroDivisionError):
        add_all(single, [1, 0], begins=begins)
    assert count(single) == 0
    add_all(single, [2], begins=begins)
    assert count(single) == 1


def test_where_the_first_statement_is_refused_the_connection_goes_on(single: Database) -> None:
    with single.connection() as connection:
        with pytest.raises(psycopg.errors.UndefinedTable), gathered(connection, b"select * from no_such_table"):
            pytest.fail("nothing may be done")
        with gathered(connection, FIRST):
            add(connection, 1)
    assert count(single) == 1


@pytest.mark.parametrize("has_begun", [False, True])
def test_what_comes_afterwards_comes_after_a_commit_alone(single: Database, database_url: str, has_begun: bool) -> None:
    heard: list[str] = []
    with psycopg.connect(database_url, autocommit=True) as listening:
        listening.execute("listen gathered_news")
        for number, word in ((1, b"first"), (1, b"doubled"), (2, b"second")):
            try:
                with begun(single) as (connection, gathering):
                    if has_begun:
                        gathering.begin()
                    gathering.afterwards(b"select pg_notify('gathered_news', '" + word + b"')")
                    add(connection, number)
            except PlatewatchError:
                assert word == b"doubled"
        heard += [one.payload for one in listening.notifies(timeout=30, stop_after=2)]
        heard += [one.payload for one in listening.notifies(timeout=0.1)]
    assert heard == ["first", "second"]
