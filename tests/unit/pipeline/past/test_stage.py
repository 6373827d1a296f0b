"""How far a list's new entries are matched with stored reads, in which parts, and after which wait."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest

from pipeline.past import stage as module
from pipeline.past.stage import PastStage
from schemas.settings import MatchingSettings, Settings
from storage.reads.past import ActiveList, ListProgress

CLOCK_SECONDS = 60.0
POLL_SECONDS = 1.0

LONG_CHANGE = 5000
LONG_SETTLE_SECONDS = 60.0
SETTLE_SECONDS = 10.0

STOP = threading.Event()
AS_OF = datetime(2026, 6, 1, tzinfo=UTC)


@dataclass
class Past:
    """Stands where the database is: lists in force, how many entries are new of each, and what was matched."""

    lists: list[ActiveList] = field(default_factory=list)
    new: int = 3
    counted: list[tuple[str, int, int, int]] = field(default_factory=list)
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    matched: list[tuple[list[int], dict[str, datetime], ListProgress]] = field(default_factory=list)
    noted: list[ListProgress] = field(default_factory=list)

    def stage(self, monkeypatch: pytest.MonkeyPatch, *, at_once: int = 10_000, **matching: Any) -> PastStage:
        monkeypatch.setattr(module, "PastReads", lambda _: self)
        monkeypatch.setattr(module, "PastMatching", lambda *_: self)
        settings = Settings(matching=MatchingSettings(**matching))
        return PastStage(cast(Any, None), settings, entries_at_once=at_once)

    def active_lists(self) -> list[ActiveList]:
        return self.lists

    def count_entries(self, hotlist_id: str, done: int, version: int, limit: int) -> int:
        self.counted.append((hotlist_id, done, version, limit))
        return min(self.new, limit)

    def entries(self, hotlist_id: str, done: int, version: int, *, after_entry: UUID | None, limit: int) -> list[Any]:
        self.asked.append((hotlist_id, done, version, after_entry, limit))
        first = 0 if after_entry is None else after_entry.int
        numbers = range(first + 1, min(self.new, first + limit) + 1)
        return [SimpleNamespace(entry=SimpleNamespace(entry_id=UUID(int=number))) for number in numbers]

    def match(self, entries: Sequence[Any], dates: dict[str, datetime], *, progress: ListProgress, stop: Any) -> None:
        assert stop is STOP
        self.matched.append(([one.entry.entry_id.int for one in entries], dates, progress))
        self.advanced(progress)

    def note(self, progress: ListProgress) -> None:
        self.noted.append(progress)
        self.advanced(progress)

    def advanced(self, progress: ListProgress) -> None:
        self.lists = [
            ActiveList(one.version_id, one.as_of, one.active_seconds, progress)
            if one.progress.hotlist_id == progress.hotlist_id
            else one
            for one in self.lists
        ]


def in_force(name: str = "ncic", version: int = 9, seconds: float = 1e6, as_of: datetime | None = AS_OF) -> ActiveList:
    return ActiveList(version, as_of, seconds, ListProgress(name, 4))


def test_what_is_new_since_the_version_that_was_done_is_matched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    past = Past([in_force()])
    stage = past.stage(monkeypatch)
    assert stage.step(STOP) == 0.0
    assert past.asked == [("ncic", 4, 9, None, 10_000)]
    assert past.matched == [([1, 2, 3], {"ncic": AS_OF}, ListProgress("ncic", 9))]
    assert stage.step(STOP) == POLL_SECONDS
    assert len(past.matched) == 1


def test_a_large_change_is_done_in_parts_each_of_which_counts_when_it_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    past = Past([in_force(as_of=None)], new=4)
    stage = past.stage(monkeypatch, at_once=2)
    pauses = [stage.step(STOP) for _ in range(4)]
    assert pauses == [0.0, 0.0, 0.0, POLL_SECONDS]
    assert [(numbers, progress) for numbers, _, progress in past.matched] == [
        ([1, 2], ListProgress("ncic", 4, 9, UUID(int=2))),
        ([3, 4], ListProgress("ncic", 4, 9, UUID(int=4))),
        ([], ListProgress("ncic", 9)),
    ]
    assert {tuple(dates) for _, dates, _ in past.matched} == {()}


def test_a_part_that_was_begun_is_ended_with_its_own_version_before_a_newer_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = ListProgress("ncic", 4, 8, UUID(int=2))
    past = Past([ActiveList(9, AS_OF, 1.0, begun)], new=3)
    past.stage(monkeypatch).step(STOP)
    assert past.asked == [("ncic", 4, 8, UUID(int=2), 10_000)]
    assert past.matched == [([3], {"ncic": AS_OF}, ListProgress("ncic", 8))]


@pytest.mark.parametrize(
    ("new", "seconds", "is_done"),
    [
        (3, SETTLE_SECONDS - 0.1, False),
        (3, SETTLE_SECONDS, True),
        (LONG_CHANGE, SETTLE_SECONDS, True),
        (LONG_CHANGE + 1, SETTLE_SECONDS, False),
        (LONG_CHANGE + 1, LONG_SETTLE_SECONDS - 0.1, False),
        (LONG_CHANGE + 1, LONG_SETTLE_SECONDS, True),
        # Two clocks may differ by so much; what lies farther in the future was activated by one that ran ahead.
        (3, -CLOCK_SECONDS, False),
        (3, -CLOCK_SECONDS - 0.1, True),
        (3, 0.0, False),
    ],
)
def test_a_version_waits_until_reads_that_were_matched_live_are_stored(
    monkeypatch: pytest.MonkeyPatch, new: int, seconds: float, is_done: bool
) -> None:
    past = Past([in_force(seconds=seconds)], new=new)
    stage = past.stage(monkeypatch, historical_max_entries=100_000)
    assert stage.advance(STOP) is is_done
    assert (len(past.matched) == 1) is is_done


def test_a_list_that_waits_or_is_done_does_not_keep_others_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    done = ActiveList(4, AS_OF, 1e6, ListProgress("done", 4))
    past = Past([done, in_force("waits", seconds=1.0), in_force("ready"), in_force("next")])
    stage = past.stage(monkeypatch)
    assert stage.advance(STOP)
    assert [progress.hotlist_id for _, _, progress in past.matched] == ["ready"]  # one part at a time
    assert stage.advance(STOP)
    assert not stage.advance(STOP)
    assert [progress.hotlist_id for _, _, progress in past.matched] == ["ready", "next"]


@pytest.mark.parametrize(
    ("new", "days", "most", "is_matched"),
    [(0, 7, 10, False), (10, 7, 10, True), (11, 7, 10, False), (1, 0, 10, False), (1, 7, 10, True)],
)
def test_nothing_new_too_much_and_a_history_of_no_days_are_passed_over_and_noted(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, new: int, days: int, most: int, is_matched: bool
) -> None:
    caplog.set_level("INFO", "pipeline.past.stage")
    past = Past([in_force()], new=new)
    stage = past.stage(monkeypatch, historical_days=days, historical_max_entries=most)
    assert stage.advance(STOP)
    assert past.noted == ([] if is_matched else [ListProgress("ncic", 9)])
    assert len(past.matched) == is_matched
    is_said = new > most
    assert caplog.messages == [
        f"hotlist ncic: more than {most} new entries are not matched with stored reads by themselves; "
        "use `platewatch historical --list ncic`"
    ] * int(is_said)


@pytest.mark.parametrize(("most", "limit"), [(10, LONG_CHANGE + 1), (20_000, 20_001)])
def test_no_more_entries_are_counted_than_matter(monkeypatch: pytest.MonkeyPatch, most: int, limit: int) -> None:
    past = Past([in_force()])
    past.stage(monkeypatch, historical_max_entries=most).advance(STOP)
    assert past.counted == [("ncic", 4, 9, limit)]
