"""The one loop of stages: outages are waited out and said once, and only a leader works."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import cast

import pytest

from pipeline.health.board import HealthBoard
from pipeline.stage import SteppedStage
from schemas.errors import ConfigurationError, DatabaseUnavailable, InvalidInput
from storage.leadership import Leadership


class Scripted(SteppedStage):
    """Does in each step what a test says, and stops after the last one."""

    name = "scripted"
    trouble = "nothing is done"
    recovery = "everything is done again"

    def __init__(self, *steps: Callable[[], float], leadership: object = None) -> None:
        super().__init__(cast("Leadership | None", leadership))
        self.steps = list(steps)
        self.done = 0
        self.has_ended = False

    def step(self, stop: threading.Event) -> float:
        step = self.steps.pop(0)
        if not self.steps:
            stop.set()
        pause = step()
        self.done += 1
        return pause

    def end(self) -> None:
        self.has_ended = True


def fail(error: Exception) -> Callable[[], float]:
    def step() -> float:
        raise error

    return step


def work() -> float:
    return 0.0


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.retry.FIRST_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr("pipeline.stage.FOLLOWER_SECONDS", 0.001)


def test_an_outage_is_waited_out_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "pipeline.stage")
    down = DatabaseUnavailable("database at db: down")
    stage = Scripted(work, fail(down), fail(down), fail(down), work, work, fail(down), work)
    stage.run(threading.Event())
    assert stage.done == 4
    said = [
        "nothing is done: database at db: down; trying again until it works",
        "stage scripted: everything is done again",
    ]
    assert [record.getMessage() for record in caplog.records] == said * 2
    assert stage.has_ended


def test_an_outage_that_lasts_to_the_end_of_the_run_does_not_keep_it(caplog: pytest.LogCaptureFixture) -> None:
    stage = Scripted(fail(DatabaseUnavailable("down")))
    stage.run(threading.Event())  # `stop` is set in the step: an interrupted step is no outage
    assert caplog.text == ""
    assert stage.has_ended


def test_what_a_person_has_to_look_at_ends_the_stage() -> None:
    stage = Scripted(work, fail(InvalidInput("bad")), work)
    with pytest.raises(InvalidInput):
        stage.run(threading.Event())
    assert (stage.done, stage.has_ended) == (1, True)


class Turns:
    """A leadership that this process gets at the third time, and gives back at the end."""

    def __init__(self) -> None:
        self.asked = 0
        self.resigned: list[str] = []

    def lead(self, stage: str) -> bool:
        assert stage == "scripted"
        self.asked += 1
        return self.asked >= 3

    def resign(self, stage: str) -> None:
        self.resigned.append(stage)


def test_only_a_leader_works_and_resigns_at_the_end() -> None:
    turns = Turns()
    stage = Scripted(work, work, leadership=turns)
    stage.run(threading.Event())
    assert (stage.done, turns.asked, turns.resigned) == (2, 4, ["scripted"])


def test_after_a_recovery_the_next_outage_is_asked_about_soon_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.uniform", lambda low, high: 1.0)
    monkeypatch.setattr("pipeline.retry.FIRST_PAUSE_SECONDS", 1.0)
    down = fail(DatabaseUnavailable("down"))
    stop = threading.Event()
    pauses: list[float] = []
    monkeypatch.setattr(stop, "wait", pauses.append)
    stage = Scripted(down, down, down, down, work, down, down, work)
    stage.longest_pause_seconds = 3.0
    stage.run(stop)
    assert pauses == [1, 2, 3, 3, 1, 2]


def test_what_worked_once_and_is_refused_later_is_waited_for() -> None:
    stage = Scripted(work, fail(ConfigurationError("wrong password")), fail(PermissionError(13, "denied")), work)
    stage.board = board = HealthBoard("machine")
    stage.patience_seconds = 0
    stage.run(threading.Event())
    assert stage.done == 2
    assert board.stages() == ()
    alarms = []
    while (change := board.next_change()) is not None:
        alarms.append((change.subject, change.message))
        board.stored(change)
    assert alarms == [
        ("scripted on machine", None),
        ("scripted on machine", "nothing is done: wrong password"),
        ("scripted on machine", "nothing is done: [Errno 13] denied"),
        ("scripted on machine", None),
    ]


def test_what_does_not_fit_at_the_start_ends_the_run() -> None:
    with pytest.raises(ConfigurationError):
        Scripted(fail(ConfigurationError("no such file")), work).run(threading.Event())


def test_a_database_that_is_away_is_no_alarm_of_every_stage() -> None:
    stage = Scripted(fail(DatabaseUnavailable("away")), fail(DatabaseUnavailable("away")))
    stage.board = board = HealthBoard("machine")
    stage.patience_seconds = 0
    stage.run(threading.Event())
    assert [noted.stage for noted in board.stages()] == ["scripted"]
    assert board.next_change() is None
