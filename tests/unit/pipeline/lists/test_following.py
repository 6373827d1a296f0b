"""The matcher over lists in memory that change in every way: it has what is in force, and never what went."""

from __future__ import annotations

import logging
import random
import sys
import threading
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from pipeline.lists import live_matcher
from pipeline.lists.live_matcher import LiveMatcher
from schemas.list_changes import ListChange
from schemas.settings import MatchingSettings
from schemas.types import HotlistEntry
from tests.unit.matcher.samples import read
from tests.unit.pipeline.lists.listed import Lists, entry, matched

POLL_SECONDS = 0.5
SWITCH_SECONDS = 0.0002

STOP = threading.Event()


def settle(matcher: LiveMatcher) -> None:
    """Make steps until nothing is arranged any more."""
    for _ in range(3):
        matcher.step(STOP)
        if matcher._arranging is not None:
            matcher._arranging.exception(60)


@pytest.mark.parametrize("seed", range(6))
def test_after_any_changes_it_has_what_is_in_force_and_at_no_time_what_went(lists: Lists, seed: int) -> None:
    """After each step nothing is matched that is not in force; once it has settled all of it is."""
    rng = random.Random(seed)
    matcher = LiveMatcher(lists, MatchingSettings())
    known: dict[tuple[UUID, str], HotlistEntry] = {}
    pool = {name: [entry(number, name) for number in range(14)] for name in ("ncic", "region")}
    matcher.refresh(force=True)
    for _ in range(14):
        name = rng.choice(("ncic", "region"))
        what = rng.choice(("put", "put", "few", "withdraw", "remove", "restate"))
        now = lists.content(name)
        if what == "put":
            lists.put(name, *rng.sample(pool[name], rng.randint(0, 12)))
        elif what == "few" and now:
            lists.put(name, *list(now.values())[1:], rng.choice(pool[name]))
        elif what == "restate" and now:
            first, *rest = now.values()
            lists.put(name, first._replace(plate=f"{first.plate[:-1]}X"), *rest)
        elif what == "withdraw" and now:
            lists.taken.append(rng.choice(list(now)))
            pool[name] = [one for one in pool[name] if one.entry_id not in lists.taken]
        elif what == "remove":
            lists.in_force.pop(name, None)
        in_force = lists.everything()
        known |= {(one.entry_id, one.plate): one for one in in_force.values()}
        matcher.step(STOP)
        right = {(one.entry_id, one.plate) for one in in_force.values()}
        assert matched(matcher, known.values()) <= right, what
        if rng.random() < 0.6:
            settle(matcher)
            assert matched(matcher, known.values()) == right
            assert matcher.size == len(right)
    settle(matcher)
    assert matcher._lists.index.as_of == {name: lists.dates[name] for name in lists.in_force}
    assert matcher._lists.versions == matcher._lists.cleared == lists.in_force


def test_what_goes_while_a_long_list_is_arranged_does_not_come_back_with_it(lists: Lists) -> None:
    first = [entry(number) for number in range(10)]
    matcher = LiveMatcher(lists, MatchingSettings())
    matcher.refresh(force=True)
    lists.put("ncic", *first)
    matcher.step(STOP)
    arranging = matcher._arranging
    assert arranging is not None
    arranging.result(60)
    # It is ready, and not in use yet: one is withdrawn, and one is not in the next version.
    lists.taken.append(first[0].entry_id)
    lists.put("ncic", *first[:1], *first[2:])
    matcher.step(STOP)
    left = {(one.entry_id, one.plate) for one in first[2:]}
    assert matched(matcher, first) == left
    assert matcher._arranging is None


@pytest.mark.parametrize(("count", "at_once"), [(3, True), (4, False)])
def test_only_what_is_small_is_arranged_at_once(
    lists: Lists, caplog: pytest.LogCaptureFixture, count: int, at_once: bool
) -> None:
    stops: list[Any] = []
    given = lists.since

    def since(*asked: Any, stop: Any = None) -> ListChange[Any]:
        stops.append(stop)
        return given(*asked)

    lists.since = since  # type: ignore[method-assign]
    matcher, stop = LiveMatcher(lists, MatchingSettings()), threading.Event()
    matcher.refresh(force=True)
    lists.put("ncic", *(entry(number) for number in range(count)))
    assert matcher.step(stop) == POLL_SECONDS
    assert matcher.size == (count if at_once else 0)
    assert (matcher._arranging is None) is at_once
    settle(matcher)
    assert matcher.size == count
    # A long reading ends with the run.
    assert stops == [None if at_once else stop]


