"""A stage that shows no life is named; one that waits an outage out shows it."""

from __future__ import annotations

import threading
import time

from pipeline.stages.liveness import beat
from pipeline.stages.retry import until_available
from pipeline.stages.runner import Runner
from schemas.errors import DatabaseUnavailable


class Hanging:
    """A stage that works until it is let go, then beats, and works on."""

    def __init__(self, name: str, *, begins: bool = True) -> None:
        self.name = name
        self.release = threading.Event()
        self._begins = begins

    def run(self, stop: threading.Event) -> None:
        if self._begins:
            beat()
        self.release.wait(30)
        beat()
        stop.wait(30)


class WaitingOut:
    """A stage whose server is away."""

    name = "waiting"

    def run(self, stop: threading.Event) -> None:
        def away() -> None:
            raise DatabaseUnavailable("away")

        until_available(away, stop, doing="asking")


def wait_for(condition: object) -> None:
    deadline = time.monotonic() + 60
    assert callable(condition)
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_stage_that_hangs_is_named_and_one_that_waits_is_not() -> None:
    stop = threading.Event()
    runner = Runner(stop)
    hanging, unwatched = Hanging("hanging"), Hanging("unwatched")
    threads = runner.start([hanging, WaitingOut()], watched=True)
    threads += runner.start([unwatched])
    wait_for(lambda: runner.is_under_way)
    wait_for(lambda: runner.silent(0.9) == ["hanging"])
    hanging.release.set()
    wait_for(lambda: runner.silent(0.9) == [])
    stop.set()
    unwatched.release.set()
    runner.join(threads, 10)
    assert not any(thread.is_alive() for thread in threads)


def test_a_run_is_under_way_when_every_watched_stage_has_begun() -> None:
    stop = threading.Event()
    runner = Runner(stop)
    early, late = Hanging("early"), Hanging("late", begins=False)
    threads = runner.start([early, late], watched=True)
    time.sleep(0.1)
    assert not runner.is_under_way
    assert runner.silent(0.0) != ["late"], "what has not begun is not silent"
    late.release.set()
    wait_for(lambda: runner.is_under_way)
    stop.set()
    early.release.set()
    runner.join(threads, 10)
