"""What a member of a group asks of kafka's client: it commits what is done and is its own, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from ingest.topics import consumer as module
from ingest.topics.consumer import TopicConsumer, messages_of
from schemas.errors import BrokerUnavailable, ConfigurationError
from schemas.settings import KafkaSettings
from services.kafka.client import KafkaError, OffsetAndMetadata, kafka_errors
from services.kafka.polling import ConsumerLost


class Partition(NamedTuple):
    topic: str
    partition: int


ZERO, ONE = Partition("reads", 0), Partition("reads", 1)


def records(*offsets: int, epoch: int | None = 7) -> list[Any]:
    return [SimpleNamespace(offset=offset, leader_epoch=epoch) for offset in offsets]


class Client:
    """kafka's client, and its poller: what is asked of it is noted."""

    def __init__(self) -> None:
        self.assigned = {ZERO, ONE}
        self.held: set[Partition] = set()
        self.ends = {ZERO: 10, ONE: 20}
        self.stored: dict[Partition, int | None] = {ZERO: 4, ONE: None}
        self.next: list[dict[Partition, list[Any]] | Exception] = []
        self.told: list[Any] = []
        self.fails = False
        self.listener: Any = None

    def subscribe(self, topics: list[str], listener: Any) -> None:
        self.listener = listener
        self.told.append(("subscribe", topics))

    def assignment(self) -> set[Partition]:
        return self.assigned

    def paused(self) -> set[Partition]:
        return self.held

    def pause(self, *partitions: Partition) -> None:
        self.held |= set(partitions)

    def resume(self, *partitions: Partition) -> None:
        self.held -= set(partitions)

    def commit(self, offsets: dict[Partition, OffsetAndMetadata], timeout_ms: int) -> None:
        if self.fails:
            raise KafkaError
        self.told.append({one: (place.offset, place.leader_epoch) for one, place in offsets.items()})

    def end_offsets(self, partitions: list[Partition], timeout_ms: int) -> dict[Partition, int]:
        if self.fails:
            raise KafkaError
        return {one: self.ends[one] for one in partitions}

    def committed(self, partition: Partition, timeout_ms: int) -> int | None:
        self.told.append(("committed", partition))
        return self.stored[partition]

    def poll(self, seconds: float, most: int) -> dict[Partition, list[Any]]:
        found = self.next.pop(0) if self.next else {}
        if isinstance(found, Exception):
            raise found
        return found


class Clock:
    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> list[Client]:
    opened: list[Client] = []

    def opening(settings: KafkaSettings, servers: Any, **options: Any) -> Client:
        assert (options["group_id"], options["enable_auto_commit"]) == ("matchers", False)
        assert (options["auto_offset_reset"], options["isolation_level"]) == ("earliest", "read_committed")
        assert options["allow_auto_create_topics"] is False
        opened.append(Client())
        return opened[-1]

    monkeypatch.setattr(module, "open_consumer", opening)
    monkeypatch.setattr(module, "Poller", lambda client, patience: client)
    monkeypatch.setattr(module, "close_consumer", lambda client, seconds: client.told.append("closed"))
    return opened


@pytest.fixture
def member() -> TopicConsumer:
    return TopicConsumer(KafkaSettings(bootstrap_servers=("a:1", "b:2")), topic="reads", group="matchers")


def taking(member: TopicConsumer, clients: list[Client], **batches: list[Any]) -> list[Any]:
    """Open the client if there is none, let these come, and return the receipts."""
    if not clients or "closed" in clients[-1].told:
        member.take(0, hold=False)
    clients[-1].next.append({{"zero": ZERO, "one": ONE}[name]: one for name, one in batches.items()})
    return [span for span, _ in member.take(0, hold=False)]


