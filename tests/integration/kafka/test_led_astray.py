"""kafka-python's consumer stays still for good after some errors of a moment; whoever reads with it goes on.

What a cluster does at such a moment is put into the client itself: with real brokers it comes about once in ten times.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from kafka.future import Future

import alerts.asking.reading
import alerts.subscriber
import ingest.topics.consumer
from alerts.asking.reading import TopicReader
from alerts.subscriber import Subscriber
from ingest.topics.consumer import TopicConsumer
from services.kafka import polling
from services.kafka.client import kafka_errors, open_consumer
from tests.integration.kafka.conftest import Broker, wait_until
from tests.integration.kafka.test_subscriber import publish
from tests.unit.alerts.samples import sample_alert

FIRST, SECOND = sample_alert(1), sample_alert(2)


def forget_the_node(client: Any, node: int) -> None:
    """The metadata leaves out a broker that starts again, and another broker says that it leads once more."""
    client._manager.cluster._brokers.pop(node, None)
    client._manager.close(node)


def refuse_the_login(client: Any, node: int) -> None:
    """A broker that starts again refuses a login before it has learned of its users."""
    client._manager._auth_failures[node] = kafka_errors.SaslAuthenticationFailedError("not yet")
    client._manager.close(node)


def say_nothing(consumer: Any, node: int) -> None:
    """No partition is asked for any more, and no call fails."""
    consumer._fetcher._fetchable_partitions = list
    consumer._client._manager.close(node)


def say_nothing_and_know_nothing(consumer: Any, node: int) -> None:
    """What keeps it from reading keeps it from asking how far its partitions go, too."""

    def no_answer(*_: object, **__: object) -> None:
        raise kafka_errors.KafkaTimeoutError("not in time")

    say_nothing(consumer, node)
    consumer.end_offsets = no_answer


def join_for_ever(consumer: Any, node: int) -> None:
    """The coordinator dies with the request to join, and never answers."""

    async def no_answer() -> None:
        await Future()

    consumer._coordinator._do_join_and_sync_async = no_answer
    consumer._coordinator.reset_generation()


STRIKES: list[Callable[[Any, int], None]] = [
    lambda consumer, node: forget_the_node(consumer._client, node),
    lambda consumer, node: refuse_the_login(consumer._client, node),
    say_nothing,
    say_nothing_and_know_nothing,
]


READERS = {"subscriber": alerts.subscriber, "member": ingest.topics.consumer, "asker": alerts.asking.reading}


@contextmanager
def subscriber(broker: Broker, topic: str, folder: Path, received: list[Any]) -> Iterator[None]:
    stop = threading.Event()
    reading = Subscriber(folder, broker.settings, [broker.server], topic=topic, group=f"neighbor of {topic}")
    thread = threading.Thread(target=lambda: received.extend(alert.alert_id for alert in reading.alerts(stop)))
    thread.start()
    yield
    stop.set()
    thread.join()


@contextmanager
def member(broker: Broker, topic: str, folder: Path, received: list[Any]) -> Iterator[None]:
    settings = broker.settings.model_copy(update={"bootstrap_servers": (broker.server,)})
    reading = TopicConsumer(settings, topic=topic, group=f"matchers of {topic}")

    def take() -> None:
        for span, records in reading.take(0.2, hold=False):
            received.extend(alert_id(record.value) for record in records)
            span.acknowledge(None)

    with repeated(take, reading.close):
        yield


@contextmanager
def asker(broker: Broker, topic: str, folder: Path, received: list[Any]) -> Iterator[None]:
    reading = TopicReader(broker.settings, [broker.server])
    reading.follow([topic], FIRST.read.captured_at)

    def take() -> None:
        received.extend(alert_id(posted.payload) for posted in reading.poll(0.2))

    with repeated(take, reading.close):
        yield


@contextmanager
def repeated(step: Callable[[], None], end: Callable[[], None]) -> Iterator[None]:
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            step()
        end()

    thread = threading.Thread(target=run)
    thread.start()
    yield
    stop.set()
    thread.join()


def alert_id(payload: bytes | None) -> Any:
    return type(FIRST).model_validate_json(payload or b"").alert_id


@pytest.mark.parametrize(
    ("reading", "strike"),
    [(subscriber, one) for one in STRIKES] + [(one, strike) for one in (member, asker) for strike in STRIKES[2:]],
    ids=[
        *("subscriber, forgotten", "subscriber, refused", "subscriber, silent", "subscriber, blind"),
        *("member, silent", "member, blind", "asker, silent", "asker, blind"),
    ],
)
def test_a_reader_goes_on(
    kafka_broker: Broker,
    topic: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    reading: Any,
    strike: Callable[[Any, int], None],
) -> None:
    monkeypatch.setattr(polling, "LOOK_SECONDS", 0.3)
    monkeypatch.setattr(polling, "DRY_SECONDS", 1.0)
    check(kafka_broker, topic, tmp_path, monkeypatch, reading, strike)


@pytest.mark.parametrize("reading", [subscriber, member], ids=["subscriber", "member"])
def test_a_member_gets_back_into_its_group(
    kafka_broker: Broker, topic: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reading: Any
) -> None:
    monkeypatch.setattr(polling, "UNSETTLED_SECONDS", 3.0)
    # Once in, it is left alone.
    check(kafka_broker, topic, tmp_path, monkeypatch, reading, join_for_ever, then_seconds=4.0)


def check(
    broker: Broker,
    topic: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    reading: Any,
    strike: Callable[[Any, int], None],
    then_seconds: float = 0.0,
) -> None:
    """Strike a reader between two alerts: it gets both."""
    opened: list[Any] = []

    def opening(*arguments: Any, **options: Any) -> Any:
        opened.append(open_consumer(*arguments, **options))
        return opened[-1]

    for module in READERS.values():
        monkeypatch.setattr(module, "open_consumer", opening)
    publish(broker, topic, FIRST)
    received: list[Any] = []
    with reading(broker, topic, folder, received):
        wait_until(lambda: received == [FIRST.alert_id], 60)
        consumer = opened[-1]
        (node,) = consumer._client._manager.cluster.brokers()
        consumer._client._manager.run(strike, consumer, node.node_id)
        publish(broker, topic, SECOND)
        wait_until(lambda: received[-1] == SECOND.alert_id, 60)
        count = len(opened)
        time.sleep(then_seconds)
        assert len(opened) == count > 1
    # A member may get again what it had not committed.
    assert list(dict.fromkeys(received)) == [FIRST.alert_id, SECOND.alert_id]
