"""What is written into a batch is what kafka-python would write, and what becomes of it is what it would say."""

from __future__ import annotations

import random
import threading
from typing import Any

import pytest
from kafka.future import Future
from kafka.producer.kafka import KafkaProducer
from kafka.producer.producer_batch import ProducerBatch
from kafka.producer.record_accumulator import RecordAccumulator
from kafka.record.memory_records import MemoryRecordsBuilder
from kafka.structs import TopicPartition

from services.kafka import appending
from services.kafka.appending import Outbound, Sent, send_all
from services.kafka.client import KafkaError, kafka_errors
from services.kafka.partitions import partition_of

NOW = 1_790_000_000_000


class Cluster:
    def __init__(self, partitions: dict[str, set[int]]) -> None:
        self.partitions = partitions

    def partitions_for_topic(self, topic: str) -> set[int] | None:
        return self.partitions.get(topic)


class Producer:
    """A KafkaProducer without a broker: its own accumulator, and a `send` that does what kafka-python's does there."""

    def __init__(self, *, topics: dict[str, int], batch_size: int = 131_072) -> None:
        self._accumulator = RecordAccumulator(batch_size=batch_size, compression_attrs=0)
        self._metadata = Cluster({topic: set(range(count)) for topic, count in topics.items()})
        self.asked = 0

    def send(self, topic: str, *, value: bytes, key: bytes, headers: Any, timestamp_ms: int) -> Any:
        self.asked += 1
        count = len(self._metadata.partitions_for_topic(topic) or ())
        if not count:
            raise kafka_errors.KafkaTimeoutError
        place = TopicPartition(topic, partition_of(key, count))
        return self._accumulator.append(place, timestamp_ms, key, value, headers)[0]

    def batches(self) -> dict[TopicPartition, list[bytes]]:
        found: dict[TopicPartition, list[bytes]] = {}
        for place, batches in self._accumulator._batches.items():
            for batch in batches:
                batch.records.close()
                found.setdefault(place, []).append(bytes(batch.records.buffer()))
        return found


def drawn(count: int, topics: tuple[str, ...] = ("a", "b")) -> list[Outbound]:
    rng = random.Random(7)
    return [
        Outbound(
            rng.choice(topics),
            f"KEY{rng.randrange(50)}".encode() * rng.choice((1, 1, 1, 40)),
            rng.randbytes(rng.choice((0, 1, 63, 64, 3500, 20_000))),
            tuple((f"ce_{name}", "ü" * rng.choice((0, 3, 70))) for name in range(rng.randrange(8))),
            NOW + rng.randrange(-(10**9), 10**9),
        )
        for _ in range(count)
    ]


def test_batches_hold_the_bytes_that_kafka_python_writes() -> None:
    messages = drawn(400)
    ours, theirs = Producer(topics={"a": 3, "b": 1}), Producer(topics={"a": 3, "b": 1})
    send_all(ours, messages)
    for one in messages:
        theirs.send(
            one.topic,
            value=one.value,
            key=one.key,
            headers=[(name, text.encode()) for name, text in one.headers],
            timestamp_ms=one.timestamp_ms,
        )
    assert ours.batches() == theirs.batches()
    assert any(len(batches) > 1 for batches in ours.batches().values())
    assert ours.asked < len(messages) / 4


def test_what_a_batch_says_is_said_of_its_messages() -> None:
    producer = Producer(topics={"a": 1})
    messages = drawn(6, topics=("a",))
    sent = send_all(producer, messages)
    (batch,) = producer._accumulator._batches[TopicPartition("a", 0)]
    assert [one.succeeded() for one in sent] == [False] * 6
    with pytest.raises(kafka_errors.KafkaTimeoutError):
        sent[3].get(0.001)
    batch.complete(100, -1)
    assert [one.succeeded() for one in sent] == [True] * 6
    for one in sent:
        one.get(30)


def test_a_batch_that_fails_says_why_of_each_message() -> None:
    producer = Producer(topics={"a": 1})
    sent = send_all(producer, drawn(4, topics=("a",)))
    (batch,) = producer._accumulator._batches[TopicPartition("a", 0)]
    errors = [KafkaError(str(number)) for number in range(4)]
    batch.complete_exceptionally(KafkaError("all"), lambda index: errors[index])
    assert not any(one.succeeded() for one in sent)
    for number, one in enumerate(sent):
        with pytest.raises(KafkaError, match=str(number)):
            one.get(30)


def test_a_batch_that_is_split_takes_those_who_wait_along() -> None:
    producer = Producer(topics={"a": 1})
    sent = send_all(producer, drawn(5, topics=("a",)))
    accumulator, place = producer._accumulator, TopicPartition("a", 0)
    batch = accumulator._batches[place].popleft()
    ended: list[int] = []

    def wait(number: int) -> None:
        sent[number].get(60)
        ended.append(number)

    threads = [threading.Thread(target=wait, args=(number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    batch.records.close()
    assert accumulator.split_and_reenqueue(batch) == 2
    for part in list(accumulator._batches[place]):
        part.complete(7, -1)
    for thread in threads:
        thread.join(60)
    assert sorted(ended) == [1, 2, 3, 4]
    assert all(one.succeeded() for one in sent)


def test_without_partitions_a_topic_is_asked_for_once() -> None:
    producer = Producer(topics={"a": 2})
    found = send_all(producer, drawn(40))
    messages = drawn(40)
    errors = [one for one, message in zip(found, messages, strict=True) if message.topic == "b"]
    assert len(errors) > 5
    assert len(set(map(id, errors))) == 1
    assert all(isinstance(one, kafka_errors.KafkaTimeoutError) for one in errors)
    assert all(isinstance(one, (Sent, Future)) for one, m in zip(found, messages, strict=True) if m.topic == "a")


def test_a_message_that_cannot_be_sent_costs_no_other_one(monkeypatch: pytest.MonkeyPatch) -> None:
    producer = Producer(topics={"a": 1})
    real = producer.send

    def send(topic: str, **message: Any) -> Any:
        if message["key"] == b"wrong":
            raise ValueError("cannot be serialized")
        return real(topic, **message)

    monkeypatch.setattr(producer, "send", send)
    messages = [Outbound("a", key, b"{}", (), NOW) for key in (b"wrong", b"one", b"two")]
    found = send_all(producer, messages)
    assert isinstance(found[0], ValueError)
    assert not any(isinstance(one, Exception) for one in found[1:])


def test_with_another_kafka_python_everything_goes_by_send(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(appending, "KNOWS_BATCHES", False)
    producer = Producer(topics={"a": 2, "b": 1})
    messages = drawn(30)
    assert len(send_all(producer, messages)) == 30
    assert producer.asked == 30


def test_this_kafka_python_has_what_is_written_to() -> None:
    """Its names are not ours to rely on, so whoever takes another version sees here what changed."""
    assert appending.KNOWS_BATCHES
    records = MemoryRecordsBuilder(2, 0, 1000)
    batch = ProducerBatch(TopicPartition("a", 0), records)
    assert {"_first_timestamp", "_max_timestamp", "_num_records", "_last_offset", "_buffer"} <= set(
        type(records._builder).__slots__
    )
    assert {"_next_offset", "_closed", "_magic", "_batch_size", "_builder"} <= set(type(records).__slots__)
    assert {"produce_future", "_record_futures", "max_record_size", "last_append"} <= set(vars(batch))
    assert hasattr(KafkaProducer, "flush")
