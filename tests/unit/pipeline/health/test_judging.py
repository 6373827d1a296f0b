"""Alarms about cameras follow what is noted of them; at the edge a file keeps those that stand."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.health.board import HealthBoard
from pipeline.health.edge import EdgeHealthStage
from pipeline.health.judging import judge_cameras
from schemas.events import AlarmKind
from schemas.health import CameraHealth, OutgoingHealth, Reloaded
from schemas.settings import ImageFolderCamera, Settings
from services.run_state import read_run_health

CAMERA = ImageFolderCamera(id="gate", path=Path("/srv/gate"), silent_minutes=60)
SETTINGS = Settings(cameras=(CAMERA,))


def state(**known: object) -> CameraHealth:
    now = datetime.now(UTC)
    given = {"camera_id": "gate", "known_since": now - timedelta(days=9), "looked_at": now, **known}
    return CameraHealth.model_validate(given)


def told(board: HealthBoard, settings: Settings = SETTINGS) -> list[tuple[AlarmKind, bool]]:
    """What was raised (True) and cleared by one judgment."""
    judge_cameras(board, settings)
    found = []
    while (change := board.next_change()) is not None:
        board.stored(change)
        found.append((change.kind, change.message is not None))
    return found


def test_a_silent_camera_is_told_until_pictures_come_and_none_wait(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "pipeline.health.judging")
    board, now = HealthBoard("here"), datetime.now(UTC)
    board.know_camera(state(last_picture_at=now - timedelta(hours=2)))
    assert told(board) == [(AlarmKind.CAMERA_SILENT, True)]
    assert told(board) == []
    board.camera("gate", waiting=3)
    assert told(board) == []  # what waits may be old: that says nothing yet
    board.camera("gate", waiting=0, last_picture_at=now, looked_at=None)
    assert told(board) == []
    board.camera("gate", looked_at=now)
    assert told(board) == [(AlarmKind.CAMERA_SILENT, False)]
    assert [message.partition(": ")[0] for message in caplog.messages] == ["camera gate"] * 2
    assert caplog.messages[1] == "camera gate: pictures come again"


def test_a_folder_that_hangs_is_a_failure_and_no_silence() -> None:
    board, now = HealthBoard("here"), datetime.now(UTC)
    board.know_camera(state(last_picture_at=now - timedelta(hours=2), looking_since=now - timedelta(minutes=6)))
    assert told(board) == [(AlarmKind.CAMERA_FAILED, True)]
    assert told(board) == []


def test_cameras_that_are_not_configured_are_not_judged() -> None:
    board = HealthBoard("here")
    board.know_camera(state(last_picture_at=datetime.now(UTC) - timedelta(hours=2)))
    assert told(board, Settings()) == []


def test_at_the_edge_what_stands_is_in_the_file_since_when_it_was_raised_first(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "pipeline.health.edge")
    settings, board = Settings(data_dir=tmp_path), HealthBoard("here")
    stage = EdgeHealthStage(board, lambda: settings, OutgoingHealth, Reloaded, "recognize")
    stop = threading.Event()
    stop.set()
    first, second = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 2, tzinfo=UTC)

    def standing() -> list[tuple[str, str, str, datetime]]:
        stage.run(stop)
        health = read_run_health(tmp_path)
        assert health is not None
        return [(one.kind, one.subject, one.message, one.raised_at) for one in health.alarms]

    board.raised(AlarmKind.BROKER, "here", "away", at=first)
    assert standing() == [("broker", "here", "away", first)]
    board.raised(AlarmKind.BROKER, "here", "still away", at=second)
    board.raised(AlarmKind.DELIVERIES, "here", "refused", at=second)
    expected = [("broker", "here", "still away", first), ("deliveries", "here", "refused", second)]
    assert standing() == expected
    board.cleared(AlarmKind.BROKER, "here")
    board.cleared(AlarmKind.CAMERA_FAILED, "gate")
    assert standing() == expected[1:]
    assert [one for one in caplog.messages if one.startswith("alarm")] == [
        "alarm broker about here: away",
        "alarm deliveries about here: refused",
        "alarm broker about here is over",
    ]
