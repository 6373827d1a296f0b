"""Deliveries: what rules send, each once for an alert, a rule and a channel, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from schemas import ids
from schemas.audit import AuditRecord
from schemas.messages import Message
from storage import statements
from storage.alerts.rules import StoredRule, stored_rules
from storage.alerts.wakeups import wake
from storage.alerts.writer import AlertWriter
from storage.audit.writer import write_audit
from storage.database import Connection, Database
from storage.sql import load_queries
from storage.values import optional

_SQL = load_queries("alerts/deliveries")


class DeliveryState(StrEnum):
    """What became of a delivery: it waits (for its time, or to be tried again), was sent, was given up, or is over."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"
    NOT_NEEDED = "not_needed"
    """Its alert was taken back before it was sent, or nobody was told of what is taken back."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert, update or cancel for one rule and channel. `first_alert` is the first alert about the vehicle."""

    delivery_id: UUID
    delivery_number: int
    rule: str
    unit: str
    channel: str
    with_plate: bool
    alert_id: UUID
    first_alert: UUID
    planned_at: datetime
    due_at: datetime
    begun_at: datetime | None
    attempts: int
    state: str
    reason: str | None
    settled_at: datetime | None
    alert_number: int | None


@dataclass(frozen=True, slots=True)
class DueDelivery(Delivery):
    """A delivery to be sent now, with its alert as a JSON object.

    `is_canceled` says that the alert was taken back, `was_told` that this rule's channel was told of it before.
    """

    payload: dict[str, Any]
    is_canceled: bool
    was_told: bool


@dataclass(frozen=True, slots=True)
class Unrouted:
    """An alert, an update or a cancel of which no rule was asked yet; `first` is the first alert about the vehicle."""

    alert_number: int
    alert_id: UUID
    alert_type: str
    first: UUID
    payload: dict[str, Any]


class Routing:
    """One transaction in which rules are asked about new alerts.

    Args:
        connection: With an open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rules(self) -> list[StoredRule]:
        """Return every rule, on or off."""
        return stored_rules(self._connection)

    def unrouted(self, limit: int) -> list[Unrouted]:
        """Return alerts of which no rule was asked yet, in the order of their numbers."""
        after = statements.scalar(self._connection, _SQL["routed_number"], kind=int) or 0
        values = {"after": after, "limit": limit}
        return statements.all(self._connection, _SQL["unrouted"], values, row=class_row(Unrouted))

    def went_to(self, first: UUID) -> list[tuple[str, str]]:
        """Return the rules and channels by which an alert went out."""
        return [
            (rule, channel) for rule, channel in statements.all(self._connection, _SQL["went_to"], {"first": first})
        ]

    def plan(
        self, alert: Unrouted, *, rule: str, unit: str, channel: str, with_plate: bool, now: datetime, due_at: datetime
    ) -> None:
        """Plan a delivery; the same one is planned once."""
        values = {
            "delivery_id": ids.delivery_id(rule, channel, alert.alert_id),
            "rule": rule,
            "unit": unit,
            "channel": channel,
            "with_plate": with_plate,
            "alert_id": alert.alert_id,
            "first_alert": alert.first,
            "now": now,
            "due_at": due_at,
        }
        statements.execute(self._connection, _SQL["plan"], values)

    def done(self, number: int) -> None:
        """Note up to which alert rules were asked."""
        statements.execute(self._connection, _SQL["set_routed_number"], {"number": number})


@contextmanager
def routing(database: Database) -> Iterator[Routing]:
    """Open a transaction to ask rules in, committed at the end of the block.

    Raises:
        DatabaseUnavailable: Nothing was planned; ask again.
    """
    with database.transaction() as connection:
        yield Routing(connection)


class Deliveries:
    """The planned deliveries.

    Args:
        database: An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, channel: str, now: datetime, limit: int) -> list[DueDelivery]:
        """Return a channel's deliveries that are to be sent by now, those of one vehicle one after the other."""
        values = {"channel": channel, "now": now, "limit": limit}
        return statements.all(self._database, _SQL["due"], values, row=class_row(DueDelivery))

    def settle(
        self,
        delivery: Delivery,
        state: DeliveryState,
        now: datetime,
        *,
        reason: str | None = None,
        due_at: datetime | None = None,
    ) -> None:
        """Note what became of an attempt: with `waiting`, it is tried again at `due_at`."""
        values = {
            "delivery_id": delivery.delivery_id,
            "state": state.value,
            "reason": optional(reason),
            "now": now,
            "due_at": due_at,
        }
        statements.execute(self._database, _SQL["settle"], values)

    def hand_over(self, delivery: Delivery, message: Message, topic: str, now: datetime) -> None:
        """Put a delivery's message into the outbox, and note that it was sent: the relay does the rest."""
        values = {
            "delivery_id": delivery.delivery_id,
            "state": DeliveryState.SENT.value,
            "reason": None,
            "now": now,
            "due_at": None,
        }
        with self._database.transaction() as connection:
            AlertWriter(connection).send(message, topic)
            statements.execute(connection, _SQL["settle"], values)
        wake(self._database)

    def newest(self, limit: int, state: DeliveryState | None, audit: AuditRecord) -> list[Delivery]:
        """Return the newest deliveries, newest first; the look is written down."""
        with self._database.transaction() as connection:
            found = statements.all(
                connection, _SQL["newest"], {"limit": limit, "state": state}, row=class_row(Delivery)
            )
            write_audit(connection, audit, len(found))
        return found

    def retry(self, number: int | None, now: datetime, audit: AuditRecord) -> int:
        """Try dead letters again, one or all; return how many."""
        with self._database.transaction() as connection:
            count = statements.execute(connection, _SQL["retry"], {"number": number, "now": now})
            write_audit(connection, audit, count)
        return count

    def waiting_channels(self) -> list[str]:
        """Return the channels on which something waits, configured or not."""
        return statements.scalars(self._database, _SQL["waiting_channels"], {}, kind=str)

    def given_up(self, channel: str) -> int:
        """Return how many of a channel's deliveries were given up."""
        return statements.scalar(self._database, _SQL["given_up"], {"channel": channel}, kind=int) or 0
