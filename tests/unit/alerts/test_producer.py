"""What the answers of a broker mean for a message: published, refused for good, or tried again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from alerts.producer import AlertProducer, Delivery, Fate, _flush
from schemas.errors import BrokerUnavailable
from schemas.settings import KafkaSettings
from services.kafka.client import kafka_errors
from storage.alerts.outbox import OutboxRow
from tests.unit.alerts.samples import START


class Answer:
    """A future that is done: acknowledged, or failed with an error."""

    is_done = True

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error

    def succeeded(self) -> bool:
        return self._error is None

    def get(self, timeout: float) -> None:
        if self._error is not None:
            raise self._error


class Client:
    """A kafka-python producer that answers by the message's key, and fails whole batches as that one does."""

    def __init__(self, answers: dict[str, Exception]) -> None:
        self.answers = answers
        self.sent: list[str] = []
        self.is_closed = False

    def send(self, topic: str, *, value: bytes, key: bytes, headers: Any, timestamp_ms: int) -> Answer:
        self.sent.append(key.decode())
        return Answer(self.answers.get(key.decode()))

    def flush(self, timeout: float) -> None: ...

    def close(self, timeout: float) -> None:
        self.is_closed = True


class Admin:
    """One that finds every topic there, and is told no settings of it."""

    def describe_cluster(self) -> dict[str, Any]:
        return {"brokers": [{}]}

    def create_topics(self, *_: object, **__: object) -> None:
        raise kafka_errors.TopicAlreadyExistsError

    def describe_configs(self, *_: object, **__: object) -> dict[str, Any]:
        return {}

    def close(self) -> None: ...


def row(key: str, payload: bytes = b"{}") -> OutboxRow:
    return OutboxRow(1, uuid4(), "t", key, (("ce_id", "1"),), payload, START)


def publish(
    monkeypatch: pytest.MonkeyPatch, answers: dict[str, Exception], *rows: OutboxRow
) -> tuple[dict[str, Fate], list[Client]]:
    clients: list[Client] = []

    def open_producer(*_: object, **__: object) -> Client:
        clients.append(Client(answers))
        return clients[-1]

    monkeypatch.setattr("alerts.producer.open_producer", open_producer)
    monkeypatch.setattr("alerts.producer.open_admin", lambda *_: Admin())
    producer = AlertProducer(KafkaSettings(max_message_bytes=1024), ["kafka:9092"], retention_days=21)
    deliveries = producer.publish(rows, threading.Event())
    assert [delivery.message for delivery in deliveries] == list(rows)
    return {delivery.message.key: delivery.fate for delivery in deliveries}, clients


@pytest.mark.parametrize(
    ("error", "fate"),
    [
        (kafka_errors.MessageSizeTooLargeError(), Fate.REFUSED),
        (kafka_errors.RecordListTooLargeError(), Fate.REFUSED),
        (kafka_errors.TopicAuthorizationFailedError(), Fate.REFUSED),
        (kafka_errors.InvalidTopicError(), Fate.REFUSED),
        (kafka_errors.InvalidTimestampError(), Fate.REFUSED),
        (kafka_errors.InvalidRecordError(), Fate.REFUSED),
        (kafka_errors.PolicyViolationError(), Fate.REFUSED),
        (ValueError("cannot be serialized"), Fate.REFUSED),
        (kafka_errors.KafkaTimeoutError(), Fate.WAITING),
        (kafka_errors.KafkaConnectionError(), Fate.WAITING),
        (kafka_errors.NotEnoughReplicasError(), Fate.WAITING),
        (ConnectionResetError(), Fate.WAITING),
    ],
)
def test_an_error_about_the_message_is_for_good_and_any_other_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, error: Exception, fate: Fate
) -> None:
    if isinstance(error, ValueError):
        monkeypatch.setattr(Client, "send", lambda *_, **__: (_ for _ in ()).throw(error))
    fates, clients = publish(monkeypatch, {"A": error}, row("A"))
    assert fates == {"A": fate}
    (client,) = clients  # it was alone: nothing is learned from sending it again
    assert client.is_closed, "a producer that failed is not used again"


