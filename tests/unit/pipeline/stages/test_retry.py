"""Retrying: what keeps a run from losing work or hanging."""

from __future__ import annotations

import threading

import pytest

from pipeline.stages.retry import Backoff, Stopped, until_available
from schemas.errors import DatabaseUnavailable, InvalidInput


def test_repeats_until_it_works_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    answers = [DatabaseUnavailable("database at db: connection refused"), DatabaseUnavailable("again"), "done"]

    def call() -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with caplog.at_level("INFO", logger="pipeline.stages.retry"):
        assert until_available(call, threading.Event(), doing="recording reads") == "done"
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert "connection refused" in caplog.text


def test_other_errors_are_not_repeated() -> None:
    calls = []

    def call() -> None:
        calls.append(1)
        raise InvalidInput("bad")

    with pytest.raises(InvalidInput):
        until_available(call, threading.Event(), doing="x")
    assert len(calls) == 1


def test_stop_ends_the_repeating() -> None:
    stop = threading.Event()

    def call() -> None:
        stop.set()
        raise DatabaseUnavailable("down")

    with pytest.raises(Stopped):
        until_available(call, stop, doing="x")


def test_pauses_double_up_to_the_longest_and_begin_anew_after_a_recovery(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.uniform", lambda low, high: 1.0)
    backoff = Backoff(1.0)
    assert [backoff.next() for _ in range(6)] == [0.2, 0.4, 0.8, 1.0, 1.0, 1.0]
    backoff.reset()
    assert [backoff.next() for _ in range(2)] == [0.2, 0.4]
    assert Backoff(0.1).next() == 0.1


def test_pauses_differ_between_processes_by_a_third_at_most() -> None:
    pauses = {Backoff(10).next() for _ in range(50)}
    assert len(pauses) > 1
    assert all(0.2 * 0.7 <= pause <= 0.2 * 1.3 for pause in pauses)
