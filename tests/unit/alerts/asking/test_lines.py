"""Questions between agencies where the broker is slow, refuses or shows less than it should: nobody waits for ever."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

import alerts.asking.asker
import alerts.asking.owner
import alerts.asking.reading
import alerts.asking.wire
from alerts.asking.asker import Line
from alerts.asking.owner import Counter
from alerts.asking.reading import TopicReader
from alerts.asking.wire import Sender, answer_message, question_message
from schemas.errors import BrokerUnavailable, ConfigurationError, InvalidInput
from schemas.events import QueryAnswerEvent, QueryEvent
from schemas.events.queries import AskerEvent, OwnerEvent
from schemas.messages import Message
from schemas.settings import KafkaSettings
from services.kafka.client import KafkaError, TopicPartition, kafka_errors
from tests.unit.alerts.asking.fake_kafka import FakeClient, record

SETTINGS, SERVERS = KafkaSettings(), ["kafka.example:9092"]
QUERY = UUID(int=7)
SINCE = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeClient]:
    made = FakeClient(topics={"answers": [1, 0], "questions": [0]})

    def opened(settings: KafkaSettings, servers: Any, **options: Any) -> FakeClient:
        assert (settings, tuple(servers)) == (SETTINGS, tuple(SERVERS))
        made.options |= options
        made.opened += 1
        return made

    monkeypatch.setattr(alerts.asking.reading, "open_consumer", opened)
    monkeypatch.setattr(alerts.asking.wire, "open_producer", opened)
    monkeypatch.setattr(alerts.asking.owner, "open_admin", opened)
    monkeypatch.setattr(alerts.asking.owner, "ensure_topic", lambda *_, **__: True)
    monkeypatch.setattr(alerts.asking.reading, "check_reachable", lambda servers, timeout_seconds: None)
    monkeypatch.setattr(alerts.asking.wire, "close_producer", lambda producer, seconds: producer.close())
    yield made
    assert all(0 < seconds <= 10 for seconds in made.waits)


def reader(client: FakeClient) -> TopicReader:
    return TopicReader(SETTINGS, SERVERS)


def test_a_topic_is_read_from_its_end_or_from_a_time_on(client: FakeClient) -> None:
    places = [TopicPartition("answers", 0), TopicPartition("answers", 1)]
    assert reader(client).follow(["gone", "answers"], None) == {"answers"}
    assert (client.places, client.sought) == (places, dict.fromkeys(places, 100))
    client.at = {places[1]: 40}
    assert reader(client).follow(["answers"], SINCE) == {"answers"}
    assert client.asked_times == dict.fromkeys(places, int(SINCE.timestamp() * 1000))
    assert client.sought == {places[0]: 100, places[1]: 40}
    assert reader(client).follow(["gone"], SINCE) == set()
    # Nothing is committed, nothing is made, and what was not committed by its sender is not seen.
    assert client.options["enable_auto_commit"] is client.options["allow_auto_create_topics"] is False
    assert (client.options["isolation_level"], client.options["group_id"]) == ("read_committed", None)
    # Somebody waits for the answer, also where the topic is made only now.
    assert client.options["fetch_max_wait_ms"] < 500
    assert client.options["metadata_max_age_ms"] <= 5000


def test_a_broker_that_fails_is_said_with_what_to_do(client: FakeClient) -> None:
    client.failure = KafkaError("gone")
    with pytest.raises(BrokerUnavailable, match=r"kafka\.example:9092 does not show its topics"):
        reader(client).follow(["answers"], None)
    client.failure = kafka_errors.TopicAuthorizationFailedError("answers")
    with pytest.raises(ConfigurationError, match="ask for access"):
        reader(client).poll(1)


def test_what_came_is_given_as_it_came(client: FakeClient) -> None:
    client.comes = [[record("a", b"1"), record(None, None), record("b", b"2")]]
    found = [(one.topic, one.key, one.payload) for one in reader(client).poll(2)]
    assert found == [("answers", "a", b"1"), ("answers", "", None), ("answers", "b", b"2")]
    assert client.waits == [2.0]


def test_a_client_that_failed_is_opened_anew_where_it_was(client: FakeClient) -> None:
    opened, places = reader(client), [TopicPartition("answers", 0), TopicPartition("answers", 1)]
    opened.follow(["answers"], None)
    client.comes = [[record("a", offset=104), record("b", offset=105)]]
    assert len(opened.poll(1)) == 2
    client.sought = {}
    client.failure = KafkaError("gone")
    assert opened.poll(1) == []
    assert (client.closed, client.places, client.sought) == (1, places, {places[0]: 106, places[1]: 100})
    # And reads what it was told last to read, and nothing from before.
    for follow in (lambda: opened.follow(["questions"], None), lambda: opened.resume(["questions"], {})):
        client.failure = None
        opened.follow(["answers"], None)
        follow()
        client.failure = KafkaError("gone")
        assert opened.poll(1) == []
        assert client.places == [TopicPartition("questions", 0)]


MESSAGE = Message(QUERY, "key", b"payload", (("a", "1"),))


def test_a_message_is_sent_once_the_broker_has_it(client: FakeClient) -> None:
    sender = Sender(SETTINGS, SERVERS)
    sender.send("questions", MESSAGE)
    assert client.sent == [("questions", {"value": b"payload", "key": b"key", "headers": [("a", b"1")]})]
    assert client.options["acks"] == "all"
    assert client.options["allow_auto_create_topics"] is False
    assert client.waits == [10.0]  # it is sent once the broker says so
    for name in ("max_block_ms", "request_timeout_ms", "delivery_timeout_ms"):
        assert 1_000 <= client.options[name] <= 10_000
    assert client.options["max_request_size"] == SETTINGS.max_message_bytes + 65_536
    sender.close()
    assert client.closed == 1


@pytest.mark.parametrize(
    ("failure", "kind", "said"),
    [
        (KafkaError("gone"), BrokerUnavailable, "did not take a message for questions"),
        (kafka_errors.TopicAuthorizationFailedError("questions"), ConfigurationError, "not permitted to write"),
    ],
)
def test_a_question_that_cannot_be_sent(
    client: FakeClient, failure: Exception, kind: type[Exception], said: str
) -> None:
    client.failure = failure
    with pytest.raises(kind, match=said):
        Sender(SETTINGS, SERVERS).send("questions", MESSAGE)


def test_whoever_may_not_read_the_answers_is_told_before_asking(client: FakeClient) -> None:
    with (
        Line(SETTINGS, SERVERS, "questions", "other") as line,
        pytest.raises(ConfigurationError, match=r"shows us no topic other"),
    ):
        line.listen()
    assert client.closed == 1


def test_answers_to_others_are_passed_over_and_waiting_ends(
    client: FakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[object] = []
    monkeypatch.setattr(
        alerts.asking.reading, "check_reachable", lambda servers, timeout_seconds: looks.append(servers)
    )
    monkeypatch.setattr(alerts.asking.asker, "CHECK_SECONDS", 0.0)
    with Line(SETTINGS, SERVERS, "questions", "answers") as line:
        line.listen()
        client.comes = [[record("other")], [record(str(UUID(int=8)))]]
        began = time.monotonic()
        assert line.answer(QUERY, 0.05) is None
        assert time.monotonic() - began < 30
        assert looks
        assert line.answer(QUERY, 0.0) is None
        client.comes = [[record("other"), record(str(QUERY), b"{}")]]
        with pytest.raises(InvalidInput, match="does not fit"):
            line.answer(QUERY, 30)
        client.comes = [[record(str(QUERY), None)]]
        with pytest.raises(InvalidInput, match="as the answer is none: message does not fit"):
            line.answer(QUERY, 30)


def counter() -> Counter:
    return Counter(SETTINGS, SERVERS, ["questions"], ["answers"], timedelta(hours=1))


def test_a_counter_begins_with_the_questions_of_the_last_hour(client: FakeClient) -> None:
    before = datetime.now(UTC) - timedelta(hours=1)
    opened = counter()
    (asked,) = client.asked_times.values()
    assert (
        timedelta(0)
        <= datetime.fromtimestamp(asked / 1000, UTC) - before + timedelta(milliseconds=1)
        < timedelta(minutes=5)
    )
    assert opened.questions == {"questions"}
    opened.close()
    assert client.closed == 3  # who made the topics, who reads, who sends


def test_a_counter_without_its_topics_is_none_and_leaves_no_connection(client: FakeClient) -> None:
    del client.topics["questions"]
    with pytest.raises(BrokerUnavailable, match="does not show questions"):
        counter()
    assert client.closed == 3


def test_a_counter_that_could_not_send_does_not_read(client: FakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> FakeClient:
        raise BrokerUnavailable("kafka does not answer")

    monkeypatch.setattr(alerts.asking.wire, "open_producer", away)
    with pytest.raises(BrokerUnavailable, match="does not answer"):
        counter()
    assert client.closed == 2


def test_topics_that_cannot_be_made_are_said(client: FakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> bool:
        raise KafkaError("no controller")

    monkeypatch.setattr(alerts.asking.owner, "ensure_topic", fail)
    with pytest.raises(BrokerUnavailable, match="cannot make topics now"):
        counter()
    assert client.closed == 1


def test_a_counter_looks_whether_its_broker_is_there(client: FakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[object] = []
    monkeypatch.setattr(
        alerts.asking.reading, "check_reachable", lambda servers, timeout_seconds: looks.append(servers)
    )
    opened = counter()
    assert opened.poll(0.1) == []
    assert looks == []  # it was there a moment ago
    client.comes = [[record("a", topic="questions")]]
    assert [one.key for one in opened.poll(0.1)] == ["a"]
    assert len(looks) == 1
    monkeypatch.setattr(alerts.asking.owner, "REACH_SECONDS", 0.0)
    assert opened.poll(0.1) == []
    assert len(looks) == 2
    opened.send("answers", MESSAGE)
    assert [topic for topic, _ in client.sent] == ["answers"]


@pytest.mark.parametrize(("left_off", "begins"), [(None, 50), (49, 50), (50, 50), (77, 77), (100, 100), (101, 50)])
def test_a_topic_is_read_on_where_it_was_left_off_or_from_its_beginning(
    client: FakeClient, left_off: int | None, begins: int
) -> None:
    places = [TopicPartition("answers", 0), TopicPartition("answers", 1)]
    known = {} if left_off is None else {("answers", 0): left_off, ("other", 1): 99}
    assert reader(client).resume(["gone", "answers"], known) == {"answers"}
    assert (client.places, client.sought) == (places, {places[0]: begins, places[1]: 50})
    client.sought = {}
    assert reader(client).resume(["gone"], known) == set()
    assert (client.places, client.sought) == ([], {})
    client.failure = KafkaError("gone")
    with pytest.raises(BrokerUnavailable):
        reader(client).resume(["answers"], {})


def question() -> QueryEvent:
    return QueryEvent(
        query_id=QUERY,
        agreement_id="suffolk",
        asked_at=SINCE,
        expires_at=SINCE + timedelta(minutes=15),
        asker=AskerEvent(agency_id="suffolk-pd", name="Suffolk", ori="VA0000001", person="d.chen"),
        pattern="VNV4527",
        purpose="stolen vehicle",
        case_number="26-117",
    )


def answered(query_id: UUID = QUERY) -> QueryAnswerEvent:
    return QueryAnswerEvent(
        query_id=query_id,
        agreement_id="suffolk",
        owner=OwnerEvent(agency_id="portsmouth-pd", name="Portsmouth", ori="VA0000000"),
        answered_at=SINCE + timedelta(seconds=5),
        status="refused",
        reason="not in the scope",
    )


def test_the_answer_is_that_of_the_question_and_of_no_other(client: FakeClient) -> None:
    with Line(SETTINGS, SERVERS, "questions", "answers") as line:
        line.listen(SINCE)
        assert set(client.asked_times.values()) == {int(SINCE.timestamp() * 1000)}
        other = answered(UUID(int=8)).model_dump_json().encode()
        own = answered().model_dump_json().encode()
        client.comes = [[record(str(UUID(int=8)), other)], [record(str(QUERY), own)]]
        assert line.answer(QUERY, 30) == answered()
        client.comes = [[record(str(QUERY), other)]]
        with pytest.raises(InvalidInput, match="one to another question"):
            line.answer(QUERY, 30)
        client.comes = [[record(str(QUERY), b"{}")]]
        with pytest.raises(InvalidInput, match="none: agreement_id, answered_at, owner does not fit"):
            line.answer(QUERY, 30)
        line.ask(question())
    assert [(topic, sent["key"], sent["value"]) for topic, sent in client.sent] == [
        ("questions", str(QUERY).encode(), question().model_dump_json().encode())
    ]
    assert client.opened == client.closed == 2  # who sent, and who listened


def test_who_listens_again_does_so_on_the_same_connection(client: FakeClient) -> None:
    with Line(SETTINGS, SERVERS, "questions", "answers") as line:
        line.listen(SINCE)
        line.listen()
        assert set(client.sought.values()) == {100}
    assert client.opened == client.closed == 1


def test_questions_and_answers_say_whose_they_are_and_when() -> None:
    for message, kind, agency, at in (
        (question_message(question()), "org.platewatch.query.v1", "suffolk-pd", "2026-06-01T12:00:00Z"),
        (answer_message(answered()), "org.platewatch.query-answer.v1", "portsmouth-pd", "2026-06-01T12:00:05Z"),
    ):
        headers = dict(message.headers)
        assert (message.message_id, message.key) == (QUERY, str(QUERY))
        assert (headers["ce_id"], headers["ce_type"], headers["ce_source"], headers["ce_time"]) == (
            str(QUERY),
            kind,
            f"urn:platewatch:agency:{agency}",
            at,
        )


def test_a_member_s_topics_keep_what_lies_there_for_two_hours(
    client: FakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[str, float, int]] = []

    def ensure(admin: object, topic: str, *, retention_days: float, partitions: int, settings: object) -> bool:
        assert (admin, settings) == (client, SETTINGS)
        made.append((topic, retention_days * 24, partitions))
        return True

    monkeypatch.setattr(alerts.asking.owner, "ensure_topic", ensure)
    counter().close()
    assert made == [("answers", 2.0, 1), ("questions", 2.0, 1)]
