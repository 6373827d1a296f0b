"""While the database is away, the run says so: since when, with what is wrong now, and once."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.health import stage as health_stage
from pipeline.health.board import HealthBoard
from pipeline.health.stage import HealthStage
from schemas.errors import DatabaseUnavailable, InvalidInput, TransientError
from schemas.events import AlarmKind
from schemas.health import CameraHealth, RunHealth
from schemas.settings import Settings
from services.run_state import read_run_health
from storage.database import Database


class Away(Database):
    """A database that is not there, for reasons that change; `asked` counts who wanted it."""

    def __init__(self) -> None:
        self.reasons = iter(range(1, 1000))
        self.asked = 0

    def _fail(self) -> Any:
        self.asked += 1
        raise DatabaseUnavailable(f"db: refused ({next(self.reasons)})")

    connection = transaction = _fail  # type: ignore[assignment]


def told(settings: Settings) -> RunHealth:
    found = read_run_health(settings.data_dir)
    assert found is not None
    return found


def step(stage: HealthStage) -> None:
    stop = threading.Event()
    stop.set()
    stage.run(stop)


@pytest.mark.parametrize("watches_cameras", [True, False])
def test_an_absence_of_the_database_is_told_from_its_beginning(watches_cameras: bool, tmp_path: Path) -> None:
    settings, board, away = Settings(data_dir=tmp_path), HealthBoard("here"), Away()
    stage = HealthStage(board, lambda: settings, away, watches_cameras=watches_cameras)
    step(stage)
    first = told(settings).database_problem
    assert first is not None
    assert first.problem == "db: refused (1)"
    step(stage)
    second = told(settings).database_problem
    assert second is not None
    assert second.since == first.since
    assert second.problem == f"db: refused ({away.asked})"
    assert board.standing()[AlarmKind.DATABASE] == 1


def test_news_go_to_the_database_at_once_and_else_it_is_asked_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(health_stage.time, "monotonic", lambda: now[0])
    settings, board, away = Settings(data_dir=tmp_path), HealthBoard("here"), Away()
    stage = HealthStage(board, lambda: settings, away)
    stage._store(force=False)
    asked = away.asked
    assert asked > 0
    while (change := board.next_change()) is not None:
        board.stored(change)
    now[0] += health_stage.DATABASE_SECONDS - 0.5
    stage._store(force=False)
    assert away.asked == asked  # nothing new, and not long ago
    board.raised(AlarmKind.CAMERA_FAILED, "gate", "no route")
    stage._store(force=False)
    assert away.asked > asked
    while (change := board.next_change()) is not None:
        board.stored(change)
    asked = away.asked
    now[0] += health_stage.DATABASE_SECONDS
    stage._store(force=False)
    assert away.asked > asked
    asked = away.asked
    stage._store(force=True)
    assert away.asked > asked


class Stored:
    """Stands where the database keeps alarms, cameras and pictures; `fails` is raised while it is away."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.known: list[tuple[str, CameraHealth]] = []
        self.fails: Exception | None = None

    def save(self, machine: str, cameras: list[CameraHealth]) -> None:
        if self.fails is not None:
            raise self.fails
        self.calls.append(("cameras", machine, [camera.camera_id for camera in cameras]))

    def load(self) -> list[tuple[str, CameraHealth]]:
        return self.known

    def raise_alarm(self, kind: AlarmKind, subject: str, message: str, at: datetime) -> None:
        self.calls.append(("raise", kind, subject, message, at))

    def clear(self, kind: AlarmKind, subject: str, at: datetime) -> None:
        self.calls.append(("clear", kind, subject, at))

    def store(self) -> None:
        self.calls.append(("readers",))

    def judge(self, settings: Settings) -> None:
        self.calls.append(("judge readers",))


NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
EARLIER = NOON - timedelta(days=3)


def stored_stage(
    monkeypatch: pytest.MonkeyPatch, folder: Path, board: HealthBoard, *, watches_cameras: bool = True
) -> tuple[HealthStage, Stored]:
    stored = Stored()
    for name in ("Alarms", "CameraStates", "ReaderWatch"):
        monkeypatch.setattr(health_stage, name, lambda *_: stored)
    monkeypatch.setattr(health_stage, "save_picture", lambda _, *picture: stored.calls.append(("picture", *picture)))
    monkeypatch.setattr(health_stage, "judge_cameras", lambda *_: stored.calls.append(("judge cameras",)))
    settings = Settings(data_dir=folder)
    return HealthStage(board, lambda: settings, Away(), watches_cameras=watches_cameras), stored


def camera(name: str, **known: Any) -> CameraHealth:
    return CameraHealth.model_validate({"camera_id": name, "known_since": NOON, **known})