def test_a_list_that_goes_while_it_is_read_is_taken_out_as_any_other(lists: Lists) -> None:
    long = [entry(number) for number in range(10)]
    matcher = LiveMatcher(lists, MatchingSettings())
    matcher.refresh(force=True)
    lists.put("ncic", *long)
    lists.at_since = lambda: lists.in_force.pop("ncic", None)
    settle(matcher)
    assert (matcher.size, dict(matcher._lists.versions), dict(matcher._lists.cleared)) == (0, {}, {})
    assert (dict(matcher._lists.index.as_of), matcher._arranging) == ({}, None)
    # It is read anew when it comes back, also where it had a version before.
    lists.at_since = lambda: None
    lists.put("ncic", *long[:2])
    settle(matcher)
    assert matched(matcher, long) == {(one.entry_id, one.plate) for one in long[:2]}
    lists.at_since = lambda: lists.in_force.pop("ncic", None)
    lists.put("ncic", *long[2:])
    settle(matcher)
    assert (matcher.size, matched(matcher, long)) == (0, set())


def test_who_asks_for_all_that_is_in_force_waits_for_what_is_arranged(lists: Lists) -> None:
    gate, asked = threading.Event(), threading.Event()
    matcher = LiveMatcher(lists, MatchingSettings())
    matcher.refresh(force=True)
    lists.put("ncic", *(entry(number) for number in range(10)))
    reads: list[str] = []

    def wait() -> None:
        reads.append(threading.current_thread().name)
        asked.set()
        gate.wait(60)

    lists.at_since = wait
    matcher.step(STOP)
    assert asked.wait(60)
    threads = [one for one in threading.enumerate() if one.name == "hotlist-index"]
    assert {thread.daemon for thread in threads} == {True}  # a long list holds up no end
    threading.Timer(0.05, gate.set).start()
    matcher.refresh(force=True)
    assert (matcher.size, reads) == (10, ["hotlist-index"])  # and it is not read twice


def test_one_list_is_arranged_at_a_time_and_what_is_small_does_not_wait_for_it(lists: Lists) -> None:
    gate = threading.Event()
    matcher = LiveMatcher(lists, MatchingSettings())
    matcher.refresh(force=True)
    lists.put("ncic", *(entry(number) for number in range(10)))
    lists.at_since = lambda: gate.wait(60)
    matcher.step(STOP)
    begun = matcher._arranging
    lists.at_since = lambda: None
    small = entry(3, "region")
    lists.put("region", small)
    matcher.step(STOP)
    assert matcher._arranging is begun
    assert matched(matcher, [small]) == {(small.entry_id, small.plate)}
    gate.set()
    settle(matcher)
    assert matcher.size == 11


def test_a_list_that_could_not_be_loaded_is_tried_again(lists: Lists, caplog: pytest.LogCaptureFixture) -> None:
    matcher = LiveMatcher(lists, MatchingSettings())
    matcher.refresh(force=True)
    lists.put("ncic", *(entry(number) for number in range(10)))
    lists.away = True
    lists.active_versions = lambda: dict(lists.in_force)  # type: ignore[method-assign]
    matcher.step(STOP)
    assert matcher._arranging is not None
    matcher._arranging.exception(60)
    lists.away = False
    settle(matcher)
    assert matcher.size == 10
    assert "hotlists could not be loaded: down; trying again" in caplog.messages


def test_a_fault_while_a_list_is_arranged_is_the_runs(lists: Lists) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    matcher = LiveMatcher(lists, MatchingSettings())
    matcher.refresh(force=True)
    lists.put("ncic", *(entry(number) for number in range(10)))
    lists.at_since = broken
    matcher.step(STOP)
    assert matcher._arranging is not None
    matcher._arranging.exception(60)
    with pytest.raises(ZeroDivisionError):
        matcher.step(STOP)


