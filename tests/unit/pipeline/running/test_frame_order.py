"""The frame's order: what starts, winds down, drains and ends when, and what a failure in between changes of that."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from pipeline.reloading import Reload
from pipeline.running import frame as module
from pipeline.running.frame import Frame
from pipeline.running.part import Part
from pipeline.stages.runner import Runner
from schemas.errors import ConfigurationError, DatabaseUnavailable
from schemas.settings import Settings


@dataclass
class Log:
    """All that happened, in its order."""

    lines: list[str] = field(default_factory=list)

    def __call__(self, line: str) -> None:
        self.lines.append(line)


class Noting(Part):
    """A part that notes what it is told, with a thread of its own that ends when it is told to or is let go."""

    def __init__(self, name: str, log: Log, runner: Runner, *, left: int = 0) -> None:
        self._name, self._log, self._runner = name, log, runner
        self.ended = threading.Event()
        self.left = left
        self.drain_fails: Exception | None = None
        self.start_fails: Exception | None = None
        self.checked: Exception | None = None
        self._threads: list[threading.Thread] = []

    def run(self, stop: threading.Event) -> None:
        self.ended.wait()

    @property
    def name(self) -> str:
        return self._name

    @property
    def threads(self) -> Sequence[threading.Thread]:
        return self._threads

    @property
    def draining_threads(self) -> Sequence[threading.Thread]:
        return self._threads

    def start(self) -> None:
        self._log(f"{self._name} starts")
        if self.start_fails is not None:
            raise self.start_fails
        self._threads = self._runner.start([self])

    def wind_down(self, *, is_stopped: bool) -> None:
        self._log(f"{self._name} winds down{', stopped' if is_stopped else ''}")
        if self._name == "work":
            self.ended.set()

    def begin_drain(self) -> None:
        self._log(f"{self._name} drains")
        if self.drain_fails is not None:
            raise self.drain_fails

    def is_something_left(self) -> bool:
        self.left -= 1
        return self.left >= 0

    def stop(self) -> None:
        self._log(f"{self._name} stops")
        self.ended.set()

    def close(self) -> None:
        assert not any(thread.is_alive() for thread in self._threads)
        self._log(f"{self._name} closes")

    def check(self) -> None:
        self._log(f"{self._name} checks")
        if self.checked is not None:
            raise self.checked


class Around:
    """The service manager, the configuration in force and the stage that tells, noting what they are told."""

    name = "health"

    def __init__(self, log: Log) -> None:
        self._log = log
        self.settings = Settings()
        self.takes = True
        self.fails: Exception | None = None
        self.was_telling_at_the_end = False

    def begin(self) -> None:
        self._log("begins")

    def write_down(self) -> None:
        pass

    def take_anew(self, load: Callable[[], Settings], parts: Sequence[Part]) -> bool:
        self._log("takes anew")
        if self.fails is not None:
            raise self.fails
        return self.takes

    def take_cameras(self, cameras: Callable[[], Any], parts: Sequence[Part]) -> bool:
        self._log(f"takes cameras {len(cameras())}")
        return self.takes

    def ready(self, status: str) -> None:
        self._log(f"ready: {status}")

    def feed(self, silent: object) -> None:
        pass

    def reloading(self) -> None:
        self._log("reloading")

    def reloaded(self, status: str) -> None:
        self._log("reloaded")

    def stopping(self) -> None:
        self._log("stopping")

    def learn(self) -> None:
        self._log("learns")

    def run(self, stop: threading.Event) -> None:
        stop.wait()
        self._log("tells once more")


class Added:
    """Cameras that people added."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.changed = threading.Event()

    def cameras(self) -> tuple[Any, ...]:
        return (1, 2)

    def accept(self) -> None:
        self._log("accepts")


class Framed:
    """A frame over two parts, the first of which is the work."""

    def __init__(self, *, has_work: bool = True, left: int = 0) -> None:
        self.log, self.stop = Log(), threading.Event()
        runner = Runner(self.stop)
        self.work, self.relay = Noting("work", self.log, runner), Noting("relay", self.log, runner, left=left)
        self.around, self.added = Around(self.log), Added(self.log)
        self.reload = Reload(threading.Event(), Settings)
        self.ticks = 0
        self.frame = Frame(
            runner,
            [self.work, self.relay],
            work=self.work if has_work else None,
            telling=cast(Any, self.around),
            takeover=cast(Any, self.around),
            manager=cast(Any, self.around),
            reload=self.reload,
            in_words=lambda _: "at work",
            added=cast(Any, self.added),
        )

    def go(self, *ticks: Callable[[], object]) -> list[str]:
        """Run with something done at each tick, and return what happened."""
        left = list(ticks)

        def tick() -> None:
            if left:
                left.pop(0)()

        self.frame.run(self.stop, tick)
        return self.log.lines


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TICK_SECONDS", 0.005)


BEGUN = ["begins", "work starts", "relay starts", "ready: at work"]
STOPPED = ["work stops", "relay stops", "work closes", "relay closes", "tells once more", "work checks", "relay checks"]


