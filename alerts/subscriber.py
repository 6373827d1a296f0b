"""A neighboring agency's consumer: every alert of a topic, once, and from where it left off."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from pydantic import ValidationError

from alerts.received import ReceivedAlerts, RefusedAlert, UnreadableMessage
from schemas.errors import BrokerUnavailable, ConfigurationError
from schemas.events import Alert
from schemas.settings import KafkaSettings
from services.kafka.client import (
    KafkaError,
    OffsetAndMetadata,
    TopicPartition,
    check_reachable,
    is_proxied,
    kafka_errors,
    open_consumer,
)

log = logging.getLogger(__name__)

POLL_MS = 250
POLL_RECORDS = 100
REACH_SECONDS = 5.0
CLOSE_MS = 2000
FIRST_PATIENCE_SECONDS = 15.0
"""kafka-python was seen to stay without partitions for good when a busy machine cost it its membership before the topic
was made; a consumer that joins anew gets them. A group may have more members than partitions, so patience doubles."""
LONGEST_PATIENCE_SECONDS = 300.0
CITED_PROBLEMS = 3
FORGET_SECONDS = 3600.0
FILE_NAME = "subscriber.sqlite3"


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


class Subscriber:
    """One member of a consumer group on one topic of alerts.

    Args:
        data_dir: Platewatch's data directory; the group's memory is kept there.
        settings: The section `kafka` of the configuration.
        servers: Bootstrap servers.
        topic: The topic.
        group: Consumer group; each gets every alert, its members share them. A new one begins at the oldest alert.
        gate: Judges each alert as it comes in; None: all are taken in.
    """

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
        self._gate = gate
        self._path = data_dir / FILE_NAME
        self._settings = settings
        self._servers = tuple(servers)
        self._topic = topic
        self._group = group
        self._reachable = True
        self._checked_at = 0.0

    def alerts(self, stop: threading.Event) -> Iterator[Alert]:
        """Yield every alert of the topic that this group has not had, waiting for new ones.

        An alert counts as handed out when the loop asks for the next one; so to end, set `stop` and let the loop run
        out. After a crash in between it comes again. A message that is not an alert is kept beside the seen alerts'
        ids with the reason, and the stream goes on.

        Args:
            stop: Ends the iteration, within half a second.

        Yields:
            Alerts; those of one plate in the order in which they were raised.

        Raises:
            BrokerUnavailable: No broker answers at the start. Later outages are waited out.
            ConfigurationError: An option does not fit, or the group or the topic is not permitted.
            StorageFull: No space left to remember what was handed out.
        """
        patience = FIRST_PATIENCE_SECONDS
        with ReceivedAlerts(self._path, self._group) as received:
            consumer = open_consumer(self._settings, self._servers, **self._options())
            while consumer is not None:
                try:
                    consumer.subscribe([self._topic])
                    yield from self._stream(consumer, received, stop, patience)
                finally:
                    _close(consumer)
                patience = min(patience * 2, LONGEST_PATIENCE_SECONDS)
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
        self, consumer: Any, received: ReceivedAlerts, stop: threading.Event, patience: float
    ) -> Iterator[Alert]:
        """Yield a consumer's new alerts until `stop`, or until it had no partition for `patience` seconds."""
        forget_at = 0.0
        assigned_at = time.monotonic()
        while not stop.is_set():
            if consumer.assignment():
                assigned_at = time.monotonic()
            elif time.monotonic() - assigned_at > patience:
                log.debug("no partition was assigned for %.0f s; joining the group anew", patience)
                return
            if time.monotonic() >= forget_at:
                received.forget_old(datetime.now(UTC))
                forget_at = time.monotonic() + FORGET_SECONDS
            batches = self._poll(consumer)
            if not batches:
                self._watch_broker()
            for records in batches.values():
                done: dict[Any, Any] = {}
                try:
                    for record in records:
                        alert = self._parse(record, received)
                        if alert is not None and not received.is_seen(alert.alert_id):
                            taken = self._taken_in(alert, record, received)
                            if taken is not None:
                                yield taken
                            received.remember(alert.alert_id)
                        partition = TopicPartition(record.topic, record.partition)
                        done[partition] = OffsetAndMetadata(record.offset + 1, "", record.leader_epoch)
                        if stop.is_set():
                            return
                finally:
                    self._commit(consumer, done)

    def _poll(self, consumer: Any) -> dict[Any, list[Any]]:
        try:
            batches: dict[Any, list[Any]] = consumer.poll(timeout_ms=POLL_MS, max_records=POLL_RECORDS)
        except kafka_errors.AuthorizationError as error:
            raise ConfigurationError(
                f"topic {self._topic}, group {self._group}: not permitted to read ({error.message}); "
                "ask the publishing agency for access"
            ) from error
        except KafkaError as error:
            log.debug("poll failed, trying again", exc_info=error)
            return {}
        return batches

    def _parse(self, record: Any, received: ReceivedAlerts) -> Alert | None:
        if record.value is None:
            reason = "the message has no content"
        else:
            try:
                return Alert.model_validate_json(record.value)
            except ValidationError as error:
                reason = _summary(error)
        place = UnreadableMessage(record.topic, record.partition, record.offset, reason, record.value)
        if received.keep_unreadable(place):
            log.warning(
                "%s partition %d offset %d is not an alert and was put aside: %s",
                record.topic,
                record.partition,
                record.offset,
                reason,
            )
        return None

    def _taken_in(self, alert: Alert, record: Any, received: ReceivedAlerts) -> Alert | None:
        """Return what may be taken in of an alert, or None where it is refused, which is kept and said."""
        if self._gate is None:
            return alert
        headers = {name: value.decode("utf-8", "replace") for name, value in record.headers or () if value is not None}
        judged = self._gate(alert, record.topic, headers)
        if judged.alert is None:
            place = RefusedAlert(record.topic, record.partition, record.offset, alert.alert_id, judged.reason)
            if received.keep_refused(place):
                log.warning("alert %s of %s is refused on receipt: %s", alert.alert_id, record.topic, judged.reason)
        return judged.alert

    def _commit(self, consumer: Any, done: dict[Any, Any]) -> None:
        if not done:
            return
        try:
            consumer.commit(done, timeout_ms=CLOSE_MS)
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


def _close(consumer: Any) -> None:
    """Leave the group, so that its partitions are free at once."""
    try:
        consumer.close(autocommit=False, timeout_ms=CLOSE_MS)
    except KafkaError as error:
        log.debug("consumer did not close cleanly", exc_info=error)


def _summary(error: ValidationError) -> str:
    """Return what is wrong in one line, without the values: they may be personal data."""
    problems = error.errors(include_input=False, include_url=False, include_context=False)
    cited = [
        f"{'.'.join(str(part) for part in problem['loc']) or 'message'}: {problem['msg'].lower()}"
        for problem in problems[:CITED_PROBLEMS]
    ]
    more = f"; and {len(problems) - CITED_PROBLEMS} more" if len(problems) > CITED_PROBLEMS else ""
    return "; ".join(cited) + more
