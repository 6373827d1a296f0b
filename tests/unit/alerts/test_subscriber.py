"""When a subscriber remembers an alert and when it tells the broker how far it is, without a broker."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from kafka.structs import ConsumerGroupMetadata

from alerts.received import ReceivedAlerts, RefusedAlert, UnreadableMessage
from alerts.shared_reads import ReadSubscriber
from alerts.subscriber import FILE_NAME, Subscriber
from schemas.convert import read_to_event
from schemas.errors import BrokerUnavailable, ConfigurationError
from schemas.events import Alert, PlateReadEvent
from schemas.ids import shared_read_id
from schemas.settings import KafkaSettings
from services.kafka.client import MemberState, TopicPartition, kafka_errors
from services.kafka.polling import ConsumerLost
from tests.unit.alerts.samples import sample_alert, sample_read

PLACE = TopicPartition("t", 0)
WATCH = Subscriber._watch_broker


def record(offset: int, value: bytes | None) -> Any:
    headers = (("ce_agreement", b"suffolk"), ("empty", None))
    return SimpleNamespace(topic="t", partition=0, offset=offset, value=value, leader_epoch=1, headers=headers)


class Consumer:
    """Gives the messages after what was committed, as often as it is asked."""

    def __init__(self, messages: Sequence[bytes | None]) -> None:
        self.messages = list(messages)
        self.committed = 0
        self.commits: list[int] = []
        self.subscribed: list[Sequence[str]] = []
        self.polled: list[dict[str, Any]] = []
        self.failure: Exception | None = None
        """Why a commit is refused."""
        self.closings: list[dict[str, Any]] = []
        self._given = False

    def subscribe(self, topics: Sequence[str]) -> None:
        self.subscribed.append(topics)

    def assignment(self) -> set[Any]:
        return {PLACE}

    def group_metadata(self) -> ConsumerGroupMetadata:
        return ConsumerGroupMetadata("g", state=MemberState.STABLE)

    def poll(self, **options: Any) -> dict[Any, list[Any]]:
        self.polled.append(options)
        if self._given:
            return {}
        self._given = True
        return {PLACE: [record(offset, self.messages[offset]) for offset in range(self.committed, len(self.messages))]}

    def commit(self, offsets: dict[Any, Any], *, timeout_ms: int) -> None:
        assert (offsets[PLACE].leader_epoch, timeout_ms) == (1, 2000)
        if self.failure is not None:
            raise self.failure
        self.committed = offsets[PLACE].offset
        self.commits.append(self.committed)

    def close(self, **options: Any) -> None:
        self.closings.append(options)
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
    assert consumer.subscribed == [["t"]]
    assert consumer.polled == [{"timeout_ms": 250, "max_records": 100}]
    # Nothing is committed by closing, either.
    assert consumer.closings == [{"autocommit": False, "timeout_ms": 2000}]


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
        empty, broken = received.unreadable()
    assert empty == UnreadableMessage("t", 0, 2, "the message has no content", None)
    assert (broken.topic, broken.partition, broken.offset, broken.payload) == ("t", 0, 3, b"{")
    assert "json" in broken.reason


def test_a_commit_that_is_refused_brings_the_same_again_and_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    consumer, stop = Consumer([b"{", *messages(2)]), threading.Event()
    consumer.failure = kafka_errors.CommitFailedError("another member has the partition")
    looks = 0

    def look_again(self: Subscriber) -> None:
        nonlocal looks
        looks += 1
        consumer._given = False
        if looks == 2:
            stop.set()

    monkeypatch.setattr(Subscriber, "_watch_broker", look_again)
    got = [alert.alert_id for alert in alerts_of(consumer, tmp_path, monkeypatch, stop)]
    assert got == [sample_alert(number).alert_id for number in range(2)]
    (said,) = [line.getMessage() for line in caplog.records if line.levelname == "WARNING"]
    assert said.startswith("t partition 0 offset 0 is not an alert and was put aside: ")


def test_what_was_received_is_forgotten_once_an_hour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    consumer, stop = Consumer([]), threading.Event()
    clock = SimpleNamespace(seconds=1000.0, monotonic=lambda: clock.seconds)
    forgotten: list[tuple[float, timedelta | None]] = []
    monkeypatch.setattr("alerts.subscriber.time", clock)

    def forget(self: ReceivedAlerts, now: datetime) -> None:
        forgotten.append((clock.seconds, now.utcoffset()))

    def wait(self: Subscriber) -> None:
        clock.seconds += 1200
        if clock.seconds > 9000:
            stop.set()

    monkeypatch.setattr(ReceivedAlerts, "forget_old", forget)
    monkeypatch.setattr(Subscriber, "_watch_broker", wait)
    assert list(alerts_of(consumer, tmp_path, monkeypatch, stop)) == []
    assert forgotten == [(seconds, timedelta(0)) for seconds in (1000.0, 4600.0, 8200.0)]


def test_a_broker_that_is_away_when_a_consumer_is_opened_anew_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until it is there, or until somebody ends it."""
    monkeypatch.setattr("alerts.subscriber.POLL_MS", 1)
    for ends in (False, True):
        stop, looked = threading.Event(), []
        consumers: list[Consumer | None] = [Consumer([]), None, None, Consumer(messages(1))]
        opened = list(consumers)

        def open_consumer(*_: Any, opened: list[Consumer | None] = opened, **__: Any) -> Consumer:
            consumer = opened.pop(0)
            if consumer is None:
                raise BrokerUnavailable("kafka at kafka:9092 does not answer")
            return consumer

        def lose(self: Subscriber, consumer: Any, poller: Any, first: Any = consumers[0]) -> Any:
            if consumer is first:
                raise ConsumerLost("lost")
            return consumer.poll()

        def look(self: Subscriber, stop: threading.Event = stop, ends: bool = ends, looked: list[int] = looked) -> None:
            looked.append(1)
            if ends:
                stop.set()

        monkeypatch.setattr("alerts.subscriber.open_consumer", open_consumer)
        monkeypatch.setattr(Subscriber, "_poll", lose)
        monkeypatch.setattr(Subscriber, "_watch_broker", look)
        got = []
        folder = tmp_path / str(ends)
        for alert in Subscriber(folder, KafkaSettings(), ["kafka:9092"], topic="t", group="g").alerts(stop):
            got.append(alert)
            stop.set()
        assert (len(got), len(looked), len(opened)) == ((0, 1, 2) if ends else (1, 2, 0))
        assert [consumer and len(consumer.closings) for consumer in consumers] == [1, None, None, int(not ends)]


