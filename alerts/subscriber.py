"""A neighboring agency's consumer: every alert of a topic, once, and from where it left off."""

from __future__ import annotations

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from pydantic import ValidationError

from alerts.received import ReceivedAlerts, RefusedAlert, UnreadableMessage
from schemas.errors import BrokerUnavailable, ConfigurationError
from schemas.events import Alert, problems_in
from schemas.settings import KafkaSettings
from services.kafka.client import (
    KafkaError,
    OffsetAndMetadata,
    TopicPartition,
    check_reachable,
    close_consumer,
    forbidden_topics,
    is_proxied,
    kafka_errors,
    open_consumer,
)
from services.kafka.polling import ConsumerLost, Patience, Poller

log = logging.getLogger(__name__)

POLL_MS = 250
POLL_RECORDS = 100
REACH_SECONDS = 5.0
CLOSE_SECONDS = 2.0
FORGET_SECONDS = 3600.0
FILE_NAME = "subscriber.sqlite3"


T = TypeVar("T")


class MessageSubscriber(ABC, Generic[T]):
    """One member of a consumer group on one topic of one kind of messages.

    Args:
        data_dir: Platewatch's data directory; the group's memory is kept there.
        settings: The section `kafka` of the configuration.
        servers: Bootstrap servers.
        topic: The topic.
        group: Consumer group; each gets every message, its members share them. A new one begins at the oldest.
    """

    noun = "message"
    """What it receives, for the log."""
    judges = True
    """Whether anything is judged as it comes in."""

    def __init__(
        self,
        data_dir: Path,
        settings: KafkaSettings,
        servers: Sequence[str],
        *,
        topic: str,
        group: str,
    ) -> None:
        self._path = data_dir / FILE_NAME
        self._settings = settings
        self._servers = tuple(servers)
        self._topic = topic
        self._group = group
        self._reachable = True
        self._checked_at = 0.0

    @abstractmethod
    def parse(self, payload: bytes) -> T:
        """Return what a message is.

        Raises:
            ValidationError: It is something else.
        """

    @abstractmethod
    def id_of(self, item: T) -> UUID:
        """Return what doubles are known by."""

    @abstractmethod
    def judge(self, item: T, topic: str, headers: Mapping[str, str]) -> tuple[T | None, str]:
        """Return what is taken in of it, or None and why it is refused."""

    def messages(self, stop: threading.Event) -> Iterator[T]:
        """Yield everything of the topic that this group has not had, waiting for more.

        One counts as handed out when the loop asks for the next one; so to end, set `stop` and let the loop run out.
        After a crash in between it comes again. A message that is something else is kept beside the seen ones' ids with
        the reason, and the stream goes on.

        Args:
            stop: Ends the iteration, within half a second.

        Yields:
            Those of one key in the order in which they were published.

        Raises:
            BrokerUnavailable: No broker answers at the start. Later outages are waited out.
            ConfigurationError: An option does not fit, or the group or the topic is not permitted.
            StorageFull: No space left to remember what was handed out.
        """
        patience = Patience()
        with ReceivedAlerts(self._path, self._group) as received:
            consumer = open_consumer(self._settings, self._servers, **self._options())
            while consumer is not None:
                try:
                    consumer.subscribe([self._topic])
                    yield from self._stream(consumer, received, stop, patience)
                finally:
                    close_consumer(consumer, CLOSE_SECONDS)
                consumer = self._reopened(stop)

    def _reopened(self, stop: threading.Event) -> Any | None:
        """Return a new consumer once a broker answers, or None when `stop` was set."""
        while not stop.is_set():
            try:
                return open_consumer(self._settings, self._servers, **self._options())
            except BrokerUnavailable:
                self._watch_broker()
                stop.wait(POLL_MS / 1000)
        return None

    def _options(self) -> dict[str, Any]:
        return {
            "group_id": self._group,
            "auto_offset_reset": "earliest",
            "enable_auto_commit": False,
            "isolation_level": "read_committed",
            "allow_auto_create_topics": False,
            "metadata_max_age_ms": 5000,  # a topic that is made later is found soon
            "session_timeout_ms": 10_000,
            "heartbeat_interval_ms": 3000,
        }

    def _stream(
        self, consumer: Any, received: ReceivedAlerts, stop: threading.Event, patience: Patience
    ) -> Iterator[T]:
        """Yield a consumer's new messages until `stop`, or until it has to be opened anew."""
        forget_at = 0.0
        poller = Poller(consumer, patience)
        while not stop.is_set():
            if time.monotonic() >= forget_at:
                received.forget_old(datetime.now(UTC))
                forget_at = time.monotonic() + FORGET_SECONDS
            try:
                batches = self._poll(consumer, poller)
            except ConsumerLost as error:
                log.info("%s", error)
                log.debug("poll failed", exc_info=error)
                stop.wait(POLL_MS / 1000)
                return
            if not batches:
                self._watch_broker()
            for records in batches.values():
                done: dict[Any, Any] = {}
                try:
                    for record in records:
                        item = self._parse(record, received)
                        if item is not None and not received.is_seen(self.id_of(item)):
                            taken = self._taken_in(item, record, received)
                            if taken is not None:
                                yield taken
                            received.remember(self.id_of(item))
                        partition = TopicPartition(record.topic, record.partition)
                        done[partition] = OffsetAndMetadata(record.offset + 1, "", record.leader_epoch)
                        if stop.is_set():
                            return
                finally:
                    self._commit(consumer, done)

    def _poll(self, consumer: Any, poller: Poller) -> dict[Any, list[Any]]:
        try:
            batches = poller.poll(POLL_MS / 1000, POLL_RECORDS)
        except kafka_errors.AuthorizationError as error:
            raise self._not_permitted(error.message) from error
        if not batches and self._topic in forbidden_topics(consumer):
            raise self._not_permitted("the broker does not let this user see it")
        return batches

    def _not_permitted(self, reason: str) -> ConfigurationError:
        return ConfigurationError(
            f"topic {self._topic}, group {self._group}: not permitted to read ({reason}); "
            "ask the publishing agency for access"
        )

    def _parse(self, record: Any, received: ReceivedAlerts) -> T | None:
        if record.value is None:
            reason = "the message has no content"
        else:
            try:
                return self.parse(record.value)
            except ValidationError as error:
                reason = problems_in(error)
        place = UnreadableMessage(record.topic, record.partition, record.offset, reason, record.value)
        if received.keep_unreadable(place):
            log.warning(
                "%s partition %d offset %d is not %s and was put aside: %s",
                record.topic,
                record.partition,
                record.offset,
                "an alert" if self.noun == "alert" else f"a {self.noun}",
                reason,
            )
        return None

    def _taken_in(self, item: T, record: Any, received: ReceivedAlerts) -> T | None:
        """Return what may be taken in, or None where it is refused, which is kept and said."""
        if not self.judges:
            return item
        headers = {name: value.decode("utf-8", "replace") for name, value in record.headers or () if value is not None}
        taken, reason = self.judge(item, record.topic, headers)
        if taken is None:
            number = self.id_of(item)
            place = RefusedAlert(record.topic, record.partition, record.offset, number, reason)
            if received.keep_refused(place):
                log.warning("%s %s of %s is refused on receipt: %s", self.noun, number, record.topic, reason)
        return taken

    def _commit(self, consumer: Any, done: dict[Any, Any]) -> None:
        if not done:
            return
        try:
            consumer.commit(done, timeout_ms=int(CLOSE_SECONDS * 1000))
        except KafkaError as error:
            # Another member has the partition now, or the broker is away: what comes again is dropped as a double.
            log.debug("offsets were not committed", exc_info=error)

    def _watch_broker(self) -> None:
        """Say once that the broker went away, and once that it is back; kafka-python retries in silence."""
        if is_proxied(self._settings) or time.monotonic() < self._checked_at + REACH_SECONDS:
            return
        self._checked_at = time.monotonic()
        try:
            check_reachable(self._servers, timeout_seconds=1.0)
        except BrokerUnavailable as error:
            if self._reachable:
                log.warning("%s; waiting for it", error)
            self._reachable = False
        else:
            if not self._reachable:
                log.info("kafka at %s is reachable again", ", ".join(self._servers))
            self._reachable = True


