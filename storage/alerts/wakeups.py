"""Telling whoever waits for new alerts and messages that there are some: a hint only, which may be lost."""

from __future__ import annotations

import logging
import time
from types import TracebackType
from typing import Self

import psycopg

from schemas.errors import DatabaseUnavailable
from storage import statements
from storage.database import Connection, Database
from storage.sql import load_queries

log = logging.getLogger(__name__)

_SQL = load_queries("alerts/wakeups")
WAKE = _SQL["wake"]
"""Wakes everybody who waits.

It is a transaction of its own: one that notifies makes all others wait for its commit that do so, too.
"""


def wake(database: Database) -> None:
    """Wake everybody who waits.

    Raises:
        DatabaseUnavailable: The server is down; they look by themselves soon.
    """
    statements.execute(database, WAKE)


class Wakeups:
    """Waits for new messages, on a connection of its own. A context; for one thread.

    Args:
        database: An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listening: Connection | None = None

    def wait(self, timeout: float) -> bool:
        """Wait until new messages were written, or for `timeout` seconds: a hint only, so always look afterwards.

        Args:
            timeout: Seconds to wait at most.

        Returns:
            True when there may be new messages, also right after (re)connecting: what was announced before is lost.
            While the server is down it waits the whole time and returns False; looking says so with an error.
        """
        try:
            if self._listening is None:
                self._listening = self._listen()
                return True
            # To its end: leaving the loop early would lose notifications. They are all alike and need no reading.
            return len(list(self._listening.notifies(timeout=timeout, stop_after=1))) > 0
        except psycopg.Error:
            log.debug("lost the connection that listens for new messages")
            self.close()
            return True
        except DatabaseUnavailable:
            time.sleep(timeout)
            return False

    def close(self) -> None:
        """Close the connection; a later `wait` opens it again."""
        if self._listening is not None:
            self._database.discard(self._listening)
            self._listening = None

    def _listen(self) -> Connection:
        connection = self._database.own_connection()
        try:
            connection.execute(_SQL["listen"])
        except psycopg.Error:
            self._database.discard(connection)
            raise
        return connection

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
