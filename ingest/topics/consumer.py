"""A member of a consumer group: it takes messages, and commits what is done."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from ingest.topics.offsets import Offsets, Span
from schemas.errors import ConfigurationError
from schemas.settings import KafkaSettings
from services.kafka.client import (
    ConsumerRebalanceListener,
    CooperativeStickyAssignor,
    KafkaError,
    OffsetAndMetadata,
    check_reachable,
    close_consumer,
    is_proxied,
    kafka_errors,
    open_consumer,
)
from services.kafka.polling import ConsumerLost, Patience, Poller

log = logging.getLogger(__name__)

MOST_RECORDS = 500
"""Messages that are taken at a time."""
COMMIT_SECONDS = 0.5
CALL_MS = 2000
REACH_SECONDS = 2.0
LAG_SECONDS = 2.0

Taken = tuple[Span, Sequence[Any]]
"""Messages of a partition (kafka-python's records), and their receipt."""


class TopicConsumer:
    """One member of a group on one topic. For one thread, besides what is acknowledged.

    The broker may be away at any time: then nothing comes, and nothing is committed, until it is back.

    Args:
        settings: The section `kafka`, as of the broker that is consumed from.
        topic: The topic.
        group: The consumer group; a new one begins at the oldest message.
    """

    def __init__(self, settings: KafkaSettings, *, topic: str, group: str) -> None:
        self._settings = settings
        self._topic = topic
        self._group = group
        self.offsets = Offsets()
        self._consumer: Any = None
        self._poller: Poller
        self._uncommitted: dict[Any, Span] = {}
        self._committed: dict[Any, int] = {}
        self._commit_at = self._reach_at = self._lag_at = 0.0
        self._is_paused = False
        self._patience = Patience()

    def take(self, timeout_seconds: float, *, hold: bool) -> list[Taken]:
        """Return what came, by partition; commits what is done meanwhile.

        Args:
            timeout_seconds: How long to wait where nothing is there.
            hold: Take nothing now, and stay a member.

        Raises:
            BrokerUnavailable: No broker answers.
            ConfigurationError: An option does not fit, or the topic or the group is not permitted.
        """
        consumer = self._opened()
        self.commit()
        self._hold(consumer, hold=hold)
        try:
            batches = self._poller.poll(timeout_seconds, MOST_RECORDS)
        except kafka_errors.AuthorizationError as error:
            raise ConfigurationError(
                f"topic {self._topic}, group {self._group}: not permitted to read ({error.message}); "
                "permit this user to read the topic and to be a member of the group"
            ) from error
        except ConsumerLost as error:
            log.info("%s", error)
            log.debug("poll failed", exc_info=error)
            # What was taken and is not done comes again, as after any change of the group.
            self.close()
            return []
        if not batches:
            self._look_after()
        return [(self._begun(partition, records), records) for partition, records in batches.items()]

    def commit(self, *, at_once: bool = False) -> None:
        """Commit what is done, now and then; what cannot be committed now is later.

        Args:
            at_once: Now.
        """
        self._uncommitted.update(self.offsets.done())
        if self._consumer is None or not self._uncommitted:
            return
        if not at_once and time.monotonic() < self._commit_at:
            return
        self._commit_at = time.monotonic() + COMMIT_SECONDS
        ours = self._consumer.assignment()
        # What another member has now is its own to commit.
        self._uncommitted = {partition: span for partition, span in self._uncommitted.items() if partition in ours}
        offsets = {
            partition: OffsetAndMetadata(span.end, "", -1 if span.leader_epoch is None else span.leader_epoch)
            for partition, span in self._uncommitted.items()
        }
        if not offsets:
            return
        try:
            self._consumer.commit(offsets, timeout_ms=CALL_MS)
        except KafkaError as error:
            log.debug("offsets were not committed, trying again", exc_info=error)
        else:
            self._committed.update({partition: span.end for partition, span in self._uncommitted.items()})
            self._uncommitted.clear()

    def lag(self) -> int | None:
        """Return how many messages of this member's partitions are not done, or None where it is not time to ask."""
        if self._consumer is None or time.monotonic() < self._lag_at:
            return None
        self._lag_at = time.monotonic() + LAG_SECONDS
        partitions = sorted(self._consumer.assignment())
        if not partitions:
            return 0
        try:
            ends: dict[Any, int] = self._consumer.end_offsets(partitions, timeout_ms=CALL_MS)
            for partition in partitions:
                if partition not in self._committed:
                    self._committed[partition] = self._consumer.committed(partition, timeout_ms=CALL_MS) or 0
        except KafkaError as error:
            log.debug("how far the topic goes is not known now", exc_info=error)
            return None
        return sum(max(ends[partition] - self._committed[partition], 0) for partition in partitions)

    @property
    def partitions(self) -> frozenset[int]:
        """Which partitions this member has now."""
        consumer = self._consumer
        return frozenset() if consumer is None else frozenset(one.partition for one in consumer.assignment())

    @property
    def where(self) -> str:
        """The brokers, for messages."""
        return ", ".join(self._settings.bootstrap_servers)

    def close(self) -> None:
        """Commit what is done, and leave the group, so that its partitions are free at once."""
        self.commit(at_once=True)
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            close_consumer(consumer, CALL_MS / 1000)

    def _opened(self) -> Any:
        if self._consumer is None:
            consumer = open_consumer(self._settings, self._settings.bootstrap_servers, **_options(self._group))
            consumer.subscribe([self._topic], listener=_Listener(self))
            self._consumer, self._poller, self._is_paused = consumer, Poller(consumer, self._patience), False
        return self._consumer

    def _begun(self, partition: Any, records: Sequence[Any]) -> Span:
        last = records[-1]
        return self.offsets.begin(partition, last.offset + 1, last.leader_epoch, records)

    def _hold(self, consumer: Any, *, hold: bool) -> None:
        if hold:
            # Each time: partitions that came meanwhile, too.
            consumer.pause(*consumer.assignment())
        elif self._is_paused:
            consumer.resume(*consumer.paused())
        self._is_paused = hold

    def _look_after(self) -> None:
        """Nothing came: see that the broker is there.

        Raises:
            BrokerUnavailable: It is not.
        """
        now = time.monotonic()
        if now < self._reach_at:
            return
        self._reach_at = now + REACH_SECONDS
        if not is_proxied(self._settings):
            check_reachable(self._settings.bootstrap_servers, timeout_seconds=1.0)

    def forget(self, partitions: Collection[Any]) -> None:
        """Forget partitions that this member has no more."""
        self.offsets.give_up(partitions)
        for partition in partitions:
            self._committed.pop(partition, None)


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    """Told in the client's own thread which partitions come and go."""

    def __init__(self, consumer: TopicConsumer) -> None:
        self._consumer = consumer

    def on_partitions_assigned(self, assigned: Collection[Any]) -> None:
        """See `ConsumerRebalanceListener`."""
        log.info("partitions came: %s", _numbers(assigned))

    def on_partitions_revoked(self, revoked: Collection[Any]) -> None:
        """See `ConsumerRebalanceListener`."""
        if revoked:
            log.info("partitions went: %s", _numbers(revoked))
        self._consumer.forget(revoked)

    def on_partitions_lost(self, lost: Collection[Any]) -> None:
        """See `ConsumerRebalanceListener`."""
        self.on_partitions_revoked(lost)


def _numbers(partitions: Collection[Any]) -> str:
    return ", ".join(str(partition.partition) for partition in sorted(partitions)) or "none"


def _options(group: str) -> dict[str, Any]:
    return {
        "group_id": group,
        "auto_offset_reset": "earliest",
        "enable_auto_commit": False,
        "isolation_level": "read_committed",
        "allow_auto_create_topics": False,
        "metadata_max_age_ms": 5000,  # a topic that is made later, and partitions that are added, are found soon
        "session_timeout_ms": 10_000,
        "heartbeat_interval_ms": 1000,
        "partition_assignment_strategy": (CooperativeStickyAssignor(),),
    }


def messages_of(spans: Sequence[Span]) -> Iterator[Any]:
    """Yield the messages of spans, one after the other."""
    for span in spans:
        yield from span.messages
