"""Handing many messages to a KafkaProducer at once, at less than half of what its `send` takes for each.

The first message of a batch goes by `send`, which makes the batch, looks after metadata and refuses what does not fit.
Those that the batch has room for are written into it here, in the bytes that kafka-python would write. What becomes of
them is the batch's to say: they need no callbacks of their own.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from services.kafka.client import KafkaError, kafka_errors
from services.kafka.partitions import partition_of

with warnings.catch_warnings():
    # See services/kafka/client.py.
    warnings.simplefilter("ignore", DeprecationWarning)
    from kafka.structs import TopicPartition
    from kafka.version import __version__

KNOWS_BATCHES = __version__.startswith("3.0.")
"""Whether this kafka-python's batches are the ones that are written to here; otherwise every message goes by `send`."""

UNKNOWN = -1
"""The partition of messages whose topic's partitions are not known: `send` asks for them."""

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Outbound:
    """A message to send; `timestamp_ms` counts from 1970 in UTC."""

    topic: str
    key: bytes
    value: bytes
    headers: Headers
    timestamp_ms: int


class Sent:
    """What becomes of a message that was written into a batch; as much of kafka-python's future as is asked here.

    Args:
        result: The batch's future.
        index: The message's place in the batch.
    """

    __slots__ = ("_index", "_result")

    def __init__(self, result: Any, index: int) -> None:
        self._result = result
        self._index = index

    def succeeded(self) -> bool:
        """Return whether it was acknowledged."""
        result = self._result
        return bool(result.is_done) and result.exception is None and result.value[2] is None

    def get(self, timeout: float) -> None:
        """Wait until it is acknowledged, for so many seconds at most.

        Raises:
            KafkaError: It failed, or was not acknowledged in time.
        """
        deadline = time.monotonic() + timeout
        while not (result := self._result).is_done:
            # A batch that was split wakes whoever waits for it, who then waits for the part.
            if not result.wait(max(deadline - time.monotonic(), 0.0)):
                raise kafka_errors.KafkaTimeoutError(f"not acknowledged within {timeout:g} s")
        if result.exception is not None:
            raise result.exception
        why_not = result.value[2]
        if why_not is not None:
            raise why_not(self._index)

    def rebind(self, result: Any, index: int) -> None:
        """Belong to another batch: kafka-python splits one that is too large for its topic."""
        before, self._result, self._index = self._result, result, index
        before._latch.set()


def send_all(producer: Any, messages: Sequence[Outbound]) -> list[Any]:
    """Send messages without waiting for them; those of one partition in their order.

    Args:
        producer: A KafkaProducer of `open_producer`.
        messages: The messages.

    Returns:
        For each a future (`succeeded`, `get`), or the error that came at once.
    """
    accumulator = getattr(producer, "_accumulator", None) if KNOWS_BATCHES else None
    places: dict[TopicPartition, list[int]] = {}
    counts: dict[str, int] = {}
    for place, message in enumerate(messages):
        topic = message.topic
        if topic not in counts:
            known = accumulator is not None and producer._metadata.partitions_for_topic(topic)
            counts[topic] = len(known or ())
        partition = partition_of(message.key, counts[topic]) if counts[topic] else UNKNOWN
        places.setdefault(TopicPartition(topic, partition), []).append(place)
    found: list[Any] = [None] * len(messages)
    for partition, of_it in places.items():
        _send_to(producer, accumulator, partition, messages, of_it, found)
    return found


def _send_to(
    producer: Any,
    accumulator: Any,
    partition: TopicPartition,
    messages: Sequence[Outbound],
    left: Sequence[int],
    found: list[Any],
) -> None:
    unknown: KafkaError | None = None
    while left:
        written = 0 if partition.partition == UNKNOWN else _write(accumulator, partition, messages, left, found)
        if written < len(left):
            place = left[written]
            try:
                # The broker does not tell the topic's partitions: do not wait for that once per message.
                found[place] = _send(producer, messages[place]) if unknown is None else unknown
            except kafka_errors.KafkaTimeoutError as error:
                found[place] = unknown = error
            except (KafkaError, ValueError, TypeError) as error:
                found[place] = error
        left = left[written + 1 :]


def _send(producer: Any, message: Outbound) -> Any:
    return producer.send(
        message.topic,
        value=message.value,
        key=message.key,
        headers=[(name, value.encode()) for name, value in message.headers],
        timestamp_ms=message.timestamp_ms,
    )


def _write(
    accumulator: Any, partition: TopicPartition, messages: Sequence[Outbound], places: Sequence[int], found: list[Any]
) -> int:
    """Write messages into the partition's newest batch, as many as it has room for; return how many."""
    with accumulator._tp_lock(partition):
        batches = accumulator._batches.get(partition)
        if not batches or accumulator._closed:
            return 0
        batch = batches[-1]
        records = batch.records
        # One without messages has no time yet that others are told from.
        if records._closed or records._magic < 2 or not records._next_offset:
            return 0
        builder = records._builder
        buffer, most = builder._buffer, records._batch_size
        offset, first, newest = records._next_offset, builder._first_timestamp, builder._max_timestamp
        result, futures = batch.produce_future, batch._record_futures
        written = largest = 0
        for place in places:
            message = messages[place]
            record = record_bytes(message, message.timestamp_ms - first, offset)
            size = len(record)
            if len(buffer) + size > most:
                break
            buffer += record
            newest = max(newest, message.timestamp_ms)
            largest = max(largest, size)
            future = found[place] = Sent(result, offset)
            futures.append(future)
            offset += 1
            written += 1
        if written:
            builder._num_records += written
            builder._last_offset = offset - 1
            builder._max_timestamp = newest
            records._next_offset = offset
            batch.max_record_size = max(batch.max_record_size, largest)
            batch.last_append = time.monotonic()
        return written


def record_bytes(message: Outbound, timestamp_delta: int, offset_delta: int) -> bytes:
    """Return a message as a record of a batch of version 2.

    Args:
        message: The message.
        timestamp_delta: Its time less the batch's first one, ms.
        offset_delta: Its place in the batch.

    Source:
        https://kafka.apache.org/documentation/#record
    """
    parts = [
        b"\x00",
        _varint(timestamp_delta),
        _varint(offset_delta),
        _varint(len(message.key)),
        message.key,
        _varint(len(message.value)),
        message.value,
        _varint(len(message.headers)),
    ]
    for name, text in message.headers:
        value = text.encode()
        parts += (_named(name), _varint(len(value)), value)
    body = b"".join(parts)
    return _varint(len(body)) + body


@lru_cache(maxsize=1024)
def _named(name: str) -> bytes:
    encoded = name.encode()
    return _varint(len(encoded)) + encoded


@lru_cache(maxsize=16384)
def _varint(number: int) -> bytes:
    """Return a number in zigzag and groups of seven bits, the lowest first."""
    left = (number << 1) ^ (number >> 63)
    found = bytearray()
    while left > 0x7F:
        found.append(0x80 | (left & 0x7F))
        left >>= 7
    found.append(left)
    return bytes(found)
