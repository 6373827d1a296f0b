"""The relay's decisions about order, waiting and outages, without a broker."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import cast
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.producer import AlertProducer, Delivery, Fate
from alerts.relay import Relay, waves
from schemas.errors import BrokerUnavailable, DatabaseUnavailable
from schemas.settings import KafkaSettings
from storage.alerts.outbox import Outbox, OutboxRow
from tests.unit.alerts_samples import START


def row(outbox_id: int, key: str, topic: str = "t") -> OutboxRow:
    return OutboxRow(outbox_id, uuid4(), topic, key, (), b"{}", START)


class ListOutbox:
    """An outbox in memory; `before_take` may raise what a database raises."""

    def __init__(self, rows: Sequence[OutboxRow], before_take: Callable[[], None] = lambda: None) -> None:
        self.rows = list(rows)
        self.reasons: dict[int, str] = {}
        self._before_take = before_take

    def lead(self) -> bool:
        return True

    def take(self, limit: int) -> list[OutboxRow]:
        self._before_take()
        return self.rows[:limit]

    def mark_sent(self, ids: Sequence[int]) -> None:
        self.rows = [waiting for waiting in self.rows if waiting.outbox_id not in ids]

    def dead_letter(self, outbox_id: int, reason: str) -> None:
        self.reasons[outbox_id] = reason
        self.mark_sent([outbox_id])

    def pending(self) -> int:
        return len(self.rows)

    def wait(self, timeout: float) -> bool:
        return False


class ScriptedProducer:
    """Publishes everything but what a test says."""

    def __init__(self, answer: Callable[[OutboxRow], Fate], on_publish: Callable[[], None] = lambda: None) -> None:
        self.published: list[int] = []
        self._answer = answer
        self._on_publish = on_publish

    def prepare(self, topics: Sequence[str]) -> None: ...

    def publish(self, messages: Sequence[OutboxRow], stop: threading.Event) -> list[Delivery]:
        self._on_publish()
        deliveries = [Delivery(message, self._answer(message), "why") for message in messages]
        self.published += [d.message.outbox_id for d in deliveries if d.fate is Fate.PUBLISHED]
        return deliveries

    def close(self) -> None: ...


def relay_of(outbox: ListOutbox, producer: ScriptedProducer) -> Relay:
    relay = Relay(cast(Outbox, outbox), KafkaSettings(), ["kafka:9092"])
    relay._producer = cast(AlertProducer, producer)
    return relay


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from("tu")), max_size=30))
def test_waves_hold_every_row_once_and_keep_each_plates_order(keys: list[tuple[str, str]]) -> None:
    rows = [row(number, key, topic) for number, (key, topic) in enumerate(keys)]
    parts = list(waves(rows))
    for part in parts:
        assert len({(r.topic, r.key) for r in part}) == len(part)
    flat = [r for part in parts for r in part]
    for key in set(keys):
        ordered = [r.outbox_id for r in flat if (r.key, r.topic) == key]
        assert ordered == [r.outbox_id for r in rows if (r.key, r.topic) == key]
    assert len(flat) == len(rows)


def test_while_one_alert_of_a_plate_waits_the_later_ones_do_and_other_plates_go_on() -> None:
    outbox = ListOutbox([row(1, "A"), row(2, "B"), row(3, "A"), row(4, "B"), row(5, "A")])
    producer = ScriptedProducer(lambda r: Fate.WAITING if r.outbox_id == 3 else Fate.PUBLISHED)
    progress = relay_of(outbox, producer).publish_batch(threading.Event())
    assert producer.published == [1, 2, 4]
    assert [r.outbox_id for r in outbox.rows] == [3, 5]
    assert (progress.published, progress.waiting, progress.refused) == (3, 2, 0)


def test_a_refused_alert_does_not_hold_back_the_later_ones_of_its_plate() -> None:
    outbox = ListOutbox([row(1, "A"), row(2, "A")])
    producer = ScriptedProducer(lambda r: Fate.REFUSED if r.outbox_id == 1 else Fate.PUBLISHED)
    relay_of(outbox, producer).publish_batch(threading.Event())
    assert (outbox.rows, outbox.reasons, producer.published) == ([], {1: "why"}, [2])


def _raise_first(times: int, error: Exception) -> Callable[[], None]:
    remaining = [error] * times

    def step() -> None:
        if remaining:
            raise remaining.pop()

    return step


@pytest.mark.parametrize(
    ("database", "broker", "said"),
    [
        (
            2,
            0,
            [
                "the outbox cannot be read; alerts wait in it (database at db: down)",
                "alerts are published again to kafka at kafka:9092",
            ],
        ),
        (
            0,
            3,
            [
                "kafka at kafka:9092 is not reachable; 1 alert waits in the outbox",
                "alerts are published again to kafka at kafka:9092",
            ],
        ),
        (0, 0, []),
    ],
)
def test_an_outage_is_waited_out_and_said_once(
    database: int, broker: int, said: list[str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerts.relay.FIRST_BACKOFF_SECONDS", 0.01)
    monkeypatch.setattr("alerts.relay.LONGEST_BACKOFF_SECONDS", 0.02)
    caplog.set_level(logging.INFO, "alerts.relay")
    stop = threading.Event()
    outbox = ListOutbox([row(1, "A")], _raise_first(database, DatabaseUnavailable("database at db: down")))
    producer = ScriptedProducer(
        lambda _: Fate.PUBLISHED, _raise_first(broker, BrokerUnavailable("kafka at kafka:9092 is not reachable"))
    )
    relay = relay_of(outbox, producer)
    thread = threading.Thread(target=relay.run, args=(stop,))
    thread.start()
    while outbox.rows:
        stop.wait(0.01)
    stop.set()
    thread.join()
    assert producer.published == [1]
    assert [record.getMessage() for record in caplog.records][: len(said)] == said
