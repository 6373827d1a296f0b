"""Stages in threads: the first that fails ends the run, and its error is the run's."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from pipeline.stages.retry import Stopped
from pipeline.stages.runner import Runner, any_alive


@dataclass
class Part:
    """A stage that does what a test says."""

    name: str
    run: Callable[[threading.Event], None]


def failing(error: BaseException, *, after_stop: bool = False) -> Part:
    def run(stop: threading.Event) -> None:
        if after_stop:
            assert stop.wait(20)
        raise error

    return Part("failing", run)


def test_the_first_failure_ends_all_and_is_the_one_that_is_told() -> None:
    stop = threading.Event()
    runner = Runner(stop)
    threads = runner.start([failing(KeyError("second"), after_stop=True), failing(ValueError("first"))])
    runner.join(threads)
    assert stop.is_set()
    assert runner.has_failed
    with pytest.raises(ValueError, match="first"):
        runner.check()


def test_a_stage_that_was_stopped_in_its_work_has_not_failed() -> None:
    stop = threading.Event()
    runner = Runner(stop)
    runner.join(runner.start([failing(Stopped("reading"))]))
    assert not stop.is_set()
    assert not runner.has_failed
    runner.check()


def test_stages_with_a_stop_of_their_own_go_on_and_are_waited_for_so_long_and_no_longer() -> None:
    stop, own = threading.Event(), threading.Event()
    runner = Runner(stop)
    threads = runner.start([Part("relay", lambda event: event.wait(120) or None)] * 2, own)
    assert [thread.name for thread in threads] == ["relay", "relay"]
    stop.set()
    started = time.monotonic()
    runner.join(threads, 0.2)
    assert 0.2 <= time.monotonic() - started < 60
    assert any_alive(threads)
    own.set()
    runner.join(threads)
    assert not any_alive(threads)
