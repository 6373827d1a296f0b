"""An agreement's topic of hotlists, read from where it was left off: without a broker, one that does as a test says."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from alerts.shared_lists import ListMessage, ListTopic, NotPermitted
from schemas.errors import BrokerUnavailable
from schemas.settings import KafkaSettings
from services.kafka.client import KafkaError, TopicPartition, kafka_errors

SETTINGS, SERVERS = KafkaSettings(), ["kafka:9092"]


class Client:
    """A consumer over two partitions, which hold what lies between their beginnings and ends."""

    def __init__(self) -> None:
        self.partitions: set[int] | None = {1, 0}
        self.starts, self.ends = {0: 5, 1: 0}, {0: 8, 1: 2}
        self.at: dict[int, int] = {}
        self.places: set[TopicPartition] = set()
        self.failure: Exception | None = None
        self.closed = 0
        self.sought: list[tuple[int, int]] = []
        self.empty_polls = 0
        """So many polls bring nothing before the others do."""
        self.clock = 1000.0
        self.seconds_per_poll = 0.0

    def monotonic(self) -> float:
        return self.clock

    def partitions_for_topic(self, topic: str) -> set[int] | None:
        assert topic == "lists"
        return self.partitions

    def assignment(self) -> set[TopicPartition]:
        return self.places

    def assign(self, places: list[TopicPartition]) -> None:
        self.places = set(places)
        self.at = {place.partition: -1 for place in places}

    def beginning_offsets(self, places: list[TopicPartition], *, timeout_ms: float) -> dict[TopicPartition, int]:
        assert timeout_ms == 5000
        return {place: self.starts[place.partition] for place in places}

    def end_offsets(self, places: list[TopicPartition], *, timeout_ms: float) -> dict[TopicPartition, int]:
        assert timeout_ms == 5000
        return {place: self.ends[place.partition] for place in places}

    def position(self, place: TopicPartition) -> int:
        return self.at[place.partition]

    def seek(self, place: TopicPartition, offset: int) -> None:
        self.sought.append((place.partition, offset))
        self.at[place.partition] = offset

    def poll(self, *, timeout_ms: float, max_records: int) -> dict[TopicPartition, list[Any]]:
        assert (timeout_ms, max_records) == (200, 20)
        if self.failure is not None:
            raise self.failure
        self.clock += self.seconds_per_poll
        if self.empty_polls:
            self.empty_polls -= 1
            return {}
        for number in sorted(self.at):
            begin = self.at[number]
            if begin < self.ends[number]:
                self.at[number] = min(begin + 2, self.ends[number])
                headers = (("ce_id", b"1"), ("none", None))
                return {
                    TopicPartition("lists", number): [
                        SimpleNamespace(partition=number, offset=offset, headers=headers, value=b"part")
                        for offset in range(begin, self.at[number])
                    ]
                }
        return {}


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    made = Client()

    def opened(settings: KafkaSettings, servers: Any, **options: Any) -> Client:
        assert (settings, list(servers)) == (SETTINGS, SERVERS)
        assert options == {
            # Each installation remembers by itself how far it read.
            **{"group_id": None, "enable_auto_commit": False, "auto_offset_reset": "earliest"},
            **{"isolation_level": "read_committed", "allow_auto_create_topics": False},
            **{"metadata_max_age_ms": 5000, "fetch_max_wait_ms": 100},
        }
        return made

    def close(consumer: Client, seconds: float) -> None:
        assert seconds == 2.0
        consumer.closed += 1
        consumer.places = set()

    monkeypatch.setattr("alerts.shared_lists.open_consumer", opened)
    monkeypatch.setattr("alerts.shared_lists.close_consumer", close)
    monkeypatch.setattr("alerts.shared_lists.forbidden_topics", lambda consumer: getattr(consumer, "forbidden", set()))
    monkeypatch.setattr("alerts.shared_lists.check_reachable", lambda servers, timeout_seconds: None)
    monkeypatch.setattr("alerts.shared_lists.time", made)
    return made


def offsets_of(topic: ListTopic, known: Mapping[int, int], seconds: float = 600) -> list[tuple[int, int]]:
    return [(one.partition, one.offset) for some in topic.news(known, seconds) for one in some]


@pytest.mark.parametrize(
    ("known", "read"),
    [
        ({}, [(0, 5), (0, 6), (0, 7), (1, 0), (1, 1)]),
        ({0: 6, 1: 1}, [(0, 6), (0, 7), (1, 1)]),
        ({0: 8, 1: 2}, []),
        # What the topic does not have any more, or not yet: it was made anew.
        ({0: 4, 1: 2}, [(0, 5), (0, 6), (0, 7)]),
        ({0: 9, 1: 2}, [(0, 5), (0, 6), (0, 7)]),
        ({0: 5, 1: 0}, [(0, 5), (0, 6), (0, 7), (1, 0), (1, 1)]),
    ],
)
def test_what_was_not_read_is_given_in_its_order(
    client: Client, known: dict[int, int], read: list[tuple[int, int]]
) -> None:
    topic = ListTopic(SETTINGS, SERVERS, "lists")
    assert offsets_of(topic, known) == read
    assert client.closed == 0
    # The next look goes on with the same connection, and seeks only where it has to.
    client.ends[1] = 3
    client.sought = []
    assert offsets_of(topic, {0: 8, 1: 2}) == [(1, 2)]
    assert (client.sought, client.closed) == ([], 0)
    assert not topic.is_read({0: 8, 1: 2})
    assert topic.is_read({0: 8, 1: 3})
    assert not topic.is_read({0: 8})


def test_a_message_is_given_whole(client: Client) -> None:
    topic = ListTopic(SETTINGS, SERVERS, "lists")
    assert next(topic.news({}, 600)) == [ListMessage(0, offset, {"ce_id": "1"}, b"part") for offset in (5, 6)]


def test_nothing_is_read_where_there_is_no_topic_yet(client: Client) -> None:
    client.partitions = None
    topic = ListTopic(SETTINGS, SERVERS, "lists")
    assert offsets_of(topic, {}) == []
    assert topic.is_read({})
    # One that was read before is there still, and is not shown to us any more.
    with pytest.raises(NotPermitted, match=r"topic lists: .*does not show it any more.*ask the agency"):
        offsets_of(topic, {0: 7})


def test_who_may_not_read_is_told_so_and_a_broker_that_fails_is_asked_anew(client: Client) -> None:
    topic = ListTopic(SETTINGS, SERVERS, "lists")
    client.failure = kafka_errors.TopicAuthorizationFailedError("lists")
    with pytest.raises(NotPermitted, match="not permitted to read"):
        offsets_of(topic, {})
    client.failure = KafkaError("gone")
    with pytest.raises(BrokerUnavailable, match="kafka at kafka:9092 cannot be read now"):
        offsets_of(topic, {})
    assert client.closed == 2
    # An agreement may have ended: how far it was read before says nothing.
    client.failure = None
    client.forbidden = {"lists"}  # type: ignore[attr-defined]
    with pytest.raises(NotPermitted, match="does not let this user see it"):
        offsets_of(topic, {})


def test_a_look_ends_in_its_time_and_one_that_brought_nothing_connects_anew(client: Client) -> None:
    topic = ListTopic(SETTINGS, SERVERS, "lists")
    client.seconds_per_poll = 1.0
    assert offsets_of(topic, {}, 2) == [(0, 5), (0, 6), (0, 7)]
    assert client.closed == 0, "it brought something"
    assert topic.is_read({0: 8, 1: 2})
    assert not topic.is_read({0: 7, 1: 2})
    assert not topic.is_read({0: 8})
    assert offsets_of(topic, {}, 0) == []
    assert client.closed == 1
    assert not topic.is_read({})
    topic.close()
    assert client.closed == 1
    assert len(offsets_of(topic, {})) == 5
    topic.close()
    assert client.closed == 2


def test_a_broker_that_went_away_during_a_look_is_said_unless_a_proxy_stands_before_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    proxied = SETTINGS.model_copy(update={"options": {"proxy_url": "socks5://proxy:1080"}})

    def check(servers: Any, timeout_seconds: float) -> None:
        asked.append(list(servers))
        assert timeout_seconds == 1.0
        if len(asked) == 2:
            raise BrokerUnavailable("kafka at kafka:9092 does not answer")

    monkeypatch.setattr("alerts.shared_lists.check_reachable", check)
    client.empty_polls = 1
    assert len(offsets_of(ListTopic(SETTINGS, SERVERS, "lists"), {})) == 5
    client.empty_polls = 1
    with pytest.raises(BrokerUnavailable, match="does not answer"):
        offsets_of(ListTopic(SETTINGS, SERVERS, "lists"), {})
    assert asked == [SERVERS] * 2
    monkeypatch.setattr("alerts.shared_lists.open_consumer", lambda *_, **__: client)
    client.empty_polls = 1
    assert len(offsets_of(ListTopic(proxied, SERVERS, "lists"), {})) == 5
    assert len(asked) == 2