def test_a_refresh_asks_no_more_often_than_it_has_to(lists: Lists, monkeypatch: pytest.MonkeyPatch) -> None:
    now, asked = [1000.0], []
    clock = SimpleNamespace(monotonic=lambda: now[0], perf_counter=lambda: now[0])
    monkeypatch.setattr(live_matcher, "time", clock)
    matcher = LiveMatcher(lists, MatchingSettings())
    for later, force in (
        (0.0, False),
        (POLL_SECONDS - 0.01, False),
        (0.0, True),
        (POLL_SECONDS, False),
    ):
        now[0] += later
        before = lists.asked
        matcher.refresh(force=force)
        asked.append(lists.asked - before)
    assert asked == [1, 0, 1, 1]
    matcher._is_running = True  # a thread follows them: nobody else asks
    now[0] += 10
    before = lists.asked
    matcher.refresh()
    assert lists.asked == before


def test_a_run_that_ends_waits_for_no_long_list_and_a_command_does(lists: Lists) -> None:
    matcher = LiveMatcher(lists, MatchingSettings())
    stop = threading.Event()
    stop.set()
    matcher.run(stop)
    lists.put("ncic", *(entry(number) for number in range(10)))
    matcher.refresh()
    assert matcher.size == 0
    matcher.refresh(force=True)
    assert matcher.size == 10


def test_while_it_runs_threads_take_turns_more_often_and_at_its_end_it_waits_a_moment_for_a_long_list(
    lists: Lists, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    gate, stop, usual = threading.Event(), threading.Event(), sys.getswitchinterval()
    matcher, seen = LiveMatcher(lists, MatchingSettings()), list[float]()
    matcher.refresh(force=True)
    lists.put("region", entry(1, "region"))
    lists.put("ncic", *(entry(number) for number in range(10)))

    def arrange(*_: object) -> float:
        stop.set()
        seen.append(sys.getswitchinterval())
        lists.at_since = lambda: gate.wait(60)
        return LiveMatcher.step(matcher, stop)

    monkeypatch.setattr(matcher, "step", arrange)
    monkeypatch.setattr(live_matcher, "STOP_SECONDS", 0.01)
    lists.at_since = lambda: None
    with caplog.at_level(logging.INFO):
        matcher._poll = lambda: ["ncic"]  # type: ignore[method-assign]
        matcher.run(stop)
        assert caplog.messages == ["lists were still being arranged when the run ended"]
    assert (seen, sys.getswitchinterval()) == ([pytest.approx(SWITCH_SECONDS)], usual)
    assert matcher._arranging is not None
    assert not matcher._arranging.done()
    monkeypatch.setattr(live_matcher, "STOP_SECONDS", 60.0)
    threading.Timer(0.05, gate.set).start()
    matcher.run(stop)
    assert matcher._arranging.done()


def test_what_changes_while_it_runs_is_said_and_what_a_command_loads_is_not(
    lists: Lists, caplog: pytest.LogCaptureFixture
) -> None:
    matcher = LiveMatcher(lists, MatchingSettings())
    said = []
    for number, runs in enumerate((False, True)):
        matcher._is_running = runs
        lists.put("ncic", entry(number))
        caplog.clear()
        with caplog.at_level(logging.INFO):
            matcher.refresh(force=True)
        said.append([line for line in caplog.messages if "changed" in line])
    assert said == [[], ["hotlists changed: ncic; 1 entries are active"]]


def test_entries_that_cannot_be_matched_are_active_too(lists: Lists) -> None:
    lists.put("ncic", entry(1), entry(2, plate="-"), entry(3, plate="?"))
    matcher = LiveMatcher(lists, MatchingSettings())
    matcher.refresh(force=True)
    assert len(matcher._lists.index.unusable) >= 1
    assert matcher.size == 3


def test_entries_are_asked_of_hits_that_are_still_listed_alone(lists: Lists) -> None:
    one, other = entry(1), entry(2)
    lists.put("ncic", one, other)
    matcher = LiveMatcher(lists, MatchingSettings())
    matcher.refresh(force=True)
    (hit,), (second,) = matcher.match(read(one.plate)), matcher.match(read(other.plate))
    assert matcher.entries([hit, second]) == {one.entry_id: one, other.entry_id: other}
    assert matcher.entry(hit) == one
    lists.put("ncic", other)
    matcher.step(STOP)
    asked: list[set[UUID]] = []
    given = lists.active_entries
    lists.active_entries = lambda ids: asked.append(set(ids)) or given(ids)  # type: ignore[method-assign,func-returns-value]
    assert (matcher.entry(hit), dict(matcher.entries([]))) == (None, {})
    assert asked == []
    assert matcher.entries([hit, second]) == {other.entry_id: other}
    assert asked == [{other.entry_id}]
