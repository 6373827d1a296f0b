"""How the readers are is told from what the run says, and a run that is gone is said to be."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from operations.status.readers import reader_state
from schemas.health import CameraHealth, ReaderHealth, RunHealth, SourceHealth
from services.data_directory import run_alone
from services.run_state import write_run_health

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def told(folder: Path, *options: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["health", "--data-dir", str(folder), *options])
    return done.exit_code, done.stdout


def write(folder: Path, *, problem: str | None = None, quarantined: int = 0) -> None:
    now = datetime.now(UTC)
    camera = CameraHealth(
        camera_id="gate",
        known_since=NOON,
        last_frame_at=NOON,
        fps=9.96,
        dropped_frames=3,
        reconnects=1,
        problem=problem,
    )
    source = SourceHealth(source_id="axis", vendor="axis", received=12, reads=11, quarantined=quarantined)
    health = RunHealth(process=os.getpid(), started_at=NOON, updated_at=now, cameras=(camera,), sources=(source,))
    write_run_health(folder, health)


@pytest.mark.parametrize(
    ("sign", "read", "problem", "state"),
    [
        (None, None, None, "reads"),  # its vendor sends no signs of life
        (15, 60, None, "reads"),
        (15, 61, None, "alive, no reads"),
        (0, None, None, "alive, no reads"),
        (16, 0, None, "no sign of life"),
        (0, 0, "lens is dark", "lens is dark"),
    ],
)
def test_a_reader_that_says_nothing_for_a_quarter_of_an_hour_or_reads_nothing_for_an_hour_is_named(
    sign: int | None, read: int | None, problem: str | None, state: str
) -> None:
    """`sign` and `read` are minutes ago."""
    signed, seen = (None if ago is None else NOON - timedelta(minutes=ago) for ago in (sign, read))
    reader = ReaderHealth(reader_id="gate", last_sign_at=signed, last_read_at=seen, problem=problem)
    assert reader_state(reader, NOON) == state


def test_readers_are_shown_with_what_they_did(tmp_path: Path) -> None:
    with run_alone(tmp_path):
        write(tmp_path)
        code, text = told(tmp_path, "--json")
        answer = json.loads(text)
        assert (code, answer["problems"]) == (0, [])
        assert (answer["cameras"][0]["fps"], answer["sources"][0]["reads"]) == (9.96, 11)
        code, text = told(tmp_path)
        assert code == 0
        assert "gate" in text
        assert "all is fine" in text


def test_what_is_wrong_ends_with_one(tmp_path: Path) -> None:
    with run_alone(tmp_path):
        write(tmp_path, problem="no picture for 5 s", quarantined=2)
        code, text = told(tmp_path, "--json")
    assert code == 1
    answer = json.loads(text)
    assert answer["problems"] == ["camera gate: no picture for 5 s"]
    assert answer["sources"][0]["quarantined"] == 2


def test_a_run_that_is_gone_is_wrong(tmp_path: Path) -> None:
    write(tmp_path)
    code, text = told(tmp_path, "--json")
    assert code == 1
    assert json.loads(text)["problems"] == ["no run is at work on this data directory"]
