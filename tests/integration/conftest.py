"""A real PostgreSQL for every test that needs one: one server for the session, a fresh database per test."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from schemas.settings import DatabaseSettings, Settings
from services.postgres import EmbeddedPostgres
from storage.database import Database, open_database
from storage.migrate import migrate

TEMPLATE = "template_platewatch"
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB"}

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class DatabaseServer:
    """A running server; `connection_string` is its own database, where nothing is kept."""

    connection_string: str = field(repr=False)

    def url(self, name: str) -> str:
        """Connection string of another database of this server."""
        return make_conninfo(self.connection_string, dbname=name)

    def execute(self, statement: sql.Composed) -> None:
        """Run one statement outside every transaction (CREATE DATABASE ...)."""
        with psycopg.connect(self.connection_string, autocommit=True) as connection:
            connection.execute(statement)


@pytest.fixture(scope="session")
def database_server() -> Iterator[DatabaseServer]:
    """The embedded server with a migrated template database."""
    # Not pytest's own folder: only its user may enter that, and as root the server runs as another one.
    folder = Path(tempfile.mkdtemp(prefix="platewatch-tests-"))
    folder.chmod(0o755)
    try:
        with EmbeddedPostgres(folder, DatabaseSettings(server_settings=FAST)) as embedded:
            server = DatabaseServer(embedded.connection_string)
            server.execute(sql.SQL("create database {}").format(sql.Identifier(TEMPLATE)))
            migrate(server.url(TEMPLATE), "the tests' template database")
            yield server
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def database_url(database_server: DatabaseServer) -> Iterator[str]:
    """Connection string of a fresh, migrated database."""
    name = sql.Identifier(f"test_{next(_numbers)}")
    template = sql.Identifier(TEMPLATE)
    database_server.execute(sql.SQL("create database {} template {} strategy file_copy").format(name, template))
    yield database_server.url(name.as_string().strip('"'))
    database_server.execute(sql.SQL("drop database {} with (force)").format(name))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh, migrated database, open."""
    with open_database(Settings(database=DatabaseSettings(url=SecretStr(database_url)))) as opened:
        yield opened
