"""Databases that only the storage tests need."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from psycopg import sql

from tests.integration.conftest import DatabaseServer


@pytest.fixture
def empty_url(database_server: DatabaseServer) -> Iterator[str]:
    """A fresh database without a schema."""
    name = sql.Identifier("empty")
    database_server.execute(sql.SQL("create database {}").format(name))
    yield database_server.url("empty")
    database_server.execute(sql.SQL("drop database {} with (force)").format(name))
