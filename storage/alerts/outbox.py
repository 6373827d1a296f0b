"""The outbox: messages that were written with their reads and wait to be published, in order, by one relay."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import psycopg
from psycopg.rows import kwargs_row

from schemas.errors import DatabaseUnavailable, PlatewatchError
from storage import statements
from storage.database import Connection, Database
from storage.errors import translated
from storage.sql import load_queries
from storage.values import storable

log = logging.getLogger(__name__)

_SQL = load_queries("alerts/outbox")


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message to publish. `payload` is UTF-8 JSON, `headers` are (name, value) pairs."""

    outbox_id: int
    alert_id: UUID
    topic: str
    key: str
    headers: tuple[tuple[str, str], ...]
    payload: bytes
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that the broker refused for good, and why."""

    row: OutboxRow
    reason: str
    failed_at: datetime


class Outbox:
    """The relay's view of the outbox. Two relays would mix up the order of a plate's alerts, so only one leads.

    The leader's lock belongs to a connection of its own and ends with it: with this process, or with the server.

    Args:
        database: An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._leading: Connection | None = None
        self._listening: Connection | None = None

    def lead(self) -> bool:
        """Become the leader, or find out whether this object still is.

        Returns:
            True while this object leads; False while another one does.

        Raises:
            DatabaseUnavailable: The server is down; the leadership is lost.
        """
        if self._leading is not None:
            try:
                self._leading.execute(_SQL["still_there"])
            except psycopg.Error:
                self._resign()
            else:
                return True
        connection = self._database.own_connection()
        try:
            with translated(self._database.where):
                leads = statements.scalar(connection, _SQL["try_lead"], kind=bool)
        except PlatewatchError:
            self._database.discard(connection)
            raise
        if not leads:
            self._database.discard(connection)
            return False
        self._leading = connection
        return True

    def take(self, limit: int) -> list[OutboxRow]:
        """Return the oldest unsent messages, in order. They stay unsent until `mark_sent`.

        Args:
            limit: Most messages to return.

        Returns:
            Messages; none when there are none or another relay leads.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        if not self.lead():
            return []
        if self._leading is None:
            raise RuntimeError("not the leader")
        # On the leader's connection: what works there, works as the leader.
        with translated(self._database.where):
            return statements.all(self._leading, _SQL["take"], {"limit": limit}, row=kwargs_row(_outbox_row))

    def mark_sent(self, ids: Sequence[int]) -> None:
        """Note that the broker acknowledged messages.

        Args:
            ids: Their `outbox_id`s.

        Raises:
            DatabaseUnavailable: The server is down; the messages will be taken and sent again.
        """
        if ids:
            statements.execute(self._database, _SQL["mark_sent"], {"ids": list(ids)})

    def dead_letter(self, outbox_id: int, reason: str) -> None:
        """Set a message aside that will never be accepted, so that the ones behind it go on.

        Args:
            outbox_id: The message.
            reason: Why, in one line for a person.

        Raises:
            DatabaseUnavailable: The server is down; the message is still in the outbox.
        """
        values = {"outbox_id": outbox_id, "reason": storable(reason)}
        with self._database.transaction() as connection:
            statements.execute(connection, _SQL["copy_dead_letter"], values)
            statements.execute(connection, _SQL["close_dead_letter"], values)

    def pending(self) -> int:
        """Return how many messages wait."""
        return statements.scalar(self._database, _SQL["pending"], kind=int) or 0

    def dead_letters(self) -> list[DeadLetter]:
        """Return the messages that were set aside, oldest first."""
        return statements.all(self._database, _SQL["dead_letters"], row=kwargs_row(_dead_letter))

    def wait(self, timeout: float) -> bool:
        """Wait until new messages were written, or for `timeout` seconds: a hint only, so always `take` afterwards.

        Args:
            timeout: Seconds to wait at most.

        Returns:
            True when there may be new messages, also right after (re)connecting: what was announced before is lost.
            While the server is down it waits the whole time and returns False; `take` says so with an error.
        """
        try:
            if self._listening is None:
                self._listening = self._listen()
                return True
            # To its end: leaving the loop early would lose notifications. They are all alike and need no reading.
            return len(list(self._listening.notifies(timeout=timeout, stop_after=1))) > 0
        except psycopg.Error:
            log.debug("lost the connection that listens for new messages")
            self._stop_listening()
            return True
        except DatabaseUnavailable:
            time.sleep(timeout)
            return False

    def _listen(self) -> Connection:
        connection = self._database.own_connection()
        try:
            connection.execute(_SQL["listen"])
        except psycopg.Error:
            self._database.discard(connection)
            raise
        return connection

    def _stop_listening(self) -> None:
        if self._listening is not None:
            self._database.discard(self._listening)
            self._listening = None

    def close(self) -> None:
        """Give up the leadership and the connections."""
        self._resign()
        self._stop_listening()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _resign(self) -> None:
        if self._leading is not None:
            self._database.discard(self._leading)
            self._leading = None


def _outbox_row(*, headers: Sequence[tuple[str, str]], **others: Any) -> OutboxRow:
    return OutboxRow(headers=tuple((name, value) for name, value in headers), **others)


def _dead_letter(*, reason: str, failed_at: datetime, **message: Any) -> DeadLetter:
    return DeadLetter(_outbox_row(**message), reason, failed_at)
