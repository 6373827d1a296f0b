"""Where members say what became of alerts: their topics are made, read on where they were left off, and watched."""

from __future__ import annotations

from typing import Any

import pytest

import alerts.asking.reading
import alerts.returning.owner
from alerts.asking.reading import Posted
from alerts.returning.owner import Letterbox
from schemas.errors import BrokerUnavailable
from schemas.settings import KafkaSettings
from services.kafka.client import KafkaError, TopicPartition
from tests.unit.alerts.asking.fake_kafka import FakeClient, record

SETTINGS, SERVERS = KafkaSettings(), ["one:9092", "two:9092"]
DAYS = {"dispositions.b": 7.0, "dispositions.a": 21.0}


class Watched(FakeClient):
    """A broker, how its topics were made, when it was looked for, and a clock that stands until it is set."""

    def __init__(self) -> None:
        super().__init__(topics={topic: [0] for topic in DAYS})
        self.made: list[tuple[str, dict[str, Any]]] = []
        self.looks: list[float] = []
        self.clock = 1000.0
        self.refusal: Exception | None = None

    def monotonic(self) -> float:
        return self.clock

    def ensure(self, admin: object, topic: str, **how: Any) -> bool:
        assert admin is self
        if self.refusal is not None:
            raise self.refusal
        self.made.append((topic, how))
        return True

    def look(self, servers: Any, timeout_seconds: float) -> None:
        assert list(servers) == SERVERS
        self.looks.append(self.clock)


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Watched:
    made = Watched()

    def opened(settings: KafkaSettings, servers: Any, **_: Any) -> Watched:
        assert (settings, list(servers)) == (SETTINGS, SERVERS)
        return made

    monkeypatch.setattr(alerts.asking.reading, "open_consumer", opened)
    monkeypatch.setattr(alerts.asking.reading, "check_reachable", made.look)
    monkeypatch.setattr(alerts.returning.owner, "open_admin", opened)
    monkeypatch.setattr(alerts.returning.owner, "ensure_topic", made.ensure)
    monkeypatch.setattr(alerts.returning.owner, "time", made)
    return made


def test_each_member_s_topic_is_made_with_its_own_days_and_read_on_where_it_was_left_off(broker: Watched) -> None:
    box = Letterbox(SETTINGS, SERVERS, DAYS, {("dispositions.a", 0): 77, ("dispositions.c", 0): 60})
    assert broker.made == [
        (topic, {"retention_days": days, "partitions": 1, "settings": SETTINGS})
        for topic, days in (("dispositions.a", 21.0), ("dispositions.b", 7.0))
    ]
    assert broker.sought == {TopicPartition("dispositions.a", 0): 77, TopicPartition("dispositions.b", 0): 50}
    assert box.topics == DAYS
    assert broker.closed == 1  # who made the topics
    broker.comes = [[record("alert", b"said", "dispositions.a", 78)]]
    assert box.poll(2) == [Posted("dispositions.a", "alert", b"said", 0, 78)]
    box.close()
    assert broker.closed == 2


def test_the_broker_is_looked_for_when_something_came_and_every_few_seconds(broker: Watched) -> None:
    box = Letterbox(SETTINGS, SERVERS, DAYS, {})
    for seconds, comes in ((4.9, False), (5.0, False), (6.0, True), (10.9, False), (11.0, False)):
        broker.clock = 1000.0 + seconds
        broker.comes = [[record("alert", topic="dispositions.a")]] if comes else []
        assert len(box.poll(0.1)) == comes
    assert broker.looks == [1005.0, 1006.0, 1011.0]


def test_topics_that_are_not_shown_or_cannot_be_made_are_said_and_no_connection_stays(broker: Watched) -> None:
    broker.topics = {}
    with pytest.raises(BrokerUnavailable, match=r"kafka does not show dispositions\.a, dispositions\.b; see that"):
        Letterbox(SETTINGS, SERVERS, DAYS, {})
    assert broker.closed == 2
    broker.refusal = KafkaError("no controller")
    with pytest.raises(
        BrokerUnavailable, match=r"kafka at one:9092, two:9092 cannot make topics now \(.*no controller"
    ):
        Letterbox(SETTINGS, SERVERS, DAYS, {})
    assert broker.closed == 3
