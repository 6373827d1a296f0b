"""What is fetched is on the disk before its sender is told, and waits where there is no room."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ingest.pulling import outlet as module
from ingest.pulling.outlet import Ended, Outlet
from ingest.streams.failures import StreamFailed
from storage.spool.messages import Message
from tests.unit.ingest.pulling.pulled import source_of, stored
from tests.unit.ingest.vendors.messages import NOW


class Clock:
    """Time goes on where somebody waits."""

    def __init__(self) -> None:
        self.now = 100.0
        self.waited: list[float] = []
        self.is_set = False

    def monotonic(self) -> float:
        return self.now

    def wait(self, seconds: float) -> bool:
        self.waited.append(seconds)
        self.now += seconds
        return self.is_set


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


@pytest.fixture
def outlet(tmp_path: Path, clock: Clock) -> Iterator[Outlet]:
    made = opened(tmp_path, clock)
    yield made
    made.close()


def opened(folder: Path, clock: Clock) -> Outlet:
    (folder / "inbox").mkdir(exist_ok=True)
    stop: Any = SimpleNamespace(wait=clock.wait, is_set=lambda: clock.is_set)
    source = source_of("frigate", {"kind": "mqtt", "url": "mqtt://b"}, max_waiting=3)
    return Outlet(source, folder, 1000, stop, least_free=0)


def test_a_message_says_all_that_is_known_of_it(outlet: Outlet) -> None:
    made = outlet.message(b"x", "application/json", topic="a/b", received_at=NOW)
    assert made == Message("gate", NOW, b"x", "application/json", {"mqtt-topic": "a/b"})
    plain = outlet.message(b"x")
    assert plain == Message("gate", plain.received_at, b"x", "", {})
    assert plain.received_at > NOW - timedelta(days=1)
    assert plain.received_at.tzinfo is not None


def test_what_is_stored_is_there_and_counted(outlet: Outlet, tmp_path: Path) -> None:
    messages = [outlet.message(b"1", received_at=NOW), outlet.message(b"2", received_at=NOW)]
    outlet.store(messages)
    assert [one.body for one in stored(tmp_path)] == [b"1", b"2"]
    assert (outlet.telling.state.received, outlet.telling.state.problem) == (2, None)


def test_where_too_many_wait_nothing_is_stored_until_some_are_processed(
    outlet: Outlet, tmp_path: Path, clock: Clock
) -> None:
    for number in range(3):
        outlet.store([outlet.message(b"%d" % number)])
    with pytest.raises(StreamFailed, match="3 of its messages wait to be processed, and max_waiting is 3"):
        outlet.store([outlet.message(b"3")], 1.0)
    assert clock.waited == [0.25] * 5, "until it is more than a second"
    assert str(outlet.telling.state.problem).startswith("3 of its messages wait")
    assert (len(stored(tmp_path)), outlet.telling.state.received) == (3, 3)
    clock.is_set = True
    with pytest.raises(Ended):
        outlet.store([outlet.message(b"3")])
    assert outlet.is_stopped
    assert len(stored(tmp_path)) == 3


def test_a_disk_that_is_nearly_full_takes_nothing(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    outlet = opened(tmp_path, clock)
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: SimpleNamespace(free=10))
    outlet.store([outlet.message(b"x" * 4), outlet.message(b"x" * 6)], 0.0)
    with pytest.raises(StreamFailed, match="the disk is nearly full; make room on it"):
        outlet.store([outlet.message(b"x" * 5), outlet.message(b"x" * 6)], 0.0)
    assert len(stored(tmp_path)) == 2
    outlet.close()
    outlet.close()


def test_a_refusal_is_counted_and_said_once_a_minute(
    outlet: Outlet, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        for seconds, count in ((0, 1), (59.9, 1), (0.1, 2)):
            clock.now += seconds
            outlet.refuse("too large")
            assert len(caplog.records) == count
    assert caplog.records[0].getMessage() == "source gate: a message was refused: too large"
    assert outlet.telling.state.refused == 3


def test_whoever_rests_is_woken_to_end(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    outlet = Outlet(source_of("frigate", {"kind": "mqtt", "url": "mqtt://b"}), tmp_path, 1000, stop)
    outlet.rest(3600)
    assert outlet.is_stopped