def test_a_service_whose_work_is_done_hands_on_what_is_left_and_ends_in_order() -> None:
    framed = Framed()
    done = ["stopping", "work winds down", "relay winds down", "work drains", "relay drains"]
    assert framed.go(framed.work.ended.set) == [*BEGUN, *done, *STOPPED]
    assert framed.stop.is_set()


def test_one_that_is_told_to_end_lets_its_work_end_first() -> None:
    framed = Framed()
    done = ["stopping", "work winds down, stopped", "relay winds down, stopped", "work drains", "relay drains"]
    assert framed.go(framed.stop.set) == [*BEGUN, *done, *STOPPED]


def test_without_work_of_its_own_a_service_goes_on_until_it_is_told_to_end() -> None:
    framed = Framed(has_work=False)
    lines = framed.go(framed.work.ended.set, lambda: framed.log("still here"), framed.stop.set)
    assert lines[4:7] == ["still here", "stopping", "work winds down, stopped"]


@pytest.mark.parametrize("left", [3, 0])
def test_what_is_left_is_waited_for_while_somebody_hands_it_on(monkeypatch: pytest.MonkeyPatch, left: int) -> None:
    slept: list[float] = []
    monkeypatch.setattr(module.time, "sleep", slept.append)
    framed = Framed(left=left)
    framed.go(framed.work.ended.set)
    assert len(slept) == left


@pytest.mark.parametrize("stopped", [True, False])
def test_nobody_waits_for_what_cannot_be_handed_on(monkeypatch: pytest.MonkeyPatch, stopped: bool) -> None:
    """A broker that is away for good: the seconds pass by the clock of the test."""
    now = [1000.0]

    class Time:
        @staticmethod
        def monotonic() -> float:
            return now[0]

        @staticmethod
        def sleep(seconds: float) -> None:
            now[0] += 0.5

    monkeypatch.setattr(module, "time", Time)
    framed = Framed(left=10_000)
    framed.go(framed.stop.set if stopped else framed.work.ended.set)
    assert now[0] - 1000.0 == (module.STOPPED_DRAIN_SECONDS if stopped else module.DRAIN_SECONDS)


def test_a_database_that_is_away_at_the_end_costs_the_draining_alone() -> None:
    framed = Framed(left=3)
    framed.work.drain_fails = DatabaseUnavailable("down")
    lines = framed.go(framed.work.ended.set)
    assert "relay drains" not in lines
    assert lines[-7:] == STOPPED


def test_a_failed_stage_ends_all_without_draining_and_its_error_is_the_services(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    framed = Framed()

    def fails(stop: threading.Event) -> None:
        raise ConfigurationError("the law profile does not fit")

    monkeypatch.setattr(framed.relay, "run", fails)
    with pytest.raises(ConfigurationError, match="the law profile"):
        framed.go()
    assert not [line for line in framed.log.lines if "drains" in line]
    assert framed.log.lines[-5:] == ["work stops", "relay stops", "work closes", "relay closes", "tells once more"]


def test_a_part_that_cannot_start_ends_those_that_have_started() -> None:
    framed = Framed()
    framed.relay.start_fails = ConfigurationError("no")
    with pytest.raises(ConfigurationError):
        framed.go()
    stopped = ["work stops", "relay stops", "work closes", "relay closes"]
    assert framed.log.lines == ["begins", "work starts", "relay starts", *stopped]
    assert framed.stop.is_set()


def test_what_a_part_found_is_raised_once_everything_has_ended() -> None:
    framed = Framed()
    framed.work.checked = ConfigurationError("look at it")
    with pytest.raises(ConfigurationError, match="look at it"):
        framed.go(framed.work.ended.set)
    assert framed.log.lines[-1] == "work checks"


@pytest.mark.parametrize("takes", [True, False])
def test_another_configuration_is_taken_once_it_was_asked_for(takes: bool) -> None:
    framed = Framed()
    framed.around.takes = takes
    lines = framed.go(framed.reload.asked.set, lambda: framed.log("next"), framed.work.ended.set)
    learned = ["learns", "accepts"] if takes else []
    assert lines[4 : 8 + len(learned)] == ["reloading", "takes anew", *learned, "reloaded", "next"]


@pytest.mark.parametrize("takes", [True, False])
def test_added_cameras_are_taken_once_they_changed(takes: bool) -> None:
    framed = Framed()
    framed.around.takes = takes
    lines = framed.go(framed.added.changed.set, lambda: framed.log("next"), framed.work.ended.set)
    learned = ["learns"] if takes else []
    assert lines[4 : 6 + len(learned)] == ["takes cameras 2", *learned, "next"]


def test_the_manager_hears_that_reloading_is_over_also_where_it_fails() -> None:
    framed = Framed()
    framed.around.fails = ConfigurationError("a part refuses")
    with pytest.raises(ConfigurationError):
        framed.go(framed.reload.asked.set)
    assert framed.log.lines[4:7] == ["reloading", "takes anew", "reloaded"]