@pytest.mark.parametrize(
    ("waits", "error", "fate", "reason"),
    [
        (
            False,
            kafka_errors.TopicAuthorizationFailedError(),
            Fate.REFUSED,
            "this user is not authorized to write to the topic (t, 2 bytes; TOPIC_AUTHORIZATION_FAILED)",
        ),
        (
            True,
            kafka_errors.TopicAuthorizationFailedError(),
            Fate.WAITING,
            "this user is not authorized to write to the topic",
        ),
        (
            True,
            kafka_errors.InvalidRecordError(),
            Fate.REFUSED,
            "the broker refused the message as invalid (t, 2 bytes; INVALID_RECORD)",
        ),
        (True, kafka_errors.KafkaTimeoutError("late"), Fate.WAITING, "KafkaTimeoutError"),
    ],
)
def test_who_waits_for_rights_waits_for_those_alone(
    monkeypatch: pytest.MonkeyPatch, waits: bool, error: Exception, fate: Fate, reason: str
) -> None:
    monkeypatch.setattr("alerts.producer.open_producer", lambda *_, **__: Client({"A": error}))
    monkeypatch.setattr("alerts.producer.open_admin", lambda *_: Admin())
    producer = AlertProducer(KafkaSettings(), ["kafka:9092"], retention_days=21, waits_for_rights=waits)
    message = row("A")
    assert producer.publish([message], threading.Event()) == [Delivery(message, fate, reason)]


def test_a_message_waits_where_the_broker_goes_away_before_it_is_tried_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    left = [Client({name: kafka_errors.InvalidRecordError() for name in "AB"})]

    def open_producer(*_: object, **__: object) -> Client:
        if not left:
            raise BrokerUnavailable("kafka at kafka:9092 does not answer")
        return left.pop()

    monkeypatch.setattr("alerts.producer.open_producer", open_producer)
    monkeypatch.setattr("alerts.producer.open_admin", lambda *_: Admin())
    a, b, c = rows = [row(key) for key in "ABC"]
    asked: list[str] = []
    assert AlertProducer(KafkaSettings(), ["kafka:9092"], retention_days=21).publish(
        rows, threading.Event(), lambda: asked.append("next")
    ) == [
        Delivery(a, Fate.WAITING, "kafka at kafka:9092 does not answer"),
        Delivery(b, Fate.WAITING, "kafka at kafka:9092 does not answer"),
        Delivery(c, Fate.PUBLISHED),
    ]
    assert asked == ["next"]


def test_only_what_is_refused_alone_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: dict[str, Exception] = {name: kafka_errors.MessageSizeTooLargeError() for name in "AB"}
    send = Client.send

    def alone(self: Client, topic: str, **others: Any) -> Answer:
        answer = send(self, topic, **others)
        return Answer() if len(self.sent) == 1 and self.sent == ["B"] else answer

    monkeypatch.setattr(Client, "send", alone)
    fates, clients = publish(monkeypatch, answers, row("A"), row("B"))
    assert fates == {"A": Fate.REFUSED, "B": Fate.PUBLISHED}
    assert [client.sent for client in clients] == [["A", "B"], ["A"], ["B"]]


def test_what_is_larger_than_the_configured_limit_is_never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    overhead = len("A") + len("ce_id") + len("1")
    fits, large = row("A", b"x" * (1024 - overhead)), row("B", b"x" * (1025 - overhead))
    fates, (client,) = publish(monkeypatch, {}, fits, large)
    assert fates == {"A": Fate.PUBLISHED, "B": Fate.REFUSED}
    assert client.sent == ["A"]
    assert not client.is_closed
    fates, clients = publish(monkeypatch, {}, large)
    assert (fates, clients) == ({"B": Fate.REFUSED}, [])
    (refused,) = AlertProducer(KafkaSettings(max_message_bytes=1024), ["kafka:9092"], retention_days=21).publish(
        [large], threading.Event()
    )
    assert refused.reason == "the message has 1025 bytes, more than kafka.max_message_bytes (1024)"


