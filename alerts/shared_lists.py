"""A neighboring agency's way to hotlists that an agreement shares: its topic, read from where it was left off."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.errors import BrokerUnavailable, ConfigurationError
from schemas.settings import KafkaSettings
from services.kafka.client import (
    KafkaError,
    TopicPartition,
    check_reachable,
    close_consumer,
    forbidden_topics,
    is_proxied,
    kafka_errors,
    open_consumer,
)

ASK_MS = 5000
POLL_MS = 200
POLL_RECORDS = 20
"""Parts of lists are large: so many are in memory."""
CLOSE_SECONDS = 2.0


class NotPermitted(ConfigurationError):
    """The broker does not let us read the topic, or not any more."""


@dataclass(frozen=True, slots=True)
class ListMessage:
    """A message as it came: where it stood, its headers, and its bytes."""

    partition: int
    offset: int
    headers: Mapping[str, str]
    payload: bytes | None


class ListTopic:
    """An agreement's topic of hotlists, all of its partitions, without a consumer group.

    Args:
        settings: How to connect, as the section `kafka`.
        servers: Bootstrap servers.
        topic: The topic.
    """

    def __init__(self, settings: KafkaSettings, servers: Sequence[str], topic: str) -> None:
        self._settings, self._servers, self._topic = settings, tuple(servers), topic
        self._client: Any = None
        self._spans: dict[Any, tuple[int, int]] = {}

    def news(self, offsets: Mapping[int, int], seconds: float) -> Iterator[list[ListMessage]]:
        """Yield what is on the topic now and was not read, some messages at a time, each partition's in order.

        Where the topic does not have an offset (it was kept for too short a time, or the topic was made anew), it is
        read from its beginning.

        Args:
            offsets: By partition where to go on.
            seconds: How long to read at most; the rest comes the next time.

        Raises:
            BrokerUnavailable: No broker answers.
            NotPermitted: We may not read there.
        """
        deadline = time.monotonic() + seconds
        has_come = False
        try:
            client = self._connected()
            ends = self._begin(client, offsets)
            while time.monotonic() < deadline and any(client.position(place) < end for place, end in ends.items()):
                batches = client.poll(timeout_ms=POLL_MS, max_records=POLL_RECORDS)
                found = [_message(record) for records in batches.values() for record in records]
                if found:
                    has_come = True
                    yield found
                elif not is_proxied(self._settings):
                    check_reachable(self._servers, timeout_seconds=1.0)
            if not has_come and time.monotonic() >= deadline:
                # kafka-python may stand still for good after an error of a moment; the next look connects anew.
                self.close()
        except kafka_errors.AuthorizationError as error:
            self.close()
            raise self._not_permitted(error.message) from error
        except KafkaError as error:
            self.close()
            raise BrokerUnavailable(f"kafka at {', '.join(self._servers)} cannot be read now ({error})") from error

    def is_read(self, offsets: Mapping[int, int]) -> bool:
        """Return whether everything was read that was on the topic when `news` was asked for last."""
        return all(offsets.get(place.partition, start) >= end for place, (start, end) in self._spans.items())

    def close(self) -> None:
        """Close the connection; the next look opens it again."""
        client, self._client = self._client, None
        if client is not None:
            close_consumer(client, CLOSE_SECONDS)

    def _connected(self) -> Any:
        if self._client is None:
            self._client = open_consumer(
                self._settings,
                self._servers,
                group_id=None,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                isolation_level="read_committed",
                allow_auto_create_topics=False,
                metadata_max_age_ms=5000,
                fetch_max_wait_ms=100,
            )
        return self._client

    def _begin(self, client: Any, offsets: Mapping[int, int]) -> dict[Any, int]:
        """Go to where each partition was left off; return where each ends now."""
        numbers = client.partitions_for_topic(self._topic) or ()
        places = [TopicPartition(self._topic, number) for number in sorted(numbers)]
        if self._topic in forbidden_topics(client):
            raise self._not_permitted("the broker does not let this user see it")
        self._spans = {}
        if not places and offsets:
            # Who may not even look at a topic is not told that it is there.
            raise self._not_permitted("the broker does not show it any more")
        if not places:
            return {}
        if client.assignment() != set(places):
            client.assign(places)
        starts = client.beginning_offsets(places, timeout_ms=ASK_MS)
        ends = client.end_offsets(places, timeout_ms=ASK_MS)
        for place in places:
            left_off = offsets.get(place.partition, starts[place])
            wanted = left_off if starts[place] <= left_off <= ends[place] else starts[place]
            if client.position(place) != wanted:
                client.seek(place, wanted)
        self._spans = {place: (starts[place], ends[place]) for place in places}
        return {place: ends[place] for place in places}

    def _not_permitted(self, reason: str) -> NotPermitted:
        return NotPermitted(
            f"topic {self._topic}: not permitted to read ({reason}); ask the agency that gives the list for access"
        )


def _message(record: Any) -> ListMessage:
    headers = {name: value.decode("utf-8", "replace") for name, value in record.headers or () if value is not None}
    return ListMessage(record.partition, record.offset, headers, record.value)
