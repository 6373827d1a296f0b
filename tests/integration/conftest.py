"""A real PostgreSQL for every test that needs one: one server for the session, a fresh database per test.

And three Kafka brokers for the tests that need more than one.
"""

from __future__ import annotations

import contextlib
import itertools
import os
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

from policy.decisions import DEFAULT_AUDIT
from schemas.settings import DatabaseSettings, Settings
from services.postgres.roles import OWNER
from services.postgres.server import EmbeddedPostgres
from storage.access import access
from storage.database import Database
from storage.roles import prepare
from tests.integration.cluster.shared import Cluster, shared_cluster

TEMPLATE = "template_platewatch"
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB"}

_ROOM_FOR_DATABASES = 2_000_000_000

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class DatabaseServer:
    """A running server; `connection_string` is its own database, where nothing is kept, as the superuser."""

    connection_string: str = field(repr=False)
    owner: str = field(repr=False)
    application: str = field(repr=False)

    def url(self, name: str) -> str:
        """Connection string of another database of this server, as the superuser."""
        return make_conninfo(self.connection_string, dbname=name)

    def owner_url(self, name: str) -> str:
        """As `url`, for the role that owns the tables."""
        return make_conninfo(self.owner, dbname=name)

    def application_url(self, name: str) -> str:
        """As `url`, for the role that stages and commands work as."""
        return make_conninfo(self.application, dbname=name)

    def create(self, name: str, template: str = "template1") -> None:
        """Make a database that the owner's role owns."""
        statement = "create database {} owner {} template {} strategy file_copy"
        self.execute(sql.SQL(statement).format(*map(sql.Identifier, (name, OWNER.name, template))))

    def drop(self, name: str) -> None:
        """Drop a database, with whoever is connected to it."""
        self.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def execute(self, statement: sql.Composed) -> None:
        """Run one statement outside every transaction (CREATE DATABASE ...)."""
        with psycopg.connect(self.connection_string, autocommit=True) as connection:
            connection.execute(statement)


def _fastest_folder() -> Path | None:
    """The memory's own file system where it has room: making a database for each test is mostly copying files."""
    memory = Path("/dev/shm")
    has_room = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _ROOM_FOR_DATABASES
    return memory if has_room else None


@pytest.fixture(scope="session")
def database_server() -> Iterator[DatabaseServer]:
    """The embedded server with a migrated template database."""
    # Not pytest's own folder: only its user may enter that, and as root the server runs as another one.
    folder = Path(tempfile.mkdtemp(prefix="platewatch-tests-", dir=_fastest_folder()))
    folder.chmod(0o755)
    try:
        with EmbeddedPostgres(folder, DatabaseSettings(server_settings=FAST)) as embedded:
            server = DatabaseServer(
                embedded.administrator_connection_string, embedded.owner_connection_string, embedded.connection_string
            )
            server.create(TEMPLATE)
            ways = (server.application_url(TEMPLATE), server.owner_url(TEMPLATE))
            prepare(*ways, "the tests' template database", DEFAULT_AUDIT)
            yield server
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def database_name(database_server: DatabaseServer) -> Iterator[str]:
    """A fresh, migrated database."""
    name = f"test_{next(_numbers)}"
    database_server.create(name, TEMPLATE)
    yield name
    database_server.drop(name)


@pytest.fixture
def database_url(database_server: DatabaseServer, database_name: str) -> str:
    """Connection string of a fresh, migrated database, as the application's role."""
    return database_server.application_url(database_name)


@pytest.fixture
def owner_url(database_server: DatabaseServer, database_name: str) -> str:
    """As `database_url`, for the role that owns the tables."""
    return database_server.owner_url(database_name)


@pytest.fixture
def database(database_url: str, owner_url: str) -> Iterator[Database]:
    """A fresh, migrated database, open as the application's role; the owner is at hand as with the embedded one."""
    with access(Settings(database=DatabaseSettings(url=SecretStr(database_url)))) as ways:
        opened = Database(ways.application, ways.where, owner_connection_string=owner_url)
        with contextlib.closing(opened):
            opened.open()
            yield opened


@pytest.fixture(scope="session")
def kafka_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three brokers with TLS, users and ACLs, one cluster for all test processes of a run."""
    folder = tmp_path_factory.getbasetemp()
    # pytest-xdist gives each of its processes a folder of its own in the run's.
    root = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    with shared_cluster(root / "kafka-cluster") as cluster:
        yield cluster