def test_a_topic_that_the_broker_does_not_show_is_no_empty_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.subscriber.forbidden_topics", lambda consumer: {"t"})
    stop = threading.Event()
    stream = alerts_of(Consumer(messages(1)), tmp_path, monkeypatch, stop)
    assert next(stream) == sample_alert(0), "what it has given is taken"
    with pytest.raises(ConfigurationError) as refused:
        next(stream)
    assert str(refused.value) == (
        "topic t, group g: not permitted to read (the broker does not let this user see it); "
        "ask the publishing agency for access"
    )
    monkeypatch.setattr("alerts.subscriber.forbidden_topics", lambda consumer: {"another"})
    monkeypatch.setattr(Subscriber, "_watch_broker", lambda self: stop.set())
    assert list(alerts_of(Consumer([]), tmp_path, monkeypatch, stop)) == []


def test_every_revision_of_a_shared_read_is_judged_and_handed_out_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, other = (read_to_event(sample_read(number)) for number in (1, 2))
    second = first.model_copy(update={"revision": 2, "plate": "VNV4528"})
    sent = [first, first, second, other]
    payloads: list[bytes | None] = [b"{}", *(one.model_dump_json().encode() for one in sent)]
    judged: list[tuple[UUID, int, str, dict[str, str]]] = []

    def gate(read: PlateReadEvent, topic: str, headers: Any) -> tuple[PlateReadEvent | None, str]:
        judged.append((read.read_id, read.revision, topic, dict(headers)))
        return (None, "not permitted here") if read == other else (read.model_copy(update={"confidence": 0.5}), "")

    consumer, stop = Consumer(payloads), threading.Event()
    monkeypatch.setattr("alerts.subscriber.open_consumer", lambda *_, **options: consumer)
    reads = ReadSubscriber(tmp_path, KafkaSettings(), ["kafka:9092"], topic="t", group="g", gate=gate)
    monkeypatch.setattr(reads, "_watch_broker", stop.set)
    assert list(reads.messages(stop)) == [one.model_copy(update={"confidence": 0.5}) for one in (first, second)]
    said = {"ce_agreement": "suffolk"}
    assert judged == [(one.read_id, one.revision, "t", said) for one in (first, second, other)]
    number = shared_read_id(other.read_id, other.revision)
    with ReceivedAlerts(tmp_path / FILE_NAME, "g") as received:
        assert received.refused() == [RefusedAlert("t", 0, 4, number, "not permitted here")]
        assert [one.offset for one in received.unreadable()] == [0]
    lines = [line.getMessage() for line in caplog.records]
    assert lines[0].startswith("t partition 0 offset 0 is not a read and was put aside: ")
    assert lines[1:] == [f"read {number} of t is refused on receipt: not permitted here"]


class Asked:
    """Judges by the alert's number: the first is taken in as it is, the second cut, the third refused."""

    def __init__(self) -> None:
        self.headers: list[tuple[str, dict[str, str]]] = []

    def __call__(self, alert: Alert, topic: str, headers: Any) -> Any:
        self.headers.append((topic, dict(headers)))
        kept = [alert, alert.model_copy(update={"plate_picture": None}), None][len(self.headers) - 1]
        return SimpleNamespace(alert=kept, reason="" if kept is not None else "not permitted here")


