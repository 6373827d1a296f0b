"""Reading a topic from a time or from its end on, without a group: what was read before does no harm here."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.errors import BrokerUnavailable, ConfigurationError
from schemas.settings import KafkaSettings
from services.kafka.client import (
    KafkaError,
    TopicPartition,
    check_reachable,
    close_consumer,
    is_proxied,
    kafka_errors,
    open_consumer,
)
from services.kafka.polling import ConsumerLost, Poller

log = logging.getLogger(__name__)

POLL_RECORDS = 100
ASK_MS = 5000
CLOSE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Posted:
    """A message as it came."""

    topic: str
    key: str
    payload: bytes | None
    partition: int = 0
    offset: int = 0


class TopicReader:
    """Reads topics by itself, all of their partitions.

    Args:
        settings: How to connect, as the section `kafka`.
        servers: Bootstrap servers.
    """

    def __init__(self, settings: KafkaSettings, servers: Sequence[str]) -> None:
        self._settings = settings
        self._servers = tuple(servers)
        self._next: dict[Any, int] = {}
        """What is read next, by partition."""
        self._client: Any = None
        self._open()

    def follow(self, topics: Collection[str], since: datetime | None) -> set[str]:
        """Begin to read topics; those that are not there, or not for us, are left out.

        Args:
            topics: Their names.
            since: Messages of then or later, aware; None: those that come from now on.

        Returns:
            The topics that are read.

        Raises:
            BrokerUnavailable: The broker does not answer.
        """
        try:
            places = self._places(topics)
            self._client.assign(places)
            ends = self._client.end_offsets(places, timeout_ms=ASK_MS) if places else {}
            found = {}
            if since is not None and places:
                times = {place: max(int(since.timestamp() * 1000), 0) for place in places}
                found = self._client.offsets_for_times(times, timeout_ms=ASK_MS)
            self._next = {}
            for place in places:
                earliest = found.get(place)
                self._next[place] = ends[place] if earliest is None else earliest.offset
                self._client.seek(place, self._next[place])
        except KafkaError as error:
            raise self._unavailable(error) from error
        return {place.topic for place in places}

    def resume(self, topics: Collection[str], left_off: Mapping[tuple[str, int], int]) -> set[str]:
        """Begin to read topics where they were left off, else from their beginnings.

        Where a topic does not have an offset (it was kept for too short a time, or the topic was made anew), it is read
        from its beginning.

        Args:
            topics: Their names; those that are not there, or not for us, are left out.
            left_off: By topic and partition what is read next.

        Returns:
            The topics that are read.

        Raises:
            BrokerUnavailable: The broker does not answer.
        """
        try:
            places = self._places(topics)
            self._client.assign(places)
            starts = self._client.beginning_offsets(places, timeout_ms=ASK_MS) if places else {}
            ends = self._client.end_offsets(places, timeout_ms=ASK_MS) if places else {}
            self._next = {}
            for place in places:
                wanted = left_off.get((place.topic, place.partition), starts[place])
                self._next[place] = wanted if starts[place] <= wanted <= ends[place] else starts[place]
                self._client.seek(place, self._next[place])
        except KafkaError as error:
            raise self._unavailable(error) from error
        return {place.topic for place in places}

    def _places(self, topics: Collection[str]) -> list[Any]:
        return [
            TopicPartition(topic, partition)
            for topic in sorted(topics)
            for partition in sorted(self._client.partitions_for_topic(topic) or ())
        ]

    def _unavailable(self, error: Exception) -> BrokerUnavailable:
        return BrokerUnavailable(f"kafka at {', '.join(self._servers)} does not show its topics ({error}); try again")

    def poll(self, seconds: float) -> list[Posted]:
        """Return what came within so many seconds.

        Raises:
            BrokerUnavailable: The broker does not answer.
            ConfigurationError: This user may not read there.
        """
        try:
            batches = self._poller.poll(seconds, POLL_RECORDS)
        except kafka_errors.AuthorizationError as error:
            raise ConfigurationError(f"not permitted to read ({error.message}); ask for access") from error
        except ConsumerLost as error:
            log.debug("poll failed", exc_info=error)
            self._open()
            return []
        self._next.update({place: records[-1].offset + 1 for place, records in batches.items()})
        return [
            Posted(
                record.topic,
                (record.key or b"").decode("utf-8", "replace"),
                record.value,
                record.partition,
                record.offset,
            )
            for records in batches.values()
            for record in records
        ]

    def check(self) -> None:
        """Make sure that the broker is there: kafka-python retries in silence.

        Raises:
            BrokerUnavailable: It is not.
        """
        if not is_proxied(self._settings):
            check_reachable(self._servers, timeout_seconds=1.0)

    def close(self) -> None:
        """Close the connection."""
        client, self._client = self._client, None
        if client is not None:
            close_consumer(client, CLOSE_SECONDS)

    def _open(self) -> None:
        """Connect, and go on where it was.

        Raises:
            BrokerUnavailable: The broker does not answer.
        """
        self.close()
        self._client = open_consumer(
            self._settings,
            self._servers,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="latest",
            isolation_level="read_committed",
            allow_auto_create_topics=False,
            metadata_max_age_ms=5000,
            fetch_max_wait_ms=100,
        )
        self._poller = Poller(self._client)
        self._client.assign(list(self._next))
        for place, offset in self._next.items():
            self._client.seek(place, offset)
