"""When a subscriber remembers an alert and when it tells the broker how far it is, without a broker."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from kafka.structs import ConsumerGroupMetadata

from alerts.received import ReceivedAlerts
from alerts.subscriber import FILE_NAME, Subscriber
from schemas.events import Alert
from schemas.settings import KafkaSettings
from services.kafka.client import MemberState, TopicPartition
from tests.unit.alerts.samples import sample_alert

PLACE = TopicPartition("t", 0)


def record(offset: int, value: bytes | None) -> Any:
    return SimpleNamespace(topic="t", partition=0, offset=offset, value=value, leader_epoch=1)


class Consumer:
    """Gives the messages after what was committed, as often as it is asked."""

    def __init__(self, messages: Sequence[bytes | None]) -> None:
        self.messages = list(messages)
        self.committed = 0
        self.commits: list[int] = []
        self._given = False

    def subscribe(self, topics: Sequence[str]) -> None: ...

    def assignment(self) -> set[Any]:
        return {PLACE}

    def group_metadata(self) -> ConsumerGroupMetadata:
        return ConsumerGroupMetadata("g", state=MemberState.STABLE)

    def poll(self, **_: Any) -> dict[Any, list[Any]]:
        if self._given:
            return {}
        self._given = True
        return {PLACE: [record(offset, self.messages[offset]) for offset in range(self.committed, len(self.messages))]}

    def commit(self, offsets: dict[Any, Any], **_: Any) -> None:
        self.committed = offsets[PLACE].offset
        self.commits.append(self.committed)

    def close(self, **_: Any) -> None:
        self._given = False


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Subscriber, "_watch_broker", lambda self: None)


def alerts_of(
    consumer: Consumer, folder: Path, monkeypatch: pytest.MonkeyPatch, stop: threading.Event
) -> Iterator[Alert]:
    monkeypatch.setattr("alerts.subscriber.open_consumer", lambda *_, **options: consumer)
    return Subscriber(folder, KafkaSettings(), ["kafka:9092"], topic="t", group="g").alerts(stop)


def messages(count: int) -> list[bytes | None]:
    return [sample_alert(number).model_dump_json().encode() for number in range(count)]


def test_all_are_handed_out_once_and_committed_after_the_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    consumer, stop = Consumer([*messages(3), messages(1)[0]]), threading.Event()
    got = []
    for alert in alerts_of(consumer, tmp_path, monkeypatch, stop):
        assert consumer.commits == [], "nothing is committed before the loop is through with it"
        got.append(alert.alert_id)
        if len(got) == 3:
            stop.set()
    assert got == [sample_alert(number).alert_id for number in range(3)]
    assert consumer.commits == [3]


def test_an_alert_whose_handling_failed_comes_again_and_those_before_it_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    consumer, stop = Consumer(messages(3)), threading.Event()
    with closing(alerts_of(consumer, tmp_path, monkeypatch, stop)) as stream:  # type: ignore[type-var]
        first, failed = next(stream), next(stream)
    assert consumer.committed == 1
    with ReceivedAlerts(tmp_path / FILE_NAME, "g") as received:
        assert received.is_seen(first.alert_id)
        assert not received.is_seen(failed.alert_id)
    again = []
    for alert in alerts_of(consumer, tmp_path, monkeypatch, stop):
        again.append(alert.alert_id)
        if len(again) == 2:
            stop.set()
    assert again == [sample_alert(number).alert_id for number in (1, 2)]
    assert consumer.committed == 3


def test_a_double_and_what_is_no_alert_are_passed_over_and_committed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = messages(2)
    consumer, stop = Consumer([one, one, None, b"{", two]), threading.Event()
    got = []
    for alert in alerts_of(consumer, tmp_path, monkeypatch, stop):
        got.append(alert.alert_id)
        if len(got) == 2:
            stop.set()
    assert len(set(got)) == 2
    assert consumer.committed == 5
    with ReceivedAlerts(tmp_path / FILE_NAME, "g") as received:
        assert [message.offset for message in received.unreadable()] == [2, 3]
