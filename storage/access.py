"""Which servers and roles the settings name, and waiting until one answers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg.conninfo import conninfo_to_dict

from schemas.errors import ConfigurationError, DatabaseUnavailable
from schemas.settings import DatabaseSettings, Settings
from services.data_directory import close_to_others
from services.postgres.server import EmbeddedPostgres
from storage.encryption import check_encrypted
from storage.errors import translate
from storage.way import Way, connection_string

OLDEST_SERVER = 150000


@dataclass(frozen=True, slots=True)
class Access:
    """The ways to one database, as libpq connection strings with their passwords, and the server in words.

    `application` works with rows; `owner`, where it is known, changes the schema. `is_embedded` where the server is
    our own.
    """

    where: str
    is_embedded: bool
    application: Way = field(repr=False)
    owner: str | None = field(repr=False)


@contextmanager
def access(settings: Settings) -> Iterator[Access]:
    """Start or attach to the embedded server, or take the configured one, and wait until it answers.

    Args:
        settings: The whole configuration; `data_dir` and `database` count here.

    Yields:
        The ways to the database.

    Raises:
        DatabaseUnavailable: The server is down; names its host.
        ConfigurationError: Wrong name, password or version, or a way to another machine that is not encrypted.
        StorageFull: No space for the embedded database.
    """
    if settings.database.url is None:
        if settings.database.owner_url is not None:
            raise ConfigurationError(
                "database.owner_url is set and database.url is not; set both for an external server, or neither"
            )
        server = EmbeddedPostgres(settings.data_dir, settings.database)
        try:
            application = server.start()
            where = f"embedded database in {settings.data_dir}"
            _wait_until_reachable(Way(application), where, settings.database.timeout_seconds)
            yield Access(where, True, Way(application), server.owner_connection_string)
        finally:
            server.stop()
        return
    close_to_others(settings.data_dir)
    found = external(settings.database)
    _wait_until_reachable(found.application, found.where, settings.database.timeout_seconds)
    yield found


def external(settings: DatabaseSettings) -> Access:
    """Return the ways to the configured server.

    Args:
        settings: With a `url`.

    Raises:
        ConfigurationError: They are no connection strings, are not encrypted, or the password's file cannot be read.
    """
    application = connection_string(settings, "database.url", settings.url)
    way, owner = Way(application, settings.password_file), None
    if settings.owner_url is not None:
        owner = connection_string(settings, "database.owner_url", settings.owner_url)
    if not settings.allow_unencrypted:
        check_encrypted(way())
        if owner is not None:
            check_encrypted(owner, "database.owner_url")
    given = conninfo_to_dict(application)
    host = given.get("host") or given.get("hostaddr") or "localhost"
    port = f":{given['port']}" if given.get("port") else ""
    return Access(f"database '{given.get('dbname', '')}' at {host}{port}", False, way, owner)


def _wait_until_reachable(way: Way, where: str, timeout_seconds: float) -> None:
    deadline = time.monotonic() + timeout_seconds
    while True:
        try:
            with psycopg.connect(way(), autocommit=True) as connection:
                version = connection.info.server_version
        except psycopg.Error as error:
            problem = translate(error, where)
            if not isinstance(problem, DatabaseUnavailable) or time.monotonic() > deadline:
                raise problem from error
            time.sleep(0.1)
            continue
        if version < OLDEST_SERVER:
            raise ConfigurationError(
                f"{where}: PostgreSQL {version // 10000} is too old; version 15 or newer is needed"
            )
        return