@pytest.fixture(autouse=True)
def reached(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    asked: list[Any] = []
    monkeypatch.setattr(module, "check_reachable", lambda servers, timeout_seconds: asked.append(servers))
    return asked


def commits(client: Client) -> list[Any]:
    return [one for one in client.told if isinstance(one, dict)]


def test_what_comes_is_taken_by_partition_and_committed_when_it_is_done(
    member: TopicConsumer, clients: list[Client], clock: Clock
) -> None:
    zero, one = taking(member, clients, zero=records(4, 5), one=records(0, 3, epoch=None))
    (client,) = clients
    assert client.told == [("subscribe", ["reads"])]
    assert [(span.partition, span.end, span.leader_epoch, len(span.messages)) for span in (zero, one)] == [
        (ZERO, 6, 7, 2),
        (ONE, 4, None, 2),
    ]
    assert [message.offset for message in messages_of([zero, one])] == [4, 5, 0, 3]
    (later,) = taking(member, clients, zero=records(6))
    assert commits(client) == []
    # Nothing is committed before what came earlier is done.
    later.acknowledge(None)
    one.acknowledge("refused")
    member.commit()
    assert commits(client) == [{ONE: (4, -1)}]
    zero.acknowledge(None)
    member.commit()
    assert len(commits(client)) == 1, "half a second has not passed"
    clock.now += 0.49
    member.take(0, hold=False)
    assert len(commits(client)) == 1
    clock.now += 0.01
    member.take(0, hold=False)
    assert commits(client)[1:] == [{ZERO: (7, 7)}]
    clock.now += 10
    member.commit()
    assert len(commits(client)) == 2, "what is committed is not committed again"


def test_what_another_member_has_now_is_not_committed(member: TopicConsumer, clients: list[Client]) -> None:
    zero, one = taking(member, clients, zero=records(4), one=records(0))
    for span in (zero, one):
        span.acknowledge(None)
    clients[0].assigned = {ONE}
    member.commit(at_once=True)
    assert commits(clients[0]) == [{ONE: (1, 7)}]
    (one,) = taking(member, clients, one=records(1))
    clients[0].listener.on_partitions_lost([ONE])
    one.acknowledge(None)
    member.commit(at_once=True)
    assert len(commits(clients[0])) == 1
    (zero,) = taking(member, clients, zero=records(5))
    zero.acknowledge(None)
    clients[0].assigned = set()
    member.commit(at_once=True)
    assert len(commits(clients[0])) == 1


def test_a_commit_that_fails_is_made_again(member: TopicConsumer, clients: list[Client], clock: Clock) -> None:
    (zero,) = taking(member, clients, zero=records(4))
    zero.acknowledge(None)
    clients[0].fails = True
    member.commit(at_once=True)
    clients[0].fails = False
    assert commits(clients[0]) == []
    clock.now += 0.5
    member.commit()
    assert commits(clients[0]) == [{ZERO: (5, 7)}]


def test_how_much_is_not_done(member: TopicConsumer, clients: list[Client], clock: Clock) -> None:
    assert member.lag() is None
    (zero,) = taking(member, clients, zero=records(4, 5))
    # Of the one partition four are done, of the other none was ever.
    assert member.lag() == 6 + 20
    assert member.lag() is None, "it is not asked all the time"
    zero.acknowledge(None)
    member.commit(at_once=True)
    clock.now += 1.99
    assert member.lag() is None
    clock.now += 0.01
    assert member.lag() == 4 + 20
    assert clients[0].told.count(("committed", ZERO)) == 1, "what was committed here is known"
    clock.now += 2
    clients[0].fails = True
    assert member.lag() is None
    clients[0].fails = False
    clock.now += 2
    clients[0].ends[ZERO] = 3  # a topic that was made anew
    assert member.lag() == 20
    clock.now += 2
    clients[0].listener.on_partitions_revoked([ZERO])
    clients[0].stored[ZERO] = 1
    assert member.lag() == 2 + 20, "of a partition that comes back it is asked anew"
    clock.now += 2
    clients[0].assigned = set()
    assert member.lag() == 0


def test_held_it_stays_a_member_and_takes_nothing(member: TopicConsumer, clients: list[Client]) -> None:
    member.take(0, hold=True)
    (client,) = clients
    assert client.held == {ZERO, ONE}
    two = Partition("reads", 2)
    client.assigned = {ZERO, ONE, two}
    member.take(0, hold=True)
    assert client.held == {ZERO, ONE, two}, "what came meanwhile is held, too"
    member.take(0, hold=False)
    assert client.held == set()
    client.held = {ZERO}
    member.take(0, hold=False)
    assert client.held == {ZERO}, "what it did not hold it does not let go"


def test_a_client_that_is_lost_is_opened_anew(member: TopicConsumer, clients: list[Client]) -> None:
    (zero,) = taking(member, clients, zero=records(4))
    zero.acknowledge(None)
    clients[0].next.append(ConsumerLost("lost"))
    assert member.take(0, hold=True) == []
    assert clients[0].told[1:] == [{ZERO: (5, 7)}, "closed"]
    assert member.partitions == frozenset()
    (first,) = taking(member, clients, zero=records(5))
    assert first.end == 6
    assert len(clients) == 2
    assert member.partitions == frozenset({0, 1})
    (zero,) = taking(member, clients, zero=records(6))
    for span in (first, zero):
        span.acknowledge(None)
    member.close()
    assert clients[1].told[1:] == [{ZERO: (7, 7)}, "closed"], "however short ago it committed"
    member.close()
    assert clients[1].told.count("closed") == 1


def test_where_nobody_may_read_a_person_has_to_permit_it(member: TopicConsumer, clients: list[Client]) -> None:
    member.take(0, hold=False)
    clients[0].next.append(kafka_errors.TopicAuthorizationFailedError("reads"))
    with pytest.raises(ConfigurationError, match=r"topic reads, group matchers: not permitted to read"):
        member.take(0, hold=False)


@pytest.mark.parametrize(("options", "is_asked"), [({}, True), ({"socks5_proxy": "socks5://p:1"}, False)])
def test_where_nothing_comes_it_is_looked_whether_the_broker_is_there(
    options: dict[str, Any],
    is_asked: bool,
    clients: list[Client],
    clock: Clock,
    reached: list[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = KafkaSettings(bootstrap_servers=("a:1", "b:2"), options=options)
    member = TopicConsumer(settings, topic="reads", group="matchers")
    assert member.where == "a:1, b:2"
    for passed, count in ((0, 1), (1.99, 1), (0.01, 2)):
        clock.now += passed
        member.take(0, hold=False)
        assert len(reached) == (count if is_asked else 0)
    clock.now += 2
    taking(member, clients, zero=records(4))
    assert len(reached) == (2 if is_asked else 0), "something came"

    def away(*_: Any, **__: Any) -> Callable[[], None]:
        raise BrokerUnavailable("kafka is away")

    monkeypatch.setattr(module, "check_reachable", away)
    if is_asked:
        with pytest.raises(BrokerUnavailable):
            member.take(0, hold=False)
