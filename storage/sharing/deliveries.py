"""Alerts on their way to other agencies: offered in the order of their numbers, and put into the outbox or withheld."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from schemas.messages import Message
from storage import statements
from storage.database import Connection, Database
from storage.sql import load_queries
from storage.values import jsonb, storable

_SQL = load_queries("sharing/standing", "sharing/deliveries")


@dataclass(frozen=True, slots=True)
class OfferedAlert:
    """An alert, update or cancel. `layout` is that of its entry's list; None where the list is not there any more."""

    alert_number: int | None
    alert_id: UUID
    payload: dict[str, Any]
    layout: str | None


@dataclass(frozen=True, slots=True)
class StaleMessage:
    """A message that waits, whose agreement does not stand as it did; `payload` is None where its alert has ended."""

    outbox_id: int
    agreement_id: str
    alert_number: int | None
    alert_id: UUID | None
    payload: dict[str, Any] | None
    layout: str | None


@dataclass(frozen=True, slots=True)
class SharedMessage:
    """What goes to the members of an agreement. `release` are its terms, as JSON."""

    message: Message
    topic: str
    agreement_id: str
    release: dict[str, Any]


def find_alert(on: Database | Connection, alert_id: UUID) -> OfferedAlert | None:
    """Return one stored alert, or None.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    return statements.one(on, _SQL["find"], {"alert_id": alert_id}, row=class_row(OfferedAlert))


class Deliveries:
    """One transaction over what is offered; only one at a time.

    Args:
        connection: A connection with an open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.has_written = False
        """Whether there is something to publish once the transaction is committed."""

    @classmethod
    @contextlib.contextmanager
    def begin(cls, database: Database) -> Iterator[Deliveries]:
        """Open the transaction, which is committed at the end of the block: all of it, or nothing.

        Raises:
            DatabaseUnavailable: Nothing was written, or the answer was lost; do the same again.
        """
        with database.transaction() as connection:
            yield cls(connection)

    def progress(self) -> int:
        """Return the number of the last alert that was offered; until commit nobody else moves it."""
        return statements.scalar(self._connection, _SQL["lock_progress"], kind=int) or 0

    def newest(self) -> int:
        """Return the number of the newest alert."""
        return statements.scalar(self._connection, _SQL["newest"], kind=int) or 0

    def after(self, alert_number: int, limit: int) -> list[OfferedAlert]:
        """Return alerts after one, in the order of their numbers."""
        values = {"after": alert_number, "limit": limit}
        return statements.all(self._connection, _SQL["after"], values, row=class_row(OfferedAlert))

    def advance(self, alert_number: int) -> None:
        """Note how far alerts were offered."""
        statements.execute(self._connection, _SQL["advance"], {"alert_number": alert_number})

    def was_released(self, alert_id: UUID) -> set[str]:
        """Return the agreements under which an alert went out, or is about to."""
        values = {"alert_id": alert_id}
        return set(statements.scalars(self._connection, _SQL["was_released"], values, kind=str))

    def send(self, messages: Sequence[SharedMessage]) -> None:
        """Put messages into the outbox, in their order; those that are there already stay as they are."""
        if not messages:
            return
        rows = [
            _values(one)
            | {"alert_id": one.message.message_id, "topic": one.topic, "key": storable(one.message.key)}
            | {"agreement_id": one.agreement_id}
            for one in messages
        ]
        with self._connection.cursor() as cursor:
            cursor.executemany(_SQL["insert_message"], rows)
        self.has_written = True

    def stale(self, limit: int) -> list[StaleMessage]:
        """Return messages that wait and whose agreement does not stand as it did when they were written."""
        return statements.all(self._connection, _SQL["stale"], {"limit": limit}, row=class_row(StaleMessage))

    def renew(self, outbox_id: int, message: SharedMessage) -> None:
        """Put what an agreement lets through now in a waiting message's place."""
        statements.execute(self._connection, _SQL["renew"], _values(message) | {"outbox_id": outbox_id})
        self.has_written = True

    def withhold(self, ids: Sequence[int], why: str) -> None:
        """Close messages that may not go any more, and write that down."""
        if ids:
            withhold(self._connection, ids, why)


def withhold(connection: Connection, ids: Sequence[int], why: str) -> None:
    """Close messages that may not go any more, and write that down, in the caller's transaction."""
    statements.execute(connection, _SQL["withhold"], {"ids": list(ids), "why": storable(why)})


def withhold_all(connection: Connection, agreement_id: str, why: str) -> int:
    """Close every message that waits under an agreement, in the caller's transaction; return how many."""
    ids = statements.scalars(connection, _SQL["unsent_of"], {"agreement_id": agreement_id}, kind=int)
    if ids:
        withhold(connection, ids, why)
    return len(ids)


def _values(one: SharedMessage) -> dict[str, Any]:
    return {
        "headers": jsonb([list(header) for header in one.message.headers]),
        "payload": one.message.payload,
        "release": jsonb(one.release),
    }
