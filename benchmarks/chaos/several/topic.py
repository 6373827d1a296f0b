"""The reads' topic from outside: how much of it waits, what does not belong there, and what became of that."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from benchmarks.chaos.installation.site import AGENCY
from schemas.errors import PlatewatchError
from schemas.settings import KafkaSettings
from services.kafka.client import KafkaError, TopicPartition, close_producer, open_consumer, open_producer

MARK = "chaos-poison"
"""The header by which poison is found again."""
_CALL_MS = 3000
_SEND_SECONDS = 8.0
_CLOSE_SECONDS = 1.0

_READ = (
    '{"schema_version": "1", "message_id": "5b1f4f60-0000-4000-8000-000000000000", "read": {"read_id": '
    '"5b1f4f60-0000-4000-8000-000000000001", "camera_id": "gate", "agency_id": "%s", "plate": "ABC1234"}}'
)
POISON: Final[tuple[tuple[str, bytes | None], ...]] = (
    ("no content", None),
    ("no text", b"\x00\xff\xfe" * 50),
    ("half an object", b'{"schema_version": "1", "read": {'),
    ("a list", b"[1, 2, 3]"),
    ("deeply nested", b"[" * 20_000),
    ("a later schema", b'{"schema_version": "2", "read": {"plate": {"text": "ABC1234"}}}'),
    ("fields are missing", (_READ % AGENCY).encode()),
    ("another agency's", (_READ % "other-pd").encode()),
    ("too large", b'{"schema_version": "1", "read": "' + b"x" * 950_000 + b'"}'),
)


class ReadsTopic:
    """What is asked of the topic. For one thread.

    Args:
        settings: The section `kafka`, as the services have it.
    """

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._consumer: Any = None

    def waiting(self) -> int | None:
        """Return how many messages no matcher has done, or None while nobody says so."""
        try:
            if self._consumer is None:
                self._consumer = self._open(group_id=self._settings.matcher_group)
            consumer = self._consumer
            partitions = self._partitions(consumer, self._settings.reads_topic)
            if not partitions:
                return None
            ends: dict[Any, int] = consumer.end_offsets(partitions, timeout_ms=_CALL_MS)
            done = (consumer.committed(one, timeout_ms=_CALL_MS) or 0 for one in partitions)
            return sum(ends.values()) - sum(done)
        except (KafkaError, PlatewatchError):
            self.close()
            return None

    def dead(self, is_enough: Callable[[set[str]], bool], seconds: float) -> set[str]:
        """Return the marks of what lies in the dead letters, as soon as they are enough, or the time is over."""
        found: set[str] = set()
        deadline = time.monotonic() + seconds
        while not is_enough(found) and time.monotonic() < deadline:
            try:
                found |= set(self._marks())
            except (KafkaError, PlatewatchError):
                time.sleep(0.5)
        return found

    def close(self) -> None:
        """Close the connection."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with contextlib.suppress(KafkaError):
                consumer.close(autocommit=False, timeout_ms=_CALL_MS)

    def _marks(self) -> Iterator[str]:
        consumer = self._open()
        try:
            partitions = self._partitions(consumer, self._settings.dead_reads_topic)
            consumer.assign(partitions)
            consumer.seek_to_beginning(*partitions)
            ends: dict[Any, int] = consumer.end_offsets(partitions, timeout_ms=_CALL_MS)
            while any(consumer.position(one, timeout_ms=_CALL_MS) < end for one, end in ends.items()):
                for records in consumer.poll(timeout_ms=1000).values():
                    yield from (value.decode() for one in records for name, value in one.headers if name == MARK)
        finally:
            consumer.close(autocommit=False, timeout_ms=_CALL_MS)

    def _partitions(self, consumer: Any, topic: str) -> list[Any]:
        return [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]

    def _open(self, **options: Any) -> Any:
        servers = self._settings.bootstrap_servers
        return open_consumer(
            self._settings, servers, enable_auto_commit=False, bootstrap_timeout_ms=_CALL_MS, **options
        )


def put_poison(settings: KafkaSettings, number: int) -> list[str]:
    """Put one of each kind on the topic.

    Args:
        settings: The section `kafka`.
        number: Which time it is.

    Returns:
        The marks of those that a broker acknowledged.
    """
    sent: list[tuple[str, Any]] = []
    try:
        producer = open_producer(
            settings, settings.bootstrap_servers, acks="all", max_block_ms=_CALL_MS, bootstrap_timeout_ms=_CALL_MS
        )
    except PlatewatchError:
        return []
    try:
        for kind, value in POISON:
            mark = f"{number} {kind}"
            key = mark.encode() if len(sent) % 2 else b"\xff\x00"
            sent.append((mark, producer.send(settings.reads_topic, value, key=key, headers=[(MARK, mark.encode())])))
    except KafkaError:
        pass  # nobody answers any more
    deadline = time.monotonic() + _SEND_SECONDS
    try:
        return [mark for mark, future in sent if _is_acknowledged(future, deadline)]
    finally:
        # What no broker took by now is no part of the books: it may come or not.
        close_producer(producer, _CLOSE_SECONDS)


def _is_acknowledged(future: Any, deadline: float) -> bool:
    try:
        future.get(timeout=max(deadline - time.monotonic(), 0.01))
    except KafkaError:
        return False
    return True
