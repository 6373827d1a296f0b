"""A change of the lists leaves room for reads that are matched meanwhile, and comes to its end all the same."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import UUID

import pytest

from matcher.arrays import pace
from matcher.index import HotlistIndex
from schemas.types import Category, HotlistEntry
from tests.unit.matcher.samples import filler

Pauses = list[float]


@pytest.fixture
def index() -> HotlistIndex:
    return HotlistIndex.build(filler(3000), {})


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> Pauses:
    """The pauses that are made, each of which takes no time, after work that seems to have taken long."""
    made: Pauses = []
    monkeypatch.setattr(pace, "WORK_SECONDS", 0.0)
    monkeypatch.setattr(time, "sleep", made.append)
    return made


@pytest.fixture
def reads_go_on(monkeypatch: pytest.MonkeyPatch, pauses: Pauses) -> Callable[[], None]:
    def start() -> None:
        def sleep(seconds: float) -> None:
            pauses.append(seconds)
            pace.SEARCHES.begun += 1

        monkeypatch.setattr(time, "sleep", sleep)

    return start


def _entries(count: int) -> list[HotlistEntry]:
    return [
        HotlistEntry(UUID(int=number << 64 | number), "more", f"ABC{number:04d}", Category.WATCH)
        for number in range(5000, 5000 + count)
    ]


def _long(pauses: Pauses) -> Pauses:
    return [seconds for seconds in pauses if seconds > pace.SHORT_PAUSE_SECONDS]


def test_a_change_makes_short_pauses_while_no_reads_are_matched(index: HotlistIndex, pauses: Pauses) -> None:
    assert len(index.with_changes(_entries(1000), [UUID(int=1)])) == 3999
    assert len(pauses) > 10
    assert _long(pauses) == []


def test_a_change_makes_long_pauses_beside_reads_and_comes_to_its_end(
    index: HotlistIndex, pauses: Pauses, reads_go_on: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    reads_go_on()
    monkeypatch.setattr(pace, "LONGEST_PAUSES_SECONDS", 5 * pace.LONG_PAUSE_SECONDS)
    changed = index.with_changes(_entries(1000), [UUID(int=1)])
    assert 3 <= len(_long(pauses)) <= 5
    assert len(changed) == 3999
    assert UUID(int=5077 << 64 | 5077) in changed


def test_what_goes_does_not_wait_for_reads(
    index: HotlistIndex, pauses: Pauses, reads_go_on: Callable[[], None]
) -> None:
    reads_go_on()
    assert len(index.with_changes((), [UUID(int=number) for number in range(1, 2001)])) == 1000
    assert pauses
    assert _long(pauses) == []


def test_building_makes_no_pauses(pauses: Pauses) -> None:
    HotlistIndex.build(filler(3000), {})
    assert pauses == []
