"""Messages of the reads topic that cannot be used: sent to a topic of their own with the reason, or kept here."""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from alerts.producer import AlertProducer, Fate
from pipeline.broker import BrokerAddress
from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.stages.retry import until_available
from policy.decisions import effective_retention
from schemas.errors import BrokerUnavailable, ConfigurationError
from schemas.events import AlarmKind, utc
from schemas.ids import dead_letter_id
from schemas.settings import Settings
from storage.alerts.outbox import OutboxRow
from storage.database import Database
from storage.quarantine.quarantine import Quarantine
from storage.spool.messages import Message

log = logging.getLogger(__name__)

SAID_AGAIN_SECONDS = 60.0
QUIET_SECONDS = 3600.0
"""With no dead letter for so long the alarm about them is over."""
VENDOR = "platewatch"


@dataclasses.dataclass(frozen=True, slots=True)
class DeadMessage:
    """A message (kafka-python's record) and why it cannot be used, without what it holds."""

    record: Any
    reason: str


class DeadLetters:
    """Keeps messages that cannot be used where a person finds them. None is lost, and none stops the others.

    Args:
        settings: The configuration.
        database: Where those are kept that the topic does not take.
        kafka: Gives where to send them.
        counters: The run's counts.
        board: Told of them.
    """

    def __init__(
        self, settings: Settings, database: Database, kafka: BrokerAddress, counters: Counters, board: HealthBoard
    ) -> None:
        self._topic = settings.kafka.dead_reads_topic
        self._reads_topic = settings.kafka.reads_topic
        self._retention_days = effective_retention(settings).topic_days
        self._quarantine = Quarantine(database)
        self._kafka = kafka
        self._counters = counters
        self._board = board
        self._producer: AlertProducer | None = None
        self._lock = threading.Lock()
        self._said_at = float("-inf")
        self._last_at: float | None = None

    def put(self, dead: Sequence[DeadMessage], stop: threading.Event) -> None:
        """Keep messages.

        Raises:
            Stopped: The run was stopped while the database was away that should have kept them.
        """
        if not dead:
            return
        with self._lock:
            left = self._not_sent(dead, stop)
            for one in left:
                until_available(lambda one=one: self._keep(one), stop, doing="quarantining messages")  # type: ignore[misc]
        self._tell(dead, kept=len(left))

    def look(self) -> None:
        """Have the alarm cleared once none came for a while."""
        if self._last_at is not None and time.monotonic() - self._last_at > QUIET_SECONDS:
            self._last_at = None
            self._board.cleared(AlarmKind.DEAD_LETTERS, self._subject)

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            producer, self._producer = self._producer, None
        if producer is not None:
            producer.close()

    def _not_sent(self, dead: Sequence[DeadMessage], stop: threading.Event) -> list[DeadMessage]:
        """Send messages; return those that the topic did not take."""
        try:
            if self._producer is None:
                kafka = self._kafka()
                self._producer = AlertProducer(kafka, kafka.bootstrap_servers, retention_days=self._retention_days)
            deliveries = self._producer.publish([self._row(one) for one in dead], stop)
        except (BrokerUnavailable, ConfigurationError) as error:
            log.debug("dead letters are kept in the quarantine: %s", error)
            return list(dead)
        return [one for one, sent in zip(dead, deliveries, strict=True) if sent.fate is not Fate.PUBLISHED]

    def _row(self, dead: DeadMessage) -> OutboxRow:
        record, now = dead.record, datetime.now(UTC)
        return OutboxRow(
            outbox_id=0,
            alert_id=_place_id(record),
            topic=self._topic,
            key="" if record.key is None else record.key.decode("utf-8", "replace"),
            headers=(*_texts(record.headers), *_said(dead, now)),
            payload=record.value or b"",
            created_at=now,
            captured_at=_published_at(record, now),
        )

    def _keep(self, dead: DeadMessage) -> None:
        record, now = dead.record, datetime.now(UTC)
        message = Message(
            self._reads_topic,
            _published_at(record, now),
            record.value or b"",
            "application/json",
            dict([*_texts(record.headers), *_said(dead, now)]),
            f"{record.topic}/{record.partition}/{record.offset}",
        )
        self._quarantine.add(message, VENDOR, dead.reason)

    def _tell(self, dead: Sequence[DeadMessage], *, kept: int) -> None:
        self._counters.add("dead_letters", len(dead))
        self._board.count_source(self._reads_topic, VENDOR, quarantined=len(dead))
        now = time.monotonic()
        self._last_at = now
        self._board.raised(
            AlarmKind.DEAD_LETTERS,
            self._subject,
            f"messages of {self._reads_topic} could not be used; they are in {self._topic} with the reasons, or, where "
            "that took none, in the quarantine (platewatch quarantine list)",
        )
        if now - self._said_at >= SAID_AGAIN_SECONDS:
            self._said_at = now
            first = dead[0]
            log.warning(
                "%s partition %d offset %d cannot be used: %s; %d such messages now, of which %s",
                first.record.topic,
                first.record.partition,
                first.record.offset,
                first.reason,
                len(dead),
                f"{kept} are in the quarantine" if kept else f"all are in {self._topic}",
            )

    @property
    def _subject(self) -> str:
        return f"{self._reads_topic} on {self._board.machine}"


def _place_id(record: Any) -> UUID:
    return dead_letter_id(record.topic, record.partition, record.offset)


def _published_at(record: Any, now: datetime) -> datetime:
    """Return when a message was published, as far as it says a time that can be: from then on it may be kept."""
    try:
        if record.timestamp < 0:
            return now  # -1: the message says none
        published = datetime.fromtimestamp(record.timestamp / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return now
    return min(published, now)


def _said(dead: DeadMessage, now: datetime) -> Iterable[tuple[str, str]]:
    record = dead.record
    return (
        ("platewatch_reason", dead.reason),
        ("platewatch_topic", record.topic),
        ("platewatch_partition", str(record.partition)),
        ("platewatch_offset", str(record.offset)),
        ("platewatch_at", utc(now)),
    )


def _texts(headers: Iterable[tuple[str, bytes | None]] | None) -> list[tuple[str, str]]:
    return [(name, "" if value is None else value.decode("utf-8", "replace")) for name, value in headers or ()]