class Told:
    """Notes which topics are made, and how; fails where a test says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, failure: Exception | None = None) -> None:
        self.topics: list[tuple[str, float]] = []
        self.others: list[dict[str, Any]] = []
        self.failure = failure
        self.closed = 0
        monkeypatch.setattr("alerts.producer.ensure_topic", self._ensure)
        monkeypatch.setattr("alerts.producer.open_admin", lambda *_: self)

    def _ensure(self, admin: object, topic: str, *, retention_days: float, **others: Any) -> bool:
        assert admin is self
        self.topics.append((topic, retention_days))
        self.others.append(others)
        if self.failure is not None:
            raise self.failure
        return True

    def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize("partitions", [None, 7])
def test_a_topic_is_told_the_shortest_time_that_its_messages_may_be_kept(
    monkeypatch: pytest.MonkeyPatch, partitions: int | None
) -> None:
    told, settings = Told(monkeypatch), KafkaSettings()
    monkeypatch.setattr("alerts.producer.open_producer", lambda *_, **__: Client({}))
    producer = AlertProducer(settings, ["kafka:9092"], retention_days=21, partitions=partitions)
    producer.prepare(["t", "early"])
    for days in (None, 30.0, 21.0, 7.0, 14.0, 7.0, 2.0, None):
        producer.publish([replace(row("a"), keep_days=days), replace(row("b"), topic="other")], threading.Event())
    # Each once, and again only where it has to be less; another topic keeps what it was told.
    assert told.topics == [("early", 21), ("t", 21), ("other", 21), ("t", 7.0), ("t", 2.0)]
    assert told.others == [{"partitions": partitions, "settings": settings}] * 5
    assert told.closed == 4


def test_a_broker_that_makes_no_topics_now_is_asked_again_and_one_that_failed_about_all_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told, client = Told(monkeypatch, kafka_errors.KafkaTimeoutError("busy")), Client({})
    monkeypatch.setattr("alerts.producer.open_producer", lambda *_, **__: client)
    producer = AlertProducer(KafkaSettings(), ["one:9092", "two:9092"], retention_days=21)
    for _ in range(2):
        with pytest.raises(BrokerUnavailable, match=r"kafka at one:9092, two:9092 cannot make topics now \(.*busy"):
            producer.publish([row("A")], threading.Event())
    assert (client.sent, told.closed) == ([], 2)
    told.failure = None
    for _ in range(2):
        producer.publish([row("A")], threading.Event())
    client.answers["A"] = kafka_errors.KafkaConnectionError()
    for _ in range(2):
        producer.publish([row("A")], threading.Event())
    producer.close()
    assert client.is_closed
    # Whoever lost the broker may find another one, where the topic has to be made.
    assert [topic for topic, _ in told.topics] == ["t"] * 4


def test_a_message_goes_out_as_it_is_with_the_time_from_which_it_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """That of capture, so that a topic keeps what it is about for as long as may be; never that of the sending."""
    sent: list[tuple[str, bytes, bytes, Any, int]] = []
    send = Client.send

    def note(self: Client, topic: str, **what: Any) -> Answer:
        sent.append((topic, what["key"], what["value"], list(what["headers"]), what["timestamp_ms"]))
        return send(self, topic, **what)

    monkeypatch.setattr(Client, "send", note)
    hour = timedelta(hours=1)
    rows = [
        row("A", b"one"),
        replace(row("B"), captured_at=START - hour),
        replace(row("C"), captured_at=START + hour),  # its clock was ahead
        replace(row("D"), captured_at=datetime(1960, 1, 1, tzinfo=UTC)),
    ]
    fates, _ = publish(monkeypatch, {}, *rows)
    assert set(fates.values()) == {Fate.PUBLISHED}
    at = int(START.timestamp() * 1000)
    assert sent[0][:3] == ("t", b"A", b"one")
    assert [(name, bytes(value) if isinstance(value, bytes) else value.encode()) for name, value in sent[0][3]] == [
        ("ce_id", b"1")
    ]
    assert [one[4] for one in sent] == [at, at - 3_600_000, at, 0]


@pytest.mark.parametrize("seconds", [1, 30, 120])
def test_a_producer_waits_for_every_copy_and_gives_up_in_its_time(
    monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    opened: list[tuple[Any, Any, dict[str, Any]]] = []

    def open_producer(settings: Any, servers: Any, **options: Any) -> Client:
        opened.append((settings, servers, options))
        return Client({})

    asked: list[tuple[Any, Any]] = []

    def open_admin(settings: Any, servers: Any) -> Admin:
        asked.append((settings, list(servers)))
        return Admin()

    monkeypatch.setattr("alerts.producer.open_producer", open_producer)
    monkeypatch.setattr("alerts.producer.open_admin", open_admin)
    settings = KafkaSettings(delivery_timeout_seconds=seconds, max_message_bytes=2048)
    AlertProducer(settings, ["kafka:9092"], retention_days=21).publish([row("A")], threading.Event())
    ((own, servers, options),) = opened
    assert (own, list(servers)) == (settings, ["kafka:9092"])
    assert set(map(str, (one for one, _ in asked))) == {str(settings)}
    assert asked[0][1] == ["kafka:9092"]
    assert (options["acks"], options["enable_idempotence"], options["allow_auto_create_topics"]) == ("all", True, False)
    assert options["delivery_timeout_ms"] == seconds * 1000
    # One attempt and what stands before it end within that time.
    assert 0 < options["request_timeout_ms"] + options["linger_ms"] <= options["delivery_timeout_ms"]
    assert 0 < options["max_block_ms"] <= options["delivery_timeout_ms"]
    assert options["max_request_size"] >= 2048


LATE = kafka_errors.KafkaTimeoutError()


class Flushing:
    """A client whose flushes fail as a test says, and take the time that they are given."""

    def __init__(self, *failures: Exception | None, forever: Exception | None = None) -> None:
        self.seconds = 1000.0
        self.waits: list[float] = []
        self.failures, self.forever = list(failures), forever

    def monotonic(self) -> float:
        return self.seconds

    def flush(self, timeout: float) -> None:
        assert 0 < timeout <= 0.2
        self.waits.append(timeout)
        self.seconds += timeout
        failure = self.failures.pop(0) if self.failures else self.forever
        if failure is not None:
            raise failure


@pytest.mark.parametrize(
    ("flushing", "deadline", "stopped", "until", "least", "most"),
    [
        (Flushing, 1010.0, False, 1010.0, 1, 1),
        (partial(Flushing, LATE, LATE), 1010.0, False, 1010.0, 3, 3),
        # A batch that was split comes in parts.
        (partial(Flushing, kafka_errors.MessageSizeTooLargeError()), 1010.0, False, 1010.0, 2, 2),
        (partial(Flushing, forever=LATE), 1003.0, False, 1003.0, 15, 17),
        # Who is told to stop waits two seconds more, and no longer than it would have.
        (partial(Flushing, forever=LATE), 1030.0, True, 1002.0, 10, 12),
        (partial(Flushing, forever=LATE), 1001.0, True, 1001.0, 5, 7),
        (Flushing, 1030.0, True, 1002.0, 1, 1),
    ],
)
def test_acknowledgments_are_waited_for_in_slices_until_their_time_is_over(
    monkeypatch: pytest.MonkeyPatch,
    flushing: Callable[[], Flushing],
    deadline: float,
    stopped: bool,
    until: float,
    least: int,
    most: int,
) -> None:
    client = flushing()
    monkeypatch.setattr("alerts.producer.time", client)
    stop = threading.Event()
    if stopped:
        stop.set()
    assert _flush(client, deadline, stop) == until
    assert least <= len(client.waits) <= most


def test_one_connection_is_used_until_it_fails_and_what_is_not_acknowledged_waits_for_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[Client] = []
    waits: list[float] = []

    def open_producer(*_: object, **__: object) -> Client:
        opened.append(Client({"late": kafka_errors.KafkaTimeoutError()}))
        return opened[-1]

    def get(self: Answer, timeout: float) -> None:
        waits.append(timeout)
        if self._error is not None:
            raise self._error

    monkeypatch.setattr(Answer, "get", get)
    monkeypatch.setattr("alerts.producer.time", SimpleNamespace(monotonic=lambda: 1000.0))
    monkeypatch.setattr("alerts.producer.open_producer", open_producer)
    monkeypatch.setattr("alerts.producer.open_admin", lambda *_: Admin())
    producer = AlertProducer(KafkaSettings(delivery_timeout_seconds=60), ["kafka:9092"], retention_days=21)
    for key in ("a", "b", "late", "c"):
        producer.publish([row(key)], threading.Event())
    assert [client.sent for client in opened] == [["a", "b", "late"], ["c"]]
    assert waits == [61.0]  # the time of a delivery, and what closing takes
