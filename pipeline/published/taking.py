"""The stage that takes reads from the topic: to the recorder, or to the dead letters."""

from __future__ import annotations

import functools
import logging
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from alerts.topics import ensure_topic
from ingest.topics.consumer import TopicConsumer
from ingest.topics.offsets import Span
from ingest.topics.reads import published_read
from pipeline.broker import BrokerAddress
from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.published.arriving import arrival_of
from pipeline.published.dead_letters import VENDOR, DeadLetters, DeadMessage
from pipeline.published.retrying import Retries
from pipeline.recording.queue import ArrivalQueue
from pipeline.stages.stage import SteppedStage
from policy.decisions import effective_retention
from schemas.arrivals import Arrival, HandedOver
from schemas.errors import BrokerUnavailable, DatabaseUnavailable, InvalidInput
from schemas.events import AlarmKind
from schemas.health import READS_STAGE
from schemas.settings import KafkaSettings, Settings
from schemas.types import PlateRead
from services.kafka.client import KafkaError, open_admin
from storage.database import Database

log = logging.getLogger(__name__)

IDLE_SECONDS = 0.25
FULL_SECONDS = 0.01
ROOM_SECONDS = 0.2
"""How long room is waited for before the broker is asked again, so that this member stays one."""
QUEUE_LENGTH = 4000
"""Reads that may wait for the recorder: about a second's. With more, nothing is taken until there is room."""


class ReadsTopicStage(SteppedStage):
    """Takes messages in their partitions' order. An offset is committed once everything before it is stored.

    While the recorder has no room, the partitions are paused and this member stays one. After the end of the stage
    `finish` commits what was recorded meanwhile.

    Args:
        settings: The configuration.
        database: Where messages are kept that nobody else takes.
        kafka: Gives which broker to take from; asked anew after an outage.
        arrivals: To the recorder.
        counters: The run's counts.
        board: Told how far it is.
    """

    name = READS_STAGE
    trouble = "reads of other machines do not come in"
    recovery = "reads of other machines come in again"
    alarm = AlarmKind.BROKER
    patience_seconds = 0.0
    longest_pause_seconds = 2.0

    def __init__(
        self,
        settings: Settings,
        database: Database,
        kafka: BrokerAddress,
        arrivals: ArrivalQueue,
        counters: Counters,
        board: HealthBoard,
    ) -> None:
        super().__init__()
        self.board = board
        self._agency_id = settings.agency_id
        self._names = settings.kafka
        self._retention_days = effective_retention(settings).topic_days
        self._kafka = kafka
        self._arrivals = arrivals
        self._told = board
        self._dead = DeadLetters(settings, database, kafka, counters, board)
        self._retries = Retries(settings, database)
        self._consumer: TopicConsumer | None = None
        self._backlog: deque[Arrival | HandedOver] = deque()

    @property
    def partitions(self) -> frozenset[int]:
        """Which partitions this member has now."""
        consumer = self._consumer
        return frozenset() if consumer is None else consumer.partitions

    def step(self, stop: threading.Event) -> float:
        """Hand over what came, or wait for it.

        Raises:
            BrokerUnavailable: No broker answers.
            ConfigurationError: The topic or the group is not permitted.
            Stopped: The run was stopped while a message could not be kept.
        """
        consumer = self._consumer = self._consumer or self._opened()
        self._hand_over()
        if self._backlog and self._arrivals.wait_for_room(ROOM_SECONDS):
            self._hand_over()
        is_full = bool(self._backlog)
        taken = consumer.take(FULL_SECONDS if is_full else IDLE_SECONDS, hold=is_full)
        try:
            for span, records in taken:
                self._take(span, records, stop)
        except Exception:
            # What was taken and not handed over comes again to a member that joins anew, from what was committed on.
            self._consumer = None
            consumer.close()
            raise
        self._hand_over()
        self._dead.look()
        if not self._backlog:
            self._try_again()
        lag = consumer.lag()
        if lag is not None:
            self._told.source(self._names.reads_topic, VENDOR, waiting=lag)
        return 0.0

    def refuse(self, read: PlateRead, reason: str) -> None:
        """Keep the message of a read that the database does not take; called from the recorder's thread.

        Raises:
            TransientError: It cannot be kept now.
        """
        consumer = self._consumer
        spans: Sequence[Span] = () if consumer is None else consumer.offsets.unfinished()
        wanted = str(read.read_id).encode()
        records = [one for span in spans for one in span.messages if one.value is not None and wanted in one.value]
        if not records:
            log.error("read %s: %s; its message comes again", read.read_id, reason)
        self._dead.put([DeadMessage(one, reason) for one in records], threading.Event())

    def finish(self) -> None:
        """Commit what is recorded and leave the group, when nothing is recorded any more."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            consumer.close()
        self._dead.close()

    def _try_again(self) -> None:
        try:
            self._backlog.extend(self._retries.due())
        except DatabaseUnavailable as error:
            # The recorder waits for it, and the topic's messages have to be held meanwhile.
            log.debug("quarantined messages are tried again later: %s", error)

    def _opened(self) -> TopicConsumer:
        kafka = self._kafka()
        self._make_topic(kafka)
        return TopicConsumer(kafka, topic=self._names.reads_topic, group=self._names.matcher_group)

    def _make_topic(self, kafka: KafkaSettings) -> None:
        """Make the topic where there is none, and hold it to what the law lets be kept."""
        admin = open_admin(kafka, kafka.bootstrap_servers)
        try:
            ensure_topic(admin, self._names.reads_topic, retention_days=self._retention_days, settings=kafka)
        except KafkaError as error:
            raise BrokerUnavailable(
                f"kafka at {', '.join(kafka.bootstrap_servers)} cannot make topics now ({error})"
            ) from error
        finally:
            admin.close()

    def _hand_over(self) -> None:
        while self._backlog and self._arrivals.offer(self._backlog[0]):
            self._backlog.popleft()

    def _take(self, span: Span, records: Sequence[Any], stop: threading.Event) -> None:
        """Make arrivals of a partition's messages; what is none is kept before its offset can be committed."""
        dead: list[DeadMessage] = []
        arrivals = list(self._usable(span, records, dead))
        self._dead.put(dead, stop)
        self._backlog.extend(arrivals)
        self._backlog.append(HandedOver(span))
        now = datetime.now(UTC)
        self._told.count_source(
            self._names.reads_topic, VENDOR, received=len(records), processed=len(arrivals), reads=len(arrivals)
        )
        self._told.source(self._names.reads_topic, VENDOR, last_message_at=now)

    def _usable(self, span: Span, records: Sequence[Any], dead: list[DeadMessage]) -> Iterator[Arrival]:
        now, most = datetime.now(UTC), self._names.max_message_bytes
        for record in records:
            understood = functools.partial(
                published_read, record.value, agency_id=self._agency_id, max_bytes=most, now=now
            )
            try:
                arrival = arrival_of(understood, span)
            except InvalidInput as error:
                dead.append(DeadMessage(record, str(error)))
            else:
                yield arrival