def test_what_earlier_runs_knew_goes_on_and_cameras_that_this_machine_has_no_more_go(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    board = HealthBoard("here")
    stage, stored = stored_stage(monkeypatch, tmp_path, board)
    board.know_camera(camera("gate"))
    board.know_camera(camera("new", last_read_at=NOON))
    stored.known = [
        ("there", camera("gate", known_since=EARLIER, last_picture_at=EARLIER, last_read_at=EARLIER)),
        ("here", camera("gone", known_since=EARLIER)),
        ("there", camera("theirs", known_since=EARLIER)),
    ]
    board.raised(AlarmKind.CAMERA_SILENT, "gate", "silent", at=NOON)
    board.showed("gate", NOON, b"jpeg")
    step(stage)
    gate, new = board.cameras()
    assert gate == camera("gate", known_since=EARLIER, last_picture_at=EARLIER, last_read_at=EARLIER)
    assert new == camera("new", last_read_at=NOON)
    # Before they are known nothing is said of their silence.
    assert ("judge cameras",) not in stored.calls
    assert [call for call in stored.calls if call[0] == "cameras"] == [("cameras", "here", ["gate", "new"])]
    assert ("picture", "gate", NOON, b"jpeg") in stored.calls
    assert ("raise", AlarmKind.CAMERA_SILENT, "gate", "silent", NOON) in stored.calls
    cleared = {call[1:3] for call in stored.calls if call[0] == "clear"}
    assert (AlarmKind.CAMERA_SILENT, "gone") in cleared
    assert (AlarmKind.CAMERA_SILENT, "theirs") not in cleared
    assert board.next_change() is None


def test_only_news_of_cameras_are_stored_and_they_are_judged_from_then_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    board = HealthBoard("here")
    stage, stored = stored_stage(monkeypatch, tmp_path, board)
    for name in ("gate", "east", "west"):
        board.know_camera(camera(name))
    step(stage)
    saved = []
    for changes in (
        {},
        {"gate": {"last_picture_at": NOON}},
        {"east": {"last_read_at": NOON}, "west": {"waiting": 3}},
    ):
        for name, change in changes.items():
            board.camera(name, **change)
        stored.calls.clear()
        step(stage)
        saved += [call[2] for call in stored.calls if call[0] == "cameras"]
        assert ("judge cameras",) in stored.calls
        assert ("judge readers",) in stored.calls
    assert saved == [[], ["gate"], ["east"]]
    stage.learn()
    stored.calls.clear()
    step(stage)
    assert ("judge cameras",) not in stored.calls
    assert [call[2] for call in stored.calls if call[0] == "cameras"] == [["gate", "east", "west"]]


def test_a_service_without_cameras_judges_none_and_asks_the_database_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    board = HealthBoard("here")
    stage, stored = stored_stage(monkeypatch, tmp_path, board, watches_cameras=False)
    board.know_camera(camera("gate"))
    step(stage)
    step(stage)
    assert [call for call in stored.calls if call[0] != "clear"] == [("cameras", "here", [])] * 2


def test_while_the_database_is_away_nothing_is_judged_and_its_alarm_comes_late_with_its_own_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    board = HealthBoard("here")
    stage, stored = stored_stage(monkeypatch, tmp_path, board)
    step(stage)
    stored.calls.clear()
    stored.fails = DatabaseUnavailable("refused")
    begun = datetime.now(UTC)
    step(stage)  # it is judged once more, by what was stored
    for _ in range(2):
        stored.calls.clear()
        step(stage)
        assert stored.calls == []
    stored.fails = None
    step(stage)
    raised = [call for call in stored.calls if call[0] == "raise"]
    assert [call[1:4] for call in raised] == [
        (AlarmKind.DATABASE, "here", "the run on this machine has to wait: refused")
    ]
    assert begun <= raised[0][4] <= datetime.now(UTC)
    assert stored.calls[-1][:3] == ("clear", AlarmKind.DATABASE, "here")
    assert told(Settings(data_dir=tmp_path)).database_problem is not None
    step(stage)
    assert told(Settings(data_dir=tmp_path)).database_problem is None
    assert caplog.messages == ["the run waits for its database: refused"]


@pytest.mark.parametrize(("error", "is_away"), [(TransientError("busy"), False), (InvalidInput("no table"), True)])
def test_what_is_busy_is_no_outage_and_what_refuses_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: Exception, is_away: bool
) -> None:
    board = HealthBoard("here")
    stage, stored = stored_stage(monkeypatch, tmp_path, board)
    stored.fails = error
    step(stage)
    assert board.stands(AlarmKind.DATABASE, "here") is is_away


def test_a_fault_of_ours_ends_no_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stage, stored = stored_stage(monkeypatch, tmp_path, HealthBoard("here"))
    stored.fails = ZeroDivisionError()
    step(stage)
    assert caplog.messages == ["the run's health cannot be told"]
