"""Reads, hits and alerts put into a database at once, as tests need them; the product settles hits instead."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from alerts.build import alert_message
from schemas.events import Alert
from schemas.messages import Message
from schemas.settling import Arrived, Outcome, SettledHit
from schemas.types import Hit, PlateRead
from storage.alerts.numbering import number_alerts
from storage.alerts.outbox import Outbox
from storage.alerts.unit_of_work import Ledger
from storage.database import Database
from storage.leadership import Leadership


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A message about a hit, and the topic that it goes to."""

    alert_id: UUID
    hit_id: UUID
    topic: str
    key: str
    payload: bytes
    headers: tuple[tuple[str, str], ...] = ()


def outbox_message(alert: Alert, topic: str) -> OutboxMessage:
    made = alert_message(alert)
    return OutboxMessage(made.message_id, alert.hit.hit_id, topic, made.key, made.payload, made.headers)


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """A read with its hits and the messages about them."""

    read: PlateRead
    hits: tuple[Hit, ...] = ()
    messages: tuple[OutboxMessage, ...] = ()


@dataclass(frozen=True, slots=True)
class WriteOutcome:
    """How many rows were new."""

    reads: int = 0
    hits: int = 0
    alerts: int = 0


class Records:
    """Writes records through the product's unit of work, and numbers their alerts."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ledger = Ledger(database)

    def write(self, records: Sequence[ReadRecord]) -> WriteOutcome:
        reads = [record.read for record in records]
        alerts = 0
        with self._ledger.begin(reads) as unit:
            new_reads = unit.add_reads(reads).count(Arrived.NEW)
            known = unit.settled_hits([hit.hit_id for record in records for hit in record.hits])
            new_hits = {hit.hit_id for record in records for hit in record.hits} - known.keys()
            for record in records:
                about = {message.hit_id: message.alert_id for message in record.messages}
                unit.add_hits(
                    SettledHit(
                        hit,
                        record.read.captured_at,
                        Outcome.ALERTED if hit.hit_id in about else Outcome.SILENT,
                        about.get(hit.hit_id),
                    )
                    for hit in record.hits
                )
                hits = {hit.hit_id: hit for hit in record.hits}
                for message in record.messages:
                    sent = Message(message.alert_id, message.key, message.payload, message.headers)
                    hit = hits[message.hit_id]
                    alerts += unit.add_alert(sent, hit.hit_id, hit.tier, record.read.captured_at, message.topic)
        number_alerts(self._database)
        return WriteOutcome(new_reads, len(new_hits), alerts)


@contextlib.contextmanager
def outbox_of(database: Database) -> Iterator[Outbox]:
    """The outbox as the leading relay sees it."""
    with Leadership(database) as leadership:
        yield Outbox(database, leadership)
