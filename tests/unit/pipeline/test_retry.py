"""Retrying: what keeps a run from losing work or hanging."""

from __future__ import annotations

import threading

import pytest

from pipeline.retry import Stopped, until_available
from schemas.errors import DatabaseUnavailable, InvalidInput


def test_repeats_until_it_works_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    answers = [DatabaseUnavailable("database at db: connection refused"), DatabaseUnavailable("again"), "done"]

    def call() -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with caplog.at_level("INFO", logger="pipeline.retry"):
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
