"""While the database is away, the run says so: since when, with what is wrong now, and once."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from pipeline.health import stage as health_stage
from pipeline.health.board import HealthBoard
from pipeline.health.stage import HealthStage
from schemas.errors import DatabaseUnavailable
from schemas.events import AlarmKind
from schemas.health import RunHealth
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
