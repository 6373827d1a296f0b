"""The file in which a service says how it is: all of it, and that it cannot be written once per outage."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.health import written
from pipeline.health.board import HealthBoard
from pipeline.health.written import HealthFile
from schemas.health import (
    CameraHealth,
    CarStateHealth,
    LocalAlarm,
    OutgoingHealth,
    Reloaded,
    RunHealth,
    SourceHealth,
    StageHealth,
)
from services.run_state import read_run_health

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("names", "name"), [({}, "run-health.json"), ({"service": "matcher"}, "matcher-health.json")], ids=["run", "other"]
)
def test_all_that_is_known_stands_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: dict[str, str], name: str
) -> None:
    monkeypatch.setattr(written.os, "getpid", lambda: 4711)
    board, begun = HealthBoard("here"), datetime.now(UTC)
    gate, state = (
        CameraHealth(camera_id="gate", known_since=NOON, waiting=3),
        CarStateHealth(kind="no_fix", subject="", seconds=7.5, since=NOON, words="no position", stops=False),
    )
    board.know_camera(gate)
    board.source("axis", "axis", received=7)
    board.car_states = (state,)
    stage = board.stage_fails("relay", "no broker")
    database = StageHealth(stage="database", problem="refused", since=NOON)
    alarm = LocalAlarm(kind="broker", subject="here", message="away", raised_at=NOON)
    waiting = OutgoingHealth(waiting=9, oldest_at=NOON)
    own = HealthFile(board, tmp_path, lambda: Reloaded(NOON, ("log_level",)), **names)
    own.write(database, (alarm,), waiting)
    found = read_run_health(tmp_path, name)
    assert found is not None
    assert begun <= found.started_at <= found.updated_at <= datetime.now(UTC)
    assert found == RunHealth(
        service=names.get("service", "run"),
        process=4711,
        started_at=found.started_at,
        updated_at=found.updated_at,
        database_problem=database,
        stages=(stage,),
        cameras=(gate,),
        sources=(SourceHealth(source_id="axis", vendor="axis", received=7),),
        reloaded_at=NOON,
        needs_restart=("log_level",),
        alarms=(alarm,),
        outgoing=waiting,
        car_states=(state,),
    )
    # It began once, and what is over does not stand there any more.
    own.write()
    later = read_run_health(tmp_path, name)
    assert later is not None
    assert (later.started_at, later.database_problem, later.alarms, later.outgoing) == (
        found.started_at,
        None,
        (),
        None,
    )


def test_a_service_may_have_the_file_of_another_kind(tmp_path: Path) -> None:
    HealthFile(HealthBoard("here"), tmp_path, service="recognize", kind="run").write()
    found = read_run_health(tmp_path)
    assert found is not None
    assert found.service == "recognize"


def test_a_disk_that_is_full_is_said_once_per_outage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    own, write = HealthFile(HealthBoard("here"), tmp_path), written.write_run_health

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    said = []
    for is_full in (True, True, False, True):
        monkeypatch.setattr(written, "write_run_health", full if is_full else write)
        before = len(caplog.messages)
        own.write()
        said.append(caplog.messages[before:])
    line = f"how the run is cannot be written to {tmp_path}: No space left on device"
    assert said == [[line], [], [], [line]]
