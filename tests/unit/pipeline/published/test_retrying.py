"""Quarantined messages of the reads topic that a person wants tried again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipeline.published import retrying
from pipeline.published.retrying import Retries
from schemas.arrivals import Arrival, HandedOver, Pictures
from schemas.errors import InvalidInput
from schemas.settings import KafkaSettings, Settings
from tests.unit.matcher.samples import read

LOOK_SECONDS = 5.0
MOST_AT_ONCE = 200

TOPIC = "reads-of-all"
SETTINGS = Settings(agency_id="pd", kafka=KafkaSettings(reads_topic=TOPIC, max_message_bytes=70_000))


@dataclass
class Kept:
    """Stands where the quarantine is: whose messages there are, by number, and what became of them."""

    sources: dict[int, str] = field(default_factory=dict)
    failed: list[tuple[int, str]] = field(default_factory=list)
    asked: list[tuple[int, int]] = field(default_factory=list)
    now: float = 100.0

    def to_retry(self, after: int, limit: int) -> list[Any]:
        self.asked.append((after, limit))
        numbers = [number for number in sorted(self.sources) if number > after][:limit]
        return [
            SimpleNamespace(message_number=number, source_id=self.sources[number], body=memoryview(b"%d" % number))
            for number in numbers
        ]

    def failed_again(self, number: int, reason: str) -> None:
        self.failed.append((number, reason))
        del self.sources[number]

    def remove(self, number: int) -> None:
        del self.sources[number]


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Kept:
    one = Kept()
    monkeypatch.setattr(retrying, "Quarantine", lambda _: one)
    monkeypatch.setattr(retrying, "time", SimpleNamespace(monotonic=lambda: one.now))

    def published(body: bytes, *, agency_id: str, max_bytes: int, now: datetime) -> bytes:
        assert (type(body), agency_id, max_bytes) == (bytes, "pd", 70_000)
        assert abs((datetime.now(UTC) - now).total_seconds()) < 60
        if body.endswith(b"9"):
            raise InvalidInput(f"{body.decode()} is still no read")
        return body

    def arrival_of(understood: Any, receipt: Any) -> Arrival:
        return Arrival(read(f"ABC{understood().decode()}"), Pictures(), receipt)

    monkeypatch.setattr(retrying, "published_read", published)
    monkeypatch.setattr(retrying, "arrival_of", arrival_of)
    return one


def plates(work: Iterator[Arrival | HandedOver]) -> list[str]:
    return [one.read.plate for one in work if isinstance(one, Arrival)]


def test_each_is_tried_once_and_goes_when_it_is_stored_or_gets_its_reason_anew(kept: Kept) -> None:
    kept.sources = {7: TOPIC, 8: "another", 9: TOPIC, 11: TOPIC}
    retries = Retries(SETTINGS, cast(Any, None))
    first, its, second, whose = retries.due()
    assert isinstance(first, Arrival)
    assert isinstance(second, Arrival)
    assert (its, whose) == (HandedOver(first.receipt), HandedOver(second.receipt))
    assert (first.read.plate, second.read.plate) == ("ABC7", "ABC11")
    assert kept.failed == [(9, "9 is still no read")]
    # The others stand there until they are stored, and are not taken twice meanwhile.
    kept.now += LOOK_SECONDS
    kept.sources[12] = TOPIC
    assert plates(retries.due()) == ["ABC12"]
    first.receipt.acknowledge(None)
    assert sorted(kept.sources) == [8, 11, 12]
    # One that a person asks for again after that is tried again.
    kept.now += LOOK_SECONDS
    assert plates(retries.due()) == []
    kept.sources[7] = TOPIC
    kept.now += LOOK_SECONDS
    assert plates(retries.due()) == ["ABC7"]


def test_it_looks_now_and_then(kept: Kept) -> None:
    kept.sources = {7: TOPIC}
    retries = Retries(SETTINGS, cast(Any, None))
    assert plates(retries.due()) == ["ABC7"]
    kept.now += LOOK_SECONDS - 0.1
    assert plates(retries.due()) == []
    assert kept.asked == [(0, MOST_AT_ONCE)]
    kept.now += 0.1
    assert plates(retries.due()) == []
    assert kept.asked == [(0, MOST_AT_ONCE)] * 2


@pytest.mark.parametrize("others", [MOST_AT_ONCE - 1, MOST_AT_ONCE, 3 * MOST_AT_ONCE])
def test_many_of_other_sources_that_nobody_takes_keep_none_waiting(kept: Kept, others: int) -> None:
    kept.sources = dict.fromkeys(range(1, others + 1), "camera-that-was") | {5000: TOPIC, 5001: TOPIC}
    assert plates(Retries(SETTINGS, cast(Any, None)).due()) == ["ABC5000", "ABC5001"]
    assert set(kept.sources.values()) == {"camera-that-was", TOPIC}


def test_not_too_many_are_under_way_at_once(kept: Kept) -> None:
    kept.sources = {10 * number: TOPIC for number in range(1, 2 * MOST_AT_ONCE)} | {1: "another"}
    retries = Retries(SETTINGS, cast(Any, None))
    work = [one for one in retries.due() if isinstance(one, Arrival)]
    assert [one.read.plate for one in work] == [f"ABC{10 * number}" for number in range(1, MOST_AT_ONCE + 1)]
    for one in work:
        one.receipt.acknowledge(None)
    kept.now += LOOK_SECONDS
    assert plates(retries.due()) == [f"ABC{10 * number}" for number in range(MOST_AT_ONCE + 1, 2 * MOST_AT_ONCE)]
