"""When a consumer is given up, so that another one is opened: what stands still, and what has no partitions."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from schemas.errors import BrokerUnavailable
from services.kafka import polling
from services.kafka.client import MemberState, kafka_errors
from services.kafka.polling import ConsumerLost, Patience, Poller


class Partition(NamedTuple):
    topic: str
    partition: int


ZERO, ONE = Partition("reads", 0), Partition("reads", 1)


class Consumer:
    """kafka's consumer as the poller asks it, and the clock that both go by."""

    def __init__(
        self, group: str | None = "matchers", state: Any = MemberState.STABLE, assigned: Any = (ZERO,)
    ) -> None:
        self.now, self.group, self.state = 0.0, group, state
        self.assigned, self.places = set(assigned), dict.fromkeys((ZERO, ONE), 4)
        self.ends = dict.fromkeys((ZERO, ONE), 9)
        self.next: dict[Any, list[Any]] | Exception = {}
        self.knows_ends = True

    def monotonic(self) -> float:
        return self.now

    def poll(self, timeout_ms: int, max_records: int) -> dict[Any, list[Any]]:
        self.asked = (timeout_ms, max_records)
        if isinstance(self.next, Exception):
            raise self.next
        return self.next

    def group_metadata(self) -> Any:
        return SimpleNamespace(group_id=self.group, state=self.state)

    def assignment(self) -> set[Partition]:
        return self.assigned

    def paused(self) -> set[Partition]:
        return set()

    def end_offsets(self, partitions: list[Partition], timeout_ms: int) -> dict[Partition, int]:
        if not self.knows_ends:
            raise kafka_errors.KafkaTimeoutError
        return {one: self.ends[one] for one in partitions}

    def position(self, partition: Partition, timeout_ms: int) -> int:
        return self.places[partition]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Consumer, Poller]]:
    def opened(patience: Patience | None = None, **parts: Any) -> tuple[Consumer, Poller]:
        consumer = Consumer(**parts)
        monkeypatch.setattr(polling, "time", consumer)
        return consumer, Poller(consumer, patience)

    return opened


def lasts(consumer: Consumer, poller: Poller, most: int = 1000) -> int | None:
    """Return after how many seconds the consumer is given up that is polled once in each; None: it is not."""
    begun = consumer.now
    for second in range(most):
        consumer.now = begun + second
        try:
            poller.poll(0.25, 100)
        except ConsumerLost:
            return second
    return None


def test_a_poll_asks_for_as_much_and_for_as_long_as_is_said(opened: Callable[..., Any]) -> None:
    consumer, poller = opened()
    consumer.next = {ZERO: ["one"]}
    assert poller.poll(0.25, 100) == {ZERO: ["one"]}
    assert consumer.asked == (250, 100)
    poller.poll(0.0, 1)
    assert consumer.asked == (1, 1)


@pytest.mark.parametrize(("batches", "seconds"), [({}, 30), ({ONE: ["one"]}, 70)])
def test_a_partition_that_gives_nothing_is_given_up_the_sooner_where_nothing_else_comes(
    batches: Any, seconds: int, opened: Callable[..., Any]
) -> None:
    # Looked at every ten seconds, from the tenth on: for 20 s, or 60 s where others give.
    consumer, poller = opened(assigned=(ZERO, ONE))
    consumer.next, consumer.places[ONE] = batches, consumer.ends[ONE]
    assert lasts(consumer, poller) == seconds


def test_a_consumer_that_has_read_all_or_reads_on_is_kept(opened: Callable[..., Any]) -> None:
    consumer, poller = opened()
    consumer.places[ZERO] = consumer.ends[ZERO]
    assert lasts(consumer, poller) is None
    consumer.ends[ZERO] = 10_000
    for _ in range(50):
        consumer.places[ZERO] += 1
        assert lasts(consumer, poller, 10) is None


@pytest.mark.parametrize(("state", "seconds"), [(MemberState.REBALANCING, 30), (MemberState.STABLE, None)])
def test_a_member_that_does_not_get_back_into_its_group_is_given_up_after_half_a_minute(
    state: Any, seconds: int | None, opened: Callable[..., Any]
) -> None:
    for group in ("matchers", None):
        consumer, poller = opened(group=group, state=state)
        consumer.places = consumer.ends
        assert lasts(consumer, poller) == (None if group is None else seconds)


def test_a_member_without_partitions_joins_anew_after_8_s_and_twice_as_long_each_time_to_five_minutes(
    opened: Callable[..., Any],
) -> None:
    patience, waited = Patience(), []
    for _ in range(8):
        consumer, poller = opened(patience, assigned=())
        waited.append(lasts(consumer, poller))
    assert waited == [9, 17, 33, 65, 129, 257, 301, 301]
    consumer, poller = opened(patience)
    poller.poll(0.25, 100)
    consumer.assigned = set()
    assert lasts(consumer, poller) == 9


def test_where_it_is_not_known_how_far_partitions_go_the_consumer_is_given_up(opened: Callable[..., Any]) -> None:
    consumer, poller = opened()
    consumer.knows_ends = False
    assert lasts(consumer, poller) == 30


def test_a_client_that_fails_is_lost_and_a_user_without_the_right_is_told(opened: Callable[..., Any]) -> None:
    consumer, poller = opened()
    consumer.next = KeyError("some fault of its own")
    with pytest.raises(ConsumerLost, match="KeyError"):
        poller.poll(0.25, 100)
    assert issubclass(ConsumerLost, BrokerUnavailable)
    consumer.next = kafka_errors.TopicAuthorizationFailedError()
    with pytest.raises(kafka_errors.TopicAuthorizationFailedError):
        poller.poll(0.25, 100)
