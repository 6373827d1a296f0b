"""A producer that heals itself, and says of every message whether it was published, refused or has to wait."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from alerts.topics import ensure_topic
from alerts.topics.planned import MESSAGE_OVERHEAD_BYTES
from schemas.errors import BrokerUnavailable
from schemas.settings import KafkaSettings
from services.kafka.appending import Outbound, send_all
from services.kafka.client import KafkaError, close_producer, kafka_errors, open_admin, open_producer
from storage.alerts.outbox import OutboxRow

log = logging.getLogger(__name__)

CLOSE_SECONDS = 1.0
STOP_GRACE_SECONDS = 2.0
WAIT_SLICE_SECONDS = 0.2
SPLIT_SECONDS = 0.01
"""How soon a batch is looked at again that was too large and went on in parts."""

_REFUSALS = {
    kafka_errors.MessageSizeTooLargeError: "the message is larger than the topic accepts",
    kafka_errors.RecordListTooLargeError: "the message is larger than the topic's segments",
    kafka_errors.TopicAuthorizationFailedError: "this user is not authorized to write to the topic",
    kafka_errors.InvalidTopicError: "the topic's name is not valid",
    kafka_errors.InvalidTimestampError: "the message's time is out of the topic's range",
    kafka_errors.InvalidRecordError: "the broker refused the message as invalid",
    kafka_errors.PolicyViolationError: "the message violates a policy of the broker",
}
"""Errors about one message: sending it again gives the same answer."""


class Fate(StrEnum):
    """What became of a message.

    published: the broker acknowledged it.
    refused: this message will never be accepted.
    waiting: it was perhaps not published; try again.
    """

    PUBLISHED = "published"
    REFUSED = "refused"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message's fate, with the reason where it was not published."""

    message: OutboxRow
    fate: Fate
    reason: str = ""


