"""Reads as the edge publishes them, ready to be sent."""

from __future__ import annotations

import dataclasses
import random
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from alerts.topics import ensure_topic
from benchmarks.matcher.lists import draw_reads
from benchmarks.pipeline.site import AGENCY
from pipeline.published.message import read_message
from schemas.arrivals import Arrival, Pictures
from schemas.messages import Message
from schemas.settings import KafkaSettings
from schemas.types import Box, Location, PlateRead
from services.kafka.client import open_admin, open_producer

LARGEST = 900_000
CAMERAS = 40


class _Nobody:
    def acknowledge(self, rejection: str | None) -> None:
        """Nobody waits."""


NOBODY = _Nobody()


def drawn(plates: Sequence[str], count: int, seed: int, *, listed: float) -> list[PlateRead]:
    """Return reads with all that our own have, none of them dated yet."""
    rng = random.Random(seed)
    return [
        dataclasses.replace(
            read,
            read_id=UUID(int=rng.getrandbits(128)),
            camera_id=f"gate-{number % CAMERAS}",
            agency_id=AGENCY,
            location=Location(36.8 + number % CAMERAS / 1000, -76.3),
            frame_count=12,
            box=Box(100.5, 200.25, 180.0, 240.75),
        )
        for number, read in enumerate(draw_reads(list(plates), count, seed, listed=listed, distributions=True))
    ]


def message_of(read: PlateRead, moment: datetime) -> Message:
    """Return a read's message, as if it was captured at a moment."""
    dated = dataclasses.replace(
        read,
        captured_at=moment,
        first_seen=moment - timedelta(milliseconds=300),
        last_seen=moment + timedelta(milliseconds=300),
    )
    return read_message(Arrival(dated, Pictures(), NOBODY, arrived_at=moment), LARGEST)


class Publisher:
    """Publishes reads to a topic that is made for it."""

    def __init__(self, kafka: KafkaSettings, topic: str) -> None:
        self._topic = topic
        admin = open_admin(kafka, kafka.bootstrap_servers)
        try:
            ensure_topic(admin, topic, retention_days=30, partitions=kafka.topics.reads_partitions)
        finally:
            admin.close()
        self._producer = open_producer(kafka, kafka.bootstrap_servers, acks="all", linger_ms=2, compression_type="zstd")

    def send(self, message: Message) -> Any:
        """Send a message; return what its acknowledgment comes by."""
        return self._producer.send(
            self._topic,
            key=message.key.encode(),
            value=message.payload,
            headers=[(name, value.encode()) for name, value in message.headers],
        )

    def send_all(self, reads: Sequence[PlateRead]) -> None:
        """Send reads as fast as they go, and wait until the broker has them."""
        moment = datetime.now(UTC)
        for number, read in enumerate(reads):
            self.send(message_of(read, moment + timedelta(microseconds=number)))
        self._producer.flush(timeout=120)

    def send_at(
        self,
        reads: Sequence[PlateRead],
        rate: float,
        sent: Callable[[PlateRead, float], None],
        acknowledged: Callable[[PlateRead, float], None],
    ) -> None:
        """Send reads at a rate; `sent` and `acknowledged` are told each with its time (monotonic seconds)."""
        began = time.monotonic()
        for number, read in enumerate(reads):
            pause = began + number / rate - time.monotonic()
            if pause > 0:
                threading.Event().wait(pause)
            sent(read, time.monotonic())
            future = self.send(message_of(read, datetime.now(UTC)))
            future.add_callback(lambda _, of=read: acknowledged(of, time.monotonic()))
        self._producer.flush(timeout=60)

    def close(self) -> None:
        """Close the connection."""
        self._producer.close(timeout=10)
