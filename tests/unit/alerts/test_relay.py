"""The relay's decisions about order and waiting, without a broker."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import cast
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.producer import AlertProducer, Delivery, Fate
from alerts.relay import Progress, Relay, waves
from schemas.errors import DatabaseUnavailable
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
        self.asked: list[list[int]] = []
        """What was under way each time that it was asked."""

    def take(self, limit: int, *, under_way: Sequence[int] = ()) -> list[OutboxRow]:
        self.asked.append(list(under_way))
        return [waiting for waiting in self.rows if waiting.outbox_id not in under_way][:limit]

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

    def publish(
        self, messages: Sequence[OutboxRow], stop: threading.Event, meanwhile: Callable[[], None]
    ) -> list[Delivery]:
        meanwhile()
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


def test_what_is_taken_ahead_goes_out_once_and_in_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.relay.BATCH", 4)
    monkeypatch.setattr("alerts.relay.FRESH_SECONDS", 3600.0)
    outbox = ListOutbox([row(number, "ABC"[number % 3]) for number in range(30)])
    producer = ScriptedProducer(lambda r: Fate.PUBLISHED)
    relay, passes = relay_of(outbox, producer), 0
    while relay.publish_batch(threading.Event()).settled:
        passes += 1
    assert sorted(producer.published) == list(range(30))
    assert passes == 8
    # Once at the beginning, and then what comes after those under way: each is taken once.
    full = [list(range(first, first + 4)) for first in range(0, 28, 4)]
    assert outbox.asked == [[], *full, []]
    for plate in range(3):
        ordered = [number for number in producer.published if number % 3 == plate]
        assert ordered == sorted(ordered)


def test_it_looks_ahead_once_however_many_messages_one_plate_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.relay.BATCH", 5)
    outbox = ListOutbox([row(number, "A") for number in range(5)])
    producer = ScriptedProducer(lambda r: Fate.PUBLISHED)
    relay_of(outbox, producer).publish_batch(threading.Event())
    assert producer.published == list(range(5))
    assert outbox.asked == [[], list(range(5))]


def test_nothing_that_was_taken_ahead_overtakes_what_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.relay.BATCH", 2)
    outbox = ListOutbox([row(1, "A"), row(2, "B"), row(3, "A"), row(4, "B")])
    away = {1}
    producer = ScriptedProducer(lambda r: Fate.WAITING if r.outbox_id in away else Fate.PUBLISHED)
    relay = relay_of(outbox, producer)
    assert relay.publish_batch(threading.Event()).waiting == 1
    assert relay.publish_batch(threading.Event()).waiting == 2
    away.clear()
    relay.publish_batch(threading.Event())
    assert producer.published == [2, 1, 3]


def test_what_was_taken_ahead_too_long_ago_is_taken_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.relay.BATCH", 2)
    monkeypatch.setattr("alerts.relay.FRESH_SECONDS", 0.0)
    outbox = ListOutbox([row(number, f"{number}") for number in range(4)])
    producer = ScriptedProducer(lambda r: Fate.PUBLISHED)
    relay = relay_of(outbox, producer)
    relay.publish_batch(threading.Event())
    # An agreement ended meanwhile.
    del outbox.rows[0]
    relay.publish_batch(threading.Event())
    assert producer.published == [0, 1, 3]


def test_an_outbox_that_cannot_be_asked_ahead_costs_nothing_that_is_on_its_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("alerts.relay.BATCH", 2)
    outbox = ListOutbox([row(number, f"{number}") for number in range(3)])
    take = outbox.take

    def refuse(limit: int, *, under_way: Sequence[int] = ()) -> list[OutboxRow]:
        if under_way:
            raise DatabaseUnavailable("it is away")
        return take(limit)

    monkeypatch.setattr(outbox, "take", refuse)
    producer = ScriptedProducer(lambda r: Fate.PUBLISHED)
    relay = relay_of(outbox, producer)
    assert relay.publish_batch(threading.Event()).published == 2
    assert relay.publish_batch(threading.Event()).published == 1
    assert producer.published == [0, 1, 2]


def test_what_waits_holds_up_its_own_plate_on_its_own_topic_alone() -> None:
    outbox = ListOutbox([row(1, "A"), row(2, "A", "u"), row(3, "A"), row(4, "B"), row(5, "B"), row(6, "A", "u")])
    fates = {1: Fate.WAITING, 4: Fate.REFUSED}
    producer = ScriptedProducer(lambda r: fates.get(r.outbox_id, Fate.PUBLISHED))
    progress = relay_of(outbox, producer).publish_batch(threading.Event())
    assert progress == Progress(published=3, refused=1, waiting=2, reason="why")
    assert progress.settled == 4
    assert (producer.published, outbox.reasons) == ([2, 5, 6], {4: "why"})
    assert [r.outbox_id for r in outbox.rows] == [1, 3]


def test_where_nothing_waits_nothing_is_asked_of_the_broker() -> None:
    producer = ScriptedProducer(lambda r: Fate.PUBLISHED)
    assert relay_of(ListOutbox([]), producer).publish_batch(threading.Event()) == Progress()
    assert producer.published == []


def test_after_it_was_closed_what_was_taken_ahead_is_taken_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.relay.BATCH", 2)
    monkeypatch.setattr("alerts.relay.FRESH_SECONDS", 3600.0)
    outbox = ListOutbox([row(number, f"{number}") for number in range(4)])
    producer = ScriptedProducer(lambda r: Fate.PUBLISHED)
    relay = relay_of(outbox, producer)
    relay.publish_batch(threading.Event())
    relay.close()
    del outbox.rows[0]  # another process has published it
    relay.publish_batch(threading.Event())
    assert producer.published == [0, 1, 3]


def test_where_all_of_it_was_taken_nobody_is_asked_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.relay.BATCH", 3)
    outbox = ListOutbox([row(number, f"{number}") for number in range(2)])
    assert relay_of(outbox, ScriptedProducer(lambda r: Fate.PUBLISHED)).publish_batch(threading.Event()).published == 2
    assert outbox.asked == [[]]


def test_topics_are_kept_for_as_long_as_it_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[object, ...]] = []

    class Producer(ScriptedProducer):
        def __init__(self, settings: object, servers: Sequence[str], *, retention_days: float) -> None:
            super().__init__(lambda r: Fate.PUBLISHED)
            made.append((settings, list(servers), retention_days))

        def prepare(self, topics: Sequence[str]) -> None:
            made.append(tuple(topics))

    monkeypatch.setattr("alerts.relay.AlertProducer", Producer)
    settings = KafkaSettings()
    outbox = ListOutbox([row(1, "A")])
    relay = Relay(cast(Outbox, outbox), settings, ["kafka:9092"], topics=["a", "b"], retention_days=9)
    relay.prepare()
    assert made == [(settings, ["kafka:9092"], 9), ("a", "b")]
    assert relay.publish_batch(threading.Event()).published == 1