class Judged(Protocol):
    """What a gate says of an alert: what is taken in of it, or None and why it is refused."""

    @property
    def alert(self) -> Alert | None:
        """What is taken in."""
        ...

    @property
    def reason(self) -> str:
        """Why it is refused."""
        ...


Gate = Callable[[Alert, str, Mapping[str, str]], Judged]
"""Judges an alert by its topic and its message's headers; `sharing.receiving.ReceiptGate` is one."""


class Subscriber(MessageSubscriber[Alert]):
    """One member of a consumer group on one topic of alerts.

    Args:
        data_dir: Platewatch's data directory; the group's memory is kept there.
        settings: The section `kafka` of the configuration.
        servers: Bootstrap servers.
        topic: The topic.
        group: Consumer group; each gets every alert, its members share them. A new one begins at the oldest alert.
        gate: Judges each alert as it comes in; None: all are taken in.
    """

    noun = "alert"

    def __init__(
        self,
        data_dir: Path,
        settings: KafkaSettings,
        servers: Sequence[str],
        *,
        topic: str,
        group: str,
        gate: Gate | None = None,
    ) -> None:
        super().__init__(data_dir, settings, servers, topic=topic, group=group)
        self._gate = gate
        self.judges = gate is not None

    def alerts(self, stop: threading.Event) -> Iterator[Alert]:
        """Yield every alert that this group has not had, as `messages` does; those of one plate in their order."""
        return self.messages(stop)

    def parse(self, payload: bytes) -> Alert:
        """See `MessageSubscriber`."""
        return Alert.model_validate_json(payload)

    def id_of(self, item: Alert) -> UUID:
        """See `MessageSubscriber`."""
        return item.alert_id

    def judge(self, item: Alert, topic: str, headers: Mapping[str, str]) -> tuple[Alert | None, str]:
        """See `MessageSubscriber`."""
        if self._gate is None:
            return item, ""
        judged = self._gate(item, topic, headers)
        return judged.alert, judged.reason
