"""Stages that come and go while a run goes on: each is told to end by itself, and one that hangs holds nobody."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipeline.feeds import configured
from pipeline.feeds.configured import Feeds
from pipeline.stages.groups import StageGroup
from pipeline.stages.runner import Runner

END_SECONDS = 8.0


@dataclass
class Waits:
    """A stage that works until it is told to end; one that is deaf only until the test says so."""

    name: str
    deaf: threading.Event | None = None
    hurried: int = 0

    def run(self, stop: threading.Event) -> None:
        (self.deaf or stop).wait()

    def hurry(self) -> None:
        self.hurried += 1


@dataclass
class Noting(Runner):
    """A runner that notes how stages are started, and for how long they are waited for."""

    options: list[dict[str, Any]] = field(default_factory=list)
    joined: list[tuple[list[str], float | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(threading.Event())

    def start(self, stages: Sequence[Any], stop: threading.Event | None = None, **options: Any) -> Any:
        self.options.append(options)
        assert stop is not None, "each has an end of its own"
        return super().start(stages, stop, **options)

    def join(self, threads: Sequence[threading.Thread], seconds: float | None = None) -> None:
        self.joined.append(([one.name for one in threads], seconds))
        # One that is deaf would be waited for that long.
        super().join([one for one in threads if "deaf" not in one.name])


@pytest.fixture
def runner() -> Noting:
    return Noting()


def ended(group: StageGroup) -> None:
    threads = group.threads
    group.stop()
    for thread in threads:
        thread.join()
    assert not group.is_alive


@pytest.mark.parametrize("options", [{}, {"daemon": True}, {"watched": True}])
def test_some_end_and_the_others_go_on(runner: Noting, options: dict[str, bool]) -> None:
    group = StageGroup(runner, **options)
    assert (group.threads, group.stages, group.is_alive) == ([], [], False)
    one, two, three = (Waits(name) for name in ("one", "two", "three"))
    group.start([one, two])
    group.start([three])
    assert runner.options == [{"daemon": False, "watched": False} | options] * 3
    assert [thread.name for thread in group.threads] == ["one", "two", "three"]
    assert [thread.daemon for thread in group.threads] == [options.get("daemon", False)] * 3
    group.end(["three", "nobody", "one"])
    assert runner.joined == [(["three", "one"], END_SECONDS)]
    assert (group.stages, [thread.is_alive() for thread in group.threads]) == ([two], [True])
    assert group.is_alive
    # A name that is free again may be taken.
    again = Waits("one")
    group.start([again])
    assert group.stages == [two, again]
    group.end(["one"], 3.0)
    assert runner.joined[1:] == [(["one"], 3.0)]
    ended(group)
    assert group.stages == [two]


def test_one_that_hangs_is_left_to_itself_and_that_is_said(runner: Noting, caplog: pytest.LogCaptureFixture) -> None:
    hears = threading.Event()
    group = StageGroup(runner, daemon=True)
    group.start([Waits("deaf", hears), Waits("quick")])
    (deaf, _) = group.threads
    with caplog.at_level(logging.WARNING):
        group.end(["deaf", "quick"], 2.0)
    assert [one.getMessage() for one in caplog.records] == ["deaf does not end within 2 s; it is left to itself"]
    assert (group.stages, group.is_alive, deaf.is_alive()) == ([], False, True)
    hears.set()
    deaf.join()


@pytest.fixture
def feeds(runner: Noting, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Feeds, list[Any]]]:
    made: list[Any] = []

    class Feed(Waits):
        def __init__(self, feed: Any, settings: Any, *rest: Any, at_once: bool) -> None:
            super().__init__(f"feed-{feed}")
            made.append((feed, settings, rest, at_once))

    monkeypatch.setattr(configured, "FeedStage", Feed)
    settings = SimpleNamespace(hotlists=SimpleNamespace(feeds=("ncic", "state", "own")))
    one = Feeds(cast(Any, settings), cast(Any, "database"), cast(Any, "leadership"), runner)
    yield one, made
    ended(one._group)


def test_feeds_that_changed_are_exchanged_and_the_others_look_at_once(
    feeds: tuple[Feeds, list[Any]], runner: Noting
) -> None:
    one, made = feeds
    one.start()
    assert [(feed, rest, at_once) for feed, _, rest, at_once in made] == [
        (name, ("database", "leadership"), False) for name in ("ncic", "state", "own")
    ]
    # A server that does not answer keeps no process alive.
    assert {thread.daemon for thread in one.hurried_threads} == {True}
    anew = SimpleNamespace(settings="new settings", gone_feeds=("state", "own"), feeds=("own", "county"))
    one.take_anew(cast(Any, anew))
    assert runner.joined == [(["feed-state", "feed-own"], END_SECONDS)]
    assert made[3:] == [(name, "new settings", ("database", "leadership"), True) for name in ("own", "county")]
    assert [thread.name for thread in one.hurried_threads] == ["feed-ncic", "feed-own", "feed-county"]
    assert [cast(Any, stage).hurried for stage in one._group.stages] == [1, 1, 1]
    threads = list(one.hurried_threads)
    one.stop()
    for thread in threads:
        thread.join()
