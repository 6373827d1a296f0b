"""A source that is fetched: by one process, with an alarm that says what is wrong in time and ends with it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ingest.pulling.telling import PullState
from pipeline.health.board import HealthBoard
from pipeline.ingesting import pulled, pulling
from pipeline.ingesting.pulled import PulledSources
from pipeline.ingesting.pulling import PullStage, pull_name
from pipeline.stages.runner import Runner
from schemas.errors import DatabaseUnavailable
from schemas.events import AlarmKind
from schemas.settings import Settings
from services.owner_lock import OwnerLock

LEADER_SECONDS = 3.0

PATIENCE = timedelta(seconds=30)


def settings_of(folder: Path, *sources: tuple[str, str | None], time_zone: str | None = None) -> Settings:
    given = []
    for name, url in sources:
        source: dict[str, Any] = {"id": name, "vendor": "frigate"}
        given.append(
            source | ({"token_sha256": "0" * 64} if url is None else {"pull": {"kind": "mqtt", "url": f"mqtt://{url}"}})
        )
    return Settings.model_validate({"data_dir": folder, "time_zone": time_zone, "ingest": {"sources": given}})


@dataclass
class Fetching:
    """What fetches, and what a test lets it say."""

    state: PullState = field(default_factory=PullState)
    is_over: bool = False
    made: int = 0
    log: list[str] = field(default_factory=list)
    leads: Callable[[], bool] = lambda: True
    asked: int = 0
    resigned: list[str] = field(default_factory=list)
    now: float = 1000.0

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def make(*_: Any) -> Fetching:
            self.made += 1
            return self

        monkeypatch.setattr(pulling, "PullReader", make)
        monkeypatch.setattr(pulling, "time", SimpleNamespace(monotonic=lambda: self.now))
        for name in ("LOOK_SECONDS", "FOLLOWER_SECONDS"):
            monkeypatch.setattr(pulling, name, 0.0)

    def start(self) -> None:
        self.log.append("starts")

    def stop(self) -> None:
        self.log.append("stops")

    def join(self, seconds: float) -> None:
        self.log.append("joined")

    def lead(self, stage: str) -> bool:
        assert stage == "pull-gate"
        self.asked += 1
        return self.leads()

    def resign(self, stage: str) -> None:
        self.resigned.append(stage)


@pytest.fixture
def fetching(monkeypatch: pytest.MonkeyPatch) -> Fetching:
    found = Fetching()
    found.install(monkeypatch)
    return found


class Steps(threading.Event):
    """Stops a stage after some of its steps; a test may do something at each."""

    def __init__(self, *steps: Callable[[], object]) -> None:
        super().__init__()
        self._steps = list(steps)

    def wait(self, timeout: float | None = None) -> bool:
        if self._steps:
            self._steps.pop(0)()
        if not self._steps:
            self.set()
        return self.is_set()


def nothing() -> None:
    """Let a step pass."""


def stage_of(folder: Path, board: HealthBoard | None = None, leadership: Any = None) -> PullStage:
    settings = settings_of(folder, ("gate", "10.0.0.5"))
    return PullStage(settings.ingest.sources[0], settings, board, leadership)


def test_what_is_known_of_the_source_is_on_the_board(fetching: Fetching, tmp_path: Path) -> None:
    board, moment = HealthBoard("here"), datetime(2026, 6, 1, tzinfo=UTC)
    fetching.state = PullState(received=7, refused=2, connected_at=moment, signed_at=moment, connections=3)
    stage_of(tmp_path, board).run(Steps(nothing))
    (source,) = board.sources()
    assert (source.source_id, source.vendor, source.received, source.refused) == ("gate", "frigate", 7, 2)
    assert (source.connected_at, source.signed_at, source.reconnects, source.problem) == (moment, moment, 2, None)
    assert (fetching.made, fetching.log) == (1, ["starts", "stops", "joined"])


@pytest.mark.parametrize(
    ("ago", "is_login", "is_alarm"),
    [
        (PATIENCE - timedelta(seconds=5), False, False),
        (PATIENCE + timedelta(seconds=1), False, True),
        (timedelta(0), True, True),
        (None, True, False),
    ],
)
def test_a_source_that_is_away_is_an_alarm_after_a_while_and_a_refused_login_at_once(
    fetching: Fetching, tmp_path: Path, ago: timedelta | None, is_login: bool, is_alarm: bool
) -> None:
    board = HealthBoard("here")
    since = None if ago is None else datetime.now(UTC) - ago
    fetching.state = PullState(problem="no route", since=since, is_login=is_login)
    stage_of(tmp_path, board).run(Steps(nothing))
    assert board.stands(AlarmKind.CAMERA_FAILED, "gate") is is_alarm
    change = board.next_change()
    assert (change.message, change.at) == ("no route", since) if is_alarm and change else change is None


def test_the_alarm_ends_with_a_connection_and_what_is_wrong_is_said_when_it_changes(
    fetching: Fetching, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "pipeline.ingesting.pulling")
    board = HealthBoard("here")
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    stands = []

    def then(state: PullState) -> Callable[[], None]:
        def change() -> None:
            stands.append(board.stands(AlarmKind.CAMERA_FAILED, "gate"))
            fetching.state = state

        return change

    fetching.state = PullState(problem="no route", since=long_ago)
    stage_of(tmp_path, board).run(
        Steps(
            nothing,
            then(PullState()),  # tried again, and not connected yet
            then(PullState(connections=1)),
            then(PullState(connections=1)),
        )
    )
    assert stands == [True, True, False]
    assert caplog.messages == [
        "source gate: no route; trying again until it works",
        "source gate: messages are fetched",
    ]


def test_a_reader_that_ended_is_made_anew(fetching: Fetching, tmp_path: Path) -> None:
    fetching.is_over = True
    stage_of(tmp_path).run(Steps(nothing, nothing, nothing))
    assert fetching.made == 3
    fetching.is_over = False
    stage_of(tmp_path).run(Steps(nothing, nothing, nothing))
    assert fetching.made == 4


def test_of_two_processes_on_one_data_directory_one_fetches(fetching: Fetching, tmp_path: Path) -> None:
    other = OwnerLock(tmp_path / pulling.INBOX_FILE.with_name("pull-gate.lock"))
    assert other.acquire()
    board = HealthBoard("here")
    stage_of(tmp_path, board).run(Steps(nothing, nothing))
    assert (fetching.made, board.sources()) == (0, ())
    other.release()
    stage_of(tmp_path, board).run(Steps(nothing))
    assert fetching.made == 1
    assert other.acquire()  # it was given back
    other.release()


def test_who_leads_no_more_lets_go_and_leaves_it_to_the_other_one_to_say_how_it_is(
    fetching: Fetching, tmp_path: Path
) -> None:
    board = HealthBoard("here")
    answers = iter([True, False, False])
    fetching.leads = lambda: next(answers)
    fetching.state = PullState(problem="no route", connected_at=datetime(2026, 6, 1, tzinfo=UTC))

    def later() -> None:
        fetching.now += LEADER_SECONDS

    stage_of(tmp_path, board, fetching).run(Steps(later, nothing, nothing))
    assert fetching.log == ["starts", "stops", "joined"]
    (source,) = board.sources()
    assert (source.problem, source.connected_at) == (None, None)
    assert fetching.resigned == ["pull-gate"]


def test_who_fetches_asks_now_and_then_whether_it_may_and_goes_on_while_nobody_can_tell(
    fetching: Fetching, tmp_path: Path
) -> None:
    def away() -> bool:
        raise DatabaseUnavailable("down")

    def pass_seconds(seconds: float, leads: Callable[[], bool]) -> Callable[[], None]:
        def step() -> None:
            fetching.now += seconds
            fetching.leads = leads

        return step

    stage_of(tmp_path, None, fetching).run(
        Steps(
            pass_seconds(LEADER_SECONDS - 0.1, away),
            pass_seconds(0.1, away),
            pass_seconds(LEADER_SECONDS, lambda: True),
            nothing,
        )
    )
    assert fetching.asked == 3
    assert fetching.log == ["starts", "stops", "joined"]


class Pulls:
    """Stands for a stage that fetches."""

    def __init__(self, source: Any, settings: Settings, board: Any, leadership: Any) -> None:
        self.name = pull_name(source.id)

    def run(self, stop: threading.Event) -> None:
        stop.wait()


def test_sources_that_change_are_exchanged_and_those_that_go_take_their_alarm_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulled, "PullStage", Pulls)
    board, runner = HealthBoard("here"), Runner(threading.Event())
    own = PulledSources(runner, board)
    own.take(settings_of(tmp_path, ("a", "10.0.0.1"), ("b", "10.0.0.2"), ("c", "10.0.0.3"), ("posts", None)))
    before = {thread.name: thread for thread in own._group.threads}
    assert set(before) == {"pull-a", "pull-b", "pull-c"}
    for name in "abc":
        board.raised(AlarmKind.CAMERA_FAILED, name, "no route")
    own.take(settings_of(tmp_path, ("a", "10.0.0.1"), ("b", "10.0.0.9"), ("d", "10.0.0.4")))
    after = {thread.name: thread for thread in own._group.threads}
    assert set(after) == {"pull-a", "pull-b", "pull-d"}
    assert after["pull-a"] is before["pull-a"]
    assert after["pull-b"] is not before["pull-b"]
    assert not before["pull-c"].is_alive()
    assert [board.stands(AlarmKind.CAMERA_FAILED, name) for name in "abc"] == [True, True, False]
    # Times without a zone are read by the agency's: all of them begin anew with another one.
    own.take(settings_of(tmp_path, ("a", "10.0.0.1"), time_zone="America/New_York"))
    assert {thread.name for thread in own._group.threads} == {"pull-a"}
    assert not after["pull-a"].is_alive()
    own.stop()
    own.close()
    assert not any(thread.is_alive() for thread in own._group.threads)
