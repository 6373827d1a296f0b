"""Which of several processes on one database does what only one may do."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import psycopg

from schemas.errors import PlatewatchError
from storage import statements
from storage.database import Connection, Database
from storage.errors import translated
from storage.sql import load_queries

_SQL = load_queries("leadership")


class Leadership:
    """The stages that this process leads. A context; threads may share it.

    The locks belong to one connection and end with it: with this process, or with the server.

    Args:
        database: An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.RLock()
        self._connection: Connection | None = None
        self._led: set[str] = set()
        self._has_ended = False

    def lead(self, stage: str) -> bool:
        """Become a stage's leader, or find out whether this process still is; never again after `close`.

        Args:
            stage: The stage's name.

        Returns:
            True while this process leads; False while another one does.

        Raises:
            DatabaseUnavailable: The server is down; the leadership of every stage is lost.
        """
        with self._lock:
            if self._has_ended:
                return False
            connection = self._working_connection()
            if stage in self._led:
                return True
            with translated(self._database.where):
                leads = bool(statements.scalar(connection, _SQL["try_lead"], {"stage": stage}, kind=bool))
            if leads:
                self._led.add(stage)
            return leads

    @contextlib.contextmanager
    def as_leader(self, stage: str) -> Iterator[Connection | None]:
        """Lend the connection that the leadership hangs on: what works there, works as the leader.

        Args:
            stage: The stage's name.

        Yields:
            The connection, or None while another process leads.

        Raises:
            DatabaseUnavailable: The server is down; the leadership of every stage is lost.
        """
        with self._lock:
            if not self.lead(stage):
                yield None
                return
            with translated(self._database.where):
                yield self._connection

    def resign(self, stage: str) -> None:
        """Let another process lead a stage."""
        with self._lock, contextlib.suppress(psycopg.Error):
            if stage in self._led and self._connection is not None:
                self._led.discard(stage)
                statements.execute(self._connection, _SQL["resign"], {"stage": stage})

    def close(self) -> None:
        """Give up every leadership for good, and the connection."""
        with self._lock:
            self._has_ended = True
            self._lose()

    def _lose(self) -> None:
        with self._lock:
            self._led.clear()
            if self._connection is not None:
                self._database.discard(self._connection)
                self._connection = None

    def _working_connection(self) -> Connection:
        if self._connection is not None:
            try:
                statements.execute(self._connection, _SQL["still_there"])
            except psycopg.Error:
                self._lose()
            else:
                return self._connection
        connection = self._database.own_connection()
        try:
            with translated(self._database.where):
                statements.execute(connection, _SQL["notice_dead_peers"])
        except PlatewatchError:
            self._database.discard(connection)
            raise
        self._connection = connection
        return connection

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