def test_what_comes_is_judged_before_it_is_handed_out_and_what_is_refused_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    alerts = [sample_alert(number, picture=b"jpeg") for number in range(3)]
    consumer, stop, gate = Consumer([one.model_dump_json().encode() for one in alerts]), threading.Event(), Asked()
    monkeypatch.setattr("alerts.subscriber.open_consumer", lambda *_, **options: consumer)
    subscriber = Subscriber(tmp_path, KafkaSettings(), ["kafka:9092"], topic="t", group="g", gate=gate)
    monkeypatch.setattr(subscriber, "_watch_broker", stop.set)  # there is nothing more
    assert list(subscriber.alerts(stop)) == [alerts[0], alerts[1].model_copy(update={"plate_picture": None})]
    assert gate.headers == [("t", {"ce_agreement": "suffolk"})] * 3
    assert consumer.committed == 3
    with ReceivedAlerts(tmp_path / FILE_NAME, "g") as received:
        assert received.refused() == [RefusedAlert("t", 0, 2, alerts[2].alert_id, "not permitted here")]
        assert all(received.is_seen(one.alert_id) for one in alerts)
    assert f"alert {alerts[2].alert_id} of t is refused on receipt: not permitted here" in caplog.text
    assert "VNV4527" not in caplog.text


def test_nothing_is_lost_by_how_a_consumer_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest message first, nothing committed by itself, nothing of a transaction that was broken off."""
    opened: list[tuple[Any, Any, dict[str, Any]]] = []
    consumer, stop = Consumer(messages(1)), threading.Event()

    def open_consumer(settings: Any, servers: Any, **options: Any) -> Consumer:
        opened.append((settings, servers, options))
        return consumer

    monkeypatch.setattr("alerts.subscriber.open_consumer", open_consumer)
    settings = KafkaSettings()
    for _ in Subscriber(tmp_path, settings, ["kafka:9092"], topic="t", group="g").alerts(stop):
        stop.set()
    ((own, servers, options),) = opened
    assert (own, list(servers)) == (settings, ["kafka:9092"])
    expected = {
        "group_id": "g",
        "auto_offset_reset": "earliest",
        "enable_auto_commit": False,
        "isolation_level": "read_committed",
        "allow_auto_create_topics": False,
    }
    assert expected.items() <= options.items()
    assert options["heartbeat_interval_ms"] * 3 <= options["session_timeout_ms"]


def test_a_consumer_that_is_lost_is_opened_anew_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    consumers = [Consumer(messages(2)), Consumer(messages(4))]
    consumers[1].committed = 1
    opened, stop = iter(consumers), threading.Event()
    monkeypatch.setattr("alerts.subscriber.open_consumer", lambda *_, **options: next(opened))
    monkeypatch.setattr("alerts.subscriber.POLL_MS", 1)
    poll = Subscriber._poll

    def poll_or_lose(self: Subscriber, consumer: Any, poller: Any) -> Any:
        found = poll(self, consumer, poller)
        if not found:
            raise ConsumerLost("the coordinator does not know this member")
        return found

    monkeypatch.setattr(Subscriber, "_poll", poll_or_lose)
    got = []
    for alert in Subscriber(tmp_path, KafkaSettings(), ["kafka:9092"], topic="t", group="g").alerts(stop):
        got.append(alert.alert_id)
        if len(got) == 4:
            stop.set()
    assert got == [sample_alert(number).alert_id for number in range(4)]
    assert [consumer.commits for consumer in consumers] == [[2], [4]]


def test_who_may_not_read_is_told_what_and_whom_to_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    consumer = Consumer([])

    def refuse(**_: Any) -> Any:
        raise kafka_errors.GroupAuthorizationFailedError

    monkeypatch.setattr(consumer, "poll", refuse)
    with pytest.raises(
        ConfigurationError, match=r"topic t, group g: not permitted to read .*ask the publishing agency"
    ):
        next(alerts_of(consumer, tmp_path, monkeypatch, threading.Event()))


def test_a_broker_that_goes_away_and_comes_back_is_said_once_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    clock = SimpleNamespace(seconds=1000.0, monotonic=lambda: clock.seconds)
    monkeypatch.setattr("alerts.subscriber.time", clock)
    answers: list[Exception | None] = []
    asked: list[Any] = []

    def check(servers: Any, *, timeout_seconds: float) -> None:
        asked.append((clock.seconds, list(servers)))
        assert 0 < timeout_seconds < 5
        answer = answers.pop(0)
        if answer is not None:
            raise answer

    monkeypatch.setattr("alerts.subscriber.check_reachable", check)
    subscriber = Subscriber(tmp_path, KafkaSettings(), ["kafka:9092"], topic="t", group="g")
    behind = KafkaSettings(options={"socks5_proxy": "socks5://proxy:1080"})
    WATCH(Subscriber(tmp_path, behind, ["kafka:9092"], topic="t", group="g"))  # a proxy's port tells nothing
    away = BrokerUnavailable("kafka at kafka:9092 does not answer")
    answers += [None, away, away, None, None]
    for _ in range(5):
        WATCH(subscriber)
        clock.seconds += 4.5
        WATCH(subscriber)  # not asked again so soon
        clock.seconds += 0.5
    assert asked == [(1000.0 + 5 * number, ["kafka:9092"]) for number in range(5)]
    assert [record.getMessage() for record in caplog.records] == [
        "kafka at kafka:9092 does not answer; waiting for it",
        "kafka at kafka:9092 is reachable again",
    ]