class AlertProducer:
    """Publishes messages with acks from all replicas, whatever happened before.

    kafka-python's idempotent producer is dead for good after one error that it cannot retry, and fails every later
    message with that same error. So after any failure the producer is made anew, and a message counts as refused only
    when it was refused alone.

    Args:
        settings: The section `kafka` of the configuration.
        servers: Bootstrap servers.
        retention_days: How long topics that it makes keep a message.
        partitions: How many partitions they get; None: as the settings say.
        waits_for_rights: Whether messages that this user may not write, or not yet, wait and are not refused.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        servers: Sequence[str],
        *,
        retention_days: float,
        partitions: int | None = None,
        waits_for_rights: bool = False,
    ) -> None:
        self._waits_for_rights = waits_for_rights
        self._settings = settings
        self._servers = tuple(servers)
        self._retention_days = retention_days
        self._partitions = partitions
        self._client: Any = None
        self._topics: set[str] = set()
        self._kept: dict[str, float] = {}
        """Topics that keep messages for less time than others, by an agreement."""

    def prepare(self, topics: Sequence[str]) -> None:
        """Connect, and make the topics that do not exist.

        Raises:
            BrokerUnavailable: No broker answers.
            ConfigurationError: An option of kafka-python does not fit.
        """
        self._connected(set(topics))

    def publish(
        self, messages: Sequence[OutboxRow], stop: threading.Event, meanwhile: Callable[[], None] | None = None
    ) -> list[Delivery]:
        """Publish messages and wait for what becomes of them.

        Args:
            messages: At most one per topic and key: there is no order among them.
            stop: When set, what is not acknowledged soon has to wait.
            meanwhile: Called once while they are on their way; raises nothing.

        Returns:
            One delivery per message, in the same order.

        Raises:
            BrokerUnavailable: No broker answers; nothing was sent.
            ConfigurationError: An option of kafka-python does not fit.
        """
        deliveries = [self._too_large(message) for message in messages]
        fitting = [message for message, refusal in zip(messages, deliveries, strict=True) if refusal is None]
        if fitting:
            sent = self._send(fitting, stop, meanwhile)
            if len(fitting) > 1:
                # One refused message takes the innocent ones of its batch with it.
                sent = [self._send_alone(d, stop) if d.fate is Fate.REFUSED else d for d in sent]
            answers = iter(sent)
            deliveries = [refusal or next(answers) for refusal in deliveries]
        return [delivery for delivery in deliveries if delivery is not None]

    def close(self) -> None:
        """Close the connection; a later `publish` opens it again."""
        client, self._client = self._client, None
        self._topics.clear()
        if client is not None:
            close_producer(client, CLOSE_SECONDS)

    def _too_large(self, message: OutboxRow) -> Delivery | None:
        size = len(message.payload) + len(message.key.encode())
        for name, value in message.headers:
            size += len(name) + len(value)
        if size <= self._settings.max_message_bytes:
            return None
        limit = self._settings.max_message_bytes
        return Delivery(
            message, Fate.REFUSED, f"the message has {size} bytes, more than kafka.max_message_bytes ({limit})"
        )

    def _send_alone(self, refused: Delivery, stop: threading.Event) -> Delivery:
        try:
            return self._send([refused.message], stop)[0]
        except BrokerUnavailable as error:
            return Delivery(refused.message, Fate.WAITING, str(error))

    def _send(
        self, messages: Sequence[OutboxRow], stop: threading.Event, meanwhile: Callable[[], None] | None = None
    ) -> list[Delivery]:
        self._keep_shorter(messages)
        client = self._connected({message.topic for message in messages})
        deadline = time.monotonic() + self._settings.delivery_timeout_seconds + CLOSE_SECONDS
        futures = send_all(client, [_outbound(message) for message in messages])
        if meanwhile is not None:
            meanwhile()
        deadline = _flush(client, deadline, stop)
        deliveries = []
        for message, future in zip(messages, futures, strict=True):
            if isinstance(future, Exception):
                deliveries.append(self._failed(message, future))
                continue
            try:
                _await(future, deadline)
            except (KafkaError, OSError) as error:
                deliveries.append(self._failed(message, error))
            else:
                deliveries.append(Delivery(message, Fate.PUBLISHED))
        if any(delivery.fate is not Fate.PUBLISHED for delivery in deliveries):
            self.close()
        return deliveries

    def _failed(self, message: OutboxRow, error: Exception) -> Delivery:
        if self._waits_for_rights and isinstance(error, kafka_errors.TopicAuthorizationFailedError):
            return Delivery(message, Fate.WAITING, _REFUSALS[kafka_errors.TopicAuthorizationFailedError])
        return _failed(message, error)

    def _connected(self, topics: set[str]) -> Any:
        if self._client is None:
            self._client = open_producer(self._settings, self._servers, **self._options())
        missing = topics - self._topics
        if missing:
            self._make(missing)
        return self._client

    def _keep_shorter(self, messages: Sequence[OutboxRow]) -> None:
        """Note which topics keep messages for less time than before, so that they are told."""
        for message in messages:
            if message.keep_days is not None:
                days = min(message.keep_days, self._retention_days)
                if days < self._kept.get(message.topic, self._retention_days):
                    self._kept[message.topic] = days
                    self._topics.discard(message.topic)

    def _make(self, topics: set[str]) -> None:
        admin = open_admin(self._settings, self._servers)
        try:
            for topic in sorted(topics):
                days = self._kept.get(topic, self._retention_days)
                ensure_topic(admin, topic, retention_days=days, partitions=self._partitions, settings=self._settings)
        except KafkaError as error:
            raise BrokerUnavailable(f"kafka at {', '.join(self._servers)} cannot make topics now ({error})") from error
        finally:
            admin.close()
        self._topics |= topics

    def _options(self) -> dict[str, Any]:
        delivery = int(self._settings.delivery_timeout_seconds * 1000)
        return {
            "acks": "all",
            "enable_idempotence": True,
            "linger_ms": 5,
            "batch_size": 262_144,
            "compression_type": "zstd",
            "max_block_ms": min(5000, delivery),
            "request_timeout_ms": min(10_000, delivery // 2),
            "delivery_timeout_ms": delivery,
            "max_request_size": self._settings.max_message_bytes + MESSAGE_OVERHEAD_BYTES,
            "allow_auto_create_topics": False,
        }


def _outbound(message: OutboxRow) -> Outbound:
    return Outbound(message.topic, message.key.encode(), message.payload, message.headers, _timestamp_ms(message))


def _timestamp_ms(message: OutboxRow) -> int:
    """Return the time from which a topic counts how long it keeps a message: that of capture, where it is about one."""
    moment = message.created_at if message.captured_at is None else min(message.captured_at, message.created_at)
    return max(int(moment.timestamp() * 1000), 0)


def _flush(client: Any, deadline: float, stop: threading.Event) -> float:
    """Send what was handed over without waiting for more to join it, and wait for the acknowledgments.

    Done in short slices, so that a stop is noticed.

    Returns:
        When what is still not acknowledged has to be given up (monotonic seconds).
    """
    while True:
        if stop.is_set():
            deadline = min(deadline, time.monotonic() + STOP_GRACE_SECONDS)
            stop = threading.Event()  # the grace is given once
        remaining = deadline - time.monotonic()
        try:
            client.flush(timeout=max(min(remaining, WAIT_SLICE_SECONDS), 0.001))
        except KafkaError as error:
            if remaining <= 0:
                return deadline
            if not isinstance(error, kafka_errors.KafkaTimeoutError):
                # A batch was split, and its parts are on their way now.
                stop.wait(SPLIT_SECONDS)
        else:
            return deadline


def _await(future: Any, deadline: float) -> None:
    """Wait for an acknowledgment.

    Raises:
        KafkaError: It failed, or it was not acknowledged in time.
    """
    if not future.succeeded():
        future.get(timeout=max(deadline - time.monotonic(), 0.001))


def _failed(message: OutboxRow, error: Exception) -> Delivery:
    for kind, reason in _REFUSALS.items():
        if isinstance(error, kind):
            return Delivery(
                message, Fate.REFUSED, f"{reason} ({message.topic}, {len(message.payload)} bytes; {error.message})"
            )
    if isinstance(error, (ValueError, TypeError)):
        return Delivery(message, Fate.REFUSED, f"kafka-python cannot send it to {message.topic}: {error}")
    log.debug("message was not acknowledged", extra={"alert_id": str(message.alert_id)}, exc_info=error)
    return Delivery(message, Fate.WAITING, type(error).__name__)
