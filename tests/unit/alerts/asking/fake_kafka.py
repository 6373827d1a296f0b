"""A broker's clients that note how they are asked, and answer or fail as a test says; real ones: integration/kafka."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from kafka.structs import ConsumerGroupMetadata

from services.kafka.client import TopicPartition


@dataclass
class FakeClient:
    """A consumer, a producer and an administrator at once.

    `topics` are partitions by topic, `comes` what each poll gives, `waits` every time limit that it was asked with, in
    seconds, and `failure` what every call raises.
    """

    topics: dict[str, list[int]] = field(default_factory=dict)
    comes: list[list[Any]] = field(default_factory=list)
    at: dict[TopicPartition, int] = field(default_factory=dict)
    failure: Exception | None = None
    options: dict[str, Any] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    sought: dict[TopicPartition, int] = field(default_factory=dict)
    asked_times: dict[TopicPartition, int] = field(default_factory=dict)
    sent: list[tuple[str, Any]] = field(default_factory=list)
    opened: int = 0
    closed: int = 0

    def group_metadata(self) -> ConsumerGroupMetadata:
        return ConsumerGroupMetadata()

    def partitions_for_topic(self, topic: str) -> set[int]:
        self._fail()
        return set(self.topics.get(topic, []))

    def assign(self, places: list[TopicPartition]) -> None:
        self.places = places

    def beginning_offsets(self, places: list[TopicPartition], *, timeout_ms: float) -> dict[TopicPartition, int]:
        self.waits.append(timeout_ms / 1000)
        return dict.fromkeys(places, 50)

    def end_offsets(self, places: list[TopicPartition], *, timeout_ms: float) -> dict[TopicPartition, int]:
        self.waits.append(timeout_ms / 1000)
        return dict.fromkeys(places, 100)

    def offsets_for_times(self, times: dict[TopicPartition, int], *, timeout_ms: float) -> dict[TopicPartition, Any]:
        self.waits.append(timeout_ms / 1000)
        self.asked_times = times
        return {place: SimpleNamespace(offset=self.at[place]) if place in self.at else None for place in times}

    def seek(self, place: TopicPartition, offset: int) -> None:
        self.sought[place] = offset

    def poll(self, *, timeout_ms: float, max_records: int) -> dict[TopicPartition, list[Any]]:
        self._fail()
        self.waits.append(timeout_ms / 1000)
        assert max_records <= 1000
        if not self.comes:
            return {}
        records = self.comes.pop(0)
        return {TopicPartition(records[0].topic, 0): records}

    def send(self, topic: str, **message: Any) -> Any:
        self._fail()
        self.sent.append((topic, message))
        return SimpleNamespace(get=lambda timeout: self.waits.append(timeout))

    def close(self, **_: Any) -> None:
        self.closed += 1

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


def record(key: str | None, value: bytes | None = b"{}", topic: str = "answers", offset: int = 0) -> SimpleNamespace:
    """A message as a consumer gives it."""
    return SimpleNamespace(
        topic=topic, key=None if key is None else key.encode(), value=value, offset=offset, partition=0
    )
