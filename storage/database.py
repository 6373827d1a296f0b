"""The way to PostgreSQL: the embedded server or the configured one, migrated, behind a pool."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from policy.decisions import effective_retention
from schemas.errors import ConfigurationError, DatabaseUnavailable
from schemas.settings import Settings
from storage.access import access, external
from storage.errors import is_refusal, translate, translated
from storage.roles import prepare
from storage.way import Way

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

RECONNECT_SECONDS = 2.0
"""The pool's attempts grow apart; starting them anew this often keeps the way back from an outage short."""


class Database:
    """A pool of connections to one migrated database. Make it with `open_database`.

    Args:
        connection_string: libpq connection string or URI, or the way to one.
        where: The server in words, without its password.
        owner_connection_string: The same as the tables' owner; None: it is not ours to use.
        pool_size: Most connections at a time.
        timeout_seconds: How long to wait for one.
    """

    def __init__(
        self,
        connection_string: str | Way,
        where: str,
        *,
        owner_connection_string: str | None = None,
        pool_size: int = 4,
        timeout_seconds: float = 10.0,
    ) -> None:
        self.where = where
        self.outlasts_refusals = False
        """Whether a server that refuses a statement or a table counts as away, as it does for a run that goes on."""
        self.trusts_seconds = 0.0
        """How long after a connection worked it is used again without asking the server first. For who tries again:
        where the server ended meanwhile, the statement fails and the next one gets a connection that works."""
        self._worked_at: WeakKeyDictionary[Connection, float] = WeakKeyDictionary()
        self._owner_connection_string = owner_connection_string
        self._way = Way(connection_string) if isinstance(connection_string, str) else connection_string
        self._timeout_seconds = timeout_seconds
        self._own: set[Connection] = set()
        self._own_lock = threading.Lock()
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            self._way,
            kwargs={"autocommit": True},
            configure=_speak_utc,
            min_size=1,
            max_size=pool_size,
            open=False,
            timeout=timeout_seconds,
            reconnect_timeout=RECONNECT_SECONDS,
            name="platewatch",
        )

    def beside(self, pool_size: int) -> Database:
        """Return the same database with connections of its own, for who must not take those of others; open it.

        It connects as this one does, also after `take_over`.

        Args:
            pool_size: Most of them at a time.
        """
        other = Database(self._way, self.where, pool_size=pool_size, timeout_seconds=self._timeout_seconds)
        other.outlasts_refusals = True
        return other

    def open(self) -> None:
        """Start the pool; connections are made as they are needed."""
        self._pool.open()

    def close(self) -> None:
        """Close every connection."""
        with self._own_lock:
            for connection in self._own:
                connection.close()
            self._own.clear()
        self._pool.close()

    @contextlib.contextmanager
    def connection(self) -> Iterator[Connection]:
        """Lend a connection in autocommit mode: every statement is a transaction of its own.

        Raises:
            DatabaseUnavailable: No connection in time, or it was lost meanwhile.
            PlatewatchError: What psycopg raised, translated (see `storage.errors`).
        """
        with translated(self.where, worked_before=self.outlasts_refusals):
            connection = self._working_connection()
            try:
                yield connection
                if self.trusts_seconds:
                    self._worked_at[connection] = time.monotonic()
            finally:
                self._pool.putconn(connection)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Lend a connection with one transaction on it: all or nothing.

        Raises:
            DatabaseUnavailable: No connection in time, or it was lost meanwhile.
            PlatewatchError: What psycopg raised, translated (see `storage.errors`).
        """
        with self.connection() as connection, connection.transaction():
            yield connection

    @property
    def has_owner(self) -> bool:
        """Whether `as_owner` works: on the embedded server, whose owner's secret is ours."""
        return self._owner_connection_string is not None

    @contextlib.contextmanager
    def as_owner(self) -> Iterator[Connection]:
        """Lend a connection of the tables' owner, in autocommit mode: for the care that only an owner may take.

        VACUUM (the system's statistics included), CHECKPOINT and pg_switch_wal(), on the embedded server alone. What
        else needs an owner is a `security definer` function of a migration.

        Raises:
            ConfigurationError: The server is not the embedded one.
            DatabaseUnavailable: The server is down, or the connection was lost meanwhile.
            PlatewatchError: What psycopg raised, translated (see `storage.errors`).
        """
        if self._owner_connection_string is None:
            raise ConfigurationError(
                f"{self.where}: only the embedded database's owner is at hand; have the server's administrator do this"
            )
        with translated(self.where), psycopg.connect(self._owner_connection_string, autocommit=True) as connection:
            _speak_utc(connection)
            yield connection

    def _working_connection(self) -> Connection:
        """Take connections from the pool until one works; those that an outage broke are given back for replacement."""
        deadline = time.monotonic() + self._timeout_seconds
        while True:
            remaining = deadline - time.monotonic()
            try:
                if remaining <= 0:
                    raise PoolTimeout
                connection = self._pool.getconn(timeout=remaining)
            except PoolTimeout:
                self._raise_reason()
                raise
            if time.monotonic() < self._worked_at.get(connection, float("-inf")) + self.trusts_seconds:
                return connection
            try:
                ConnectionPool.check_connection(connection)
            except psycopg.Error:
                self._pool.putconn(connection)
            except BaseException:
                self._pool.putconn(connection)
                raise
            else:
                return connection

    def _raise_reason(self) -> None:
        """Raise why no connection is had where the server refuses it, which the pool keeps to itself.

        Raises:
            DatabaseUnavailable: With the reason. Nothing is raised where the server is busy or away.
        """
        try:
            self._connected(connect_timeout=2).close()
        except DatabaseUnavailable as error:
            if is_refusal(error):
                raise

    def _connected(self, **options: Any) -> Connection:
        """Connect outside the pool. The first connection was good (`open_database`), so whatever refuses is an outage.

        Raises:
            DatabaseUnavailable: The server is away or refuses, or the password's file is not there.
        """
        try:
            way = self._way()
        except ConfigurationError as error:
            raise DatabaseUnavailable(f"{self.where}: {error}") from error
        with translated(self.where, worked_before=True):
            return psycopg.connect(way, autocommit=True, **options)

    def take_over(self, settings: Settings) -> None:
        """Connect as other settings say from now on: another password, role, certificate or option of the same server.

        Args:
            settings: The whole configuration.

        Raises:
            ConfigurationError: The server refuses them, or they do not fit; the settings before stay in force.
        """
        if settings.database.url is None:
            return
        way = external(settings.database).application
        try:
            psycopg.connect(way()).close()
        except psycopg.Error as error:
            problem = translate(error, self.where)
            if not isinstance(problem, DatabaseUnavailable):
                raise problem from error
        self._way.become(way)
        # Those in use are replaced when they are given back.
        self._pool.drain()

    def own_connection(self) -> Connection:
        """Open a connection outside the pool, in autocommit mode, for what belongs to a session (locks, LISTEN).

        Give it back with `discard`; `close` closes it too.

        Raises:
            DatabaseUnavailable: The server cannot be reached.
        """
        connection = self._connected()
        with translated(self.where):
            _speak_utc(connection)
        with self._own_lock:
            self._own.add(connection)
        return connection

    def discard(self, connection: Connection) -> None:
        """Close a connection of `own_connection`."""
        with self._own_lock:
            self._own.discard(connection)
        connection.close()


def _speak_utc(connection: Connection) -> None:
    """Have every time come out in UTC, whatever zone the server, the database or the user has."""
    connection.execute("set time zone 'UTC'")


@contextlib.contextmanager
def open_database(settings: Settings, *, migrate: bool = True) -> Iterator[Database]:
    """Open the database that the settings name: the embedded one in the data directory, or `database.url`.

    Args:
        settings: The whole configuration; `data_dir` and `database` count here.
        migrate: Whether to bring its schema and its grants up to date first.

    Yields:
        The database, ready for use.

    Raises:
        DatabaseUnavailable: The server is down; names its host.
        ConfigurationError: Wrong name, password, version or schema, or a way to another machine that is not encrypted;
            says what to change.
        StorageFull: No space for the embedded database.
    """
    with access(settings) as ways:
        if migrate:
            prepare(ways.application(), ways.owner, ways.where, effective_retention(settings).audit)
        database = Database(
            ways.application,
            ways.where,
            owner_connection_string=ways.owner if ways.is_embedded else None,
            pool_size=settings.database.pool_size,
            timeout_seconds=settings.database.timeout_seconds,
        )
        with contextlib.closing(database):
            database.open()
            yield database
