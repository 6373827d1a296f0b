"""The outbox: messages that were written with their reads and wait to be published, in order, by one relay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import args_row, kwargs_row

from schemas.audit import AuditRecord
from storage import statements
from storage.alerts.wakeups import wake
from storage.audit.writer import write_audit
from storage.database import Database
from storage.leadership import Leadership
from storage.sql import load_queries
from storage.values import storable

_SQL = load_queries("sharing/standing", "alerts/outbox")


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message to publish. `payload` is UTF-8 JSON, `headers` are (name, value) pairs.

    `captured_at` is when the vehicle passed that it is about; None where it is about none. `keep_days` is how long a
    receiver may keep it by an agreement; None: as long as the law says.
    """

    outbox_id: int
    alert_id: UUID
    topic: str
    key: str
    headers: tuple[tuple[str, str], ...]
    payload: bytes
    created_at: datetime
    captured_at: datetime | None = None
    keep_days: float | None = None


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that the broker refused for good, and why."""

    row: OutboxRow
    reason: str
    failed_at: datetime


STAGE = "relay"


class Outbox:
    """The relay's view of the outbox. Two relays would mix up the order of a plate's alerts, so only the leader takes.

    Args:
        database: An open database.
        leadership: Which stages this process leads.
    """

    def __init__(self, database: Database, leadership: Leadership) -> None:
        self._database = database
        self._leadership = leadership

    def take(self, limit: int, *, under_way: Sequence[int] = ()) -> list[OutboxRow]:
        """Return the oldest unsent messages, in order. They stay unsent until `mark_sent`.

        What goes to other agencies is among them only while its agreement stands as it did when it was written.

        Args:
            limit: Most messages to return.
            under_way: Those that were taken before and are not wanted again now.

        Returns:
            Messages; none when there are none or another relay leads.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        with self._leadership.as_leader(STAGE) as connection:
            if connection is None:
                return []
            values = {"limit": limit, "under_way": list(under_way)}
            # In binary form: as text a payload comes in twice its length.
            with connection.cursor(binary=True, row_factory=args_row(_taken_row)) as cursor:
                return cursor.execute(_SQL["take"], values).fetchall()

    def mark_sent(self, ids: Sequence[int]) -> None:
        """Note that the broker acknowledged messages, and write down what went to other agencies.

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
        return pending(self._database)

    def dead_letters(self) -> list[DeadLetter]:
        """Return the messages that were set aside, oldest first."""
        return statements.all(self._database, _SQL["dead_letters"], row=kwargs_row(_dead_letter))


def dead_letters(database: Database, audit: AuditRecord) -> list[DeadLetter]:
    """Return the messages that the broker refused for good, oldest first; the look is written down.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    with database.transaction() as connection:
        found = statements.all(connection, _SQL["dead_letters"], row=kwargs_row(_dead_letter))
        write_audit(connection, audit, len(found))
    return found


def retry_dead_letters(database: Database, outbox_id: int | None, audit: AuditRecord) -> int:
    """Put messages back into the outbox that the broker refused, one or all; return how many.

    Raises:
        DatabaseUnavailable: The server is down; nothing was changed.
    """
    values = {"outbox_id": outbox_id}
    with database.transaction() as connection:
        count = statements.execute(connection, _SQL["restore_dead_letters"], values)
        statements.execute(connection, _SQL["forget_dead_letters"], values)
        write_audit(connection, audit, count)
    if count:
        wake(database)
    return count


def pending(database: Database) -> int:
    """Return how many messages wait in a database's outbox.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    return statements.scalar(database, _SQL["pending"], kind=int) or 0


def backlog(database: Database) -> tuple[int, datetime | None, int]:
    """Return how many messages wait, since when the oldest does, and how many were set aside.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    waiting, oldest_at, dead_letters = statements.one(database, _SQL["backlog"]) or (0, None, 0)
    return waiting, oldest_at, dead_letters


def _taken_row(
    outbox_id: int,
    message_id: UUID,
    topic: str,
    key: str,
    headers: Sequence[tuple[str, str]],
    *others: Any,
) -> OutboxRow:
    return OutboxRow(outbox_id, message_id, topic, key, tuple([(name, value) for name, value in headers]), *others)


def _outbox_row(*, headers: Sequence[tuple[str, str]], **others: Any) -> OutboxRow:
    return OutboxRow(headers=tuple((name, value) for name, value in headers), **others)


def _dead_letter(*, reason: str, failed_at: datetime, **message: Any) -> DeadLetter:
    return DeadLetter(_outbox_row(**message), reason, failed_at)
