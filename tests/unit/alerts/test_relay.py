"""The relay's decisions about order and waiting, without a broker."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import cast
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from alerts.producer import AlertProducer, Delivery, Fate
from alerts.relay import Relay, waves
from schemas.settings import KafkaSettings
from storage.alerts.outbox import Outbox, OutboxRow
from tests.unit.alerts.samples import START


def row(outbox_id: int, key: str, topic: str = "t") -> OutboxRow:
    return OutboxRow(outbox_id, uuid4(), topic, key, (), b"{}", START)


class ListOutbox:
    """An outbox in memory."""

    def __init__(self, rows: Sequence[OutboxRow]) -> None:
        self.rows = list(rows)
        self.reasons: dict[int, str] = {}

    def take(self, limit: int) -> list[OutboxRow]:
        return self.rows[:limit]

    def mark_sent(self, ids: Sequence[int]) -> None:
        self.rows = [waiting for waiting in self.rows if waiting.outbox_id not in ids]

    def dead_letter(self, outbox_id: int, reason: str) -> None:
        self.reasons[outbox_id] = reason
        self.mark_sent([outbox_id])

    def pending(self) -> int:
        return len(self.rows)


class ScriptedProducer:
    """Publishes everything but what a test says."""

    def __init__(self, answer: Callable[[OutboxRow], Fate]) -> None:
        self.published: list[int] = []
        self._answer = answer

    def prepare(self, topics: Sequence[str]) -> None: ...

    def publish(self, messages: Sequence[OutboxRow], stop: threading.Event) -> list[Delivery]:
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


def test_topics_are_made_once_and_asked_about_no_more() -> None:
    made: list[Sequence[str]] = []
    relay = relay_of(ListOutbox([]), ScriptedProducer(lambda r: Fate.PUBLISHED))
    relay._producer.prepare = made.append  # type: ignore[method-assign]
    for _ in range(3):
        relay.prepare()
    assert made == [()]
