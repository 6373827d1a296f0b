"""A connection that has just worked is used again without a question, where somebody tries again anyway."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from schemas.errors import DatabaseUnavailable
from storage.database import Database


@pytest.fixture
def single(database_url: str) -> Iterator[Database]:
    """A database with one connection."""
    database = Database(database_url, "here", pool_size=1)
    database.open()
    yield database
    database.close()


def _backend(database: Database) -> int:
    with database.connection() as connection:
        return connection.info.backend_pid


def _end(url: str, pid: int) -> None:
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("select pg_terminate_backend(%s)", [pid])


def test_what_the_server_ended_fails_once_and_is_replaced(single: Database, database_url: str) -> None:
    single.trusts_seconds = 60.0
    first = _backend(single)
    assert _backend(single) == first
    _end(database_url, first)
    with pytest.raises(DatabaseUnavailable), single.connection() as connection:
        connection.execute("select 1")
    assert _backend(single) != first
    with single.connection() as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_without_trust_nobody_sees_that_a_connection_ended(single: Database, database_url: str) -> None:
    first = _backend(single)
    _end(database_url, first)
    assert _backend(single) != first
