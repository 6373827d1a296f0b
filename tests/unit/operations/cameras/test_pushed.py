"""`platewatch camera check ID` says of a camera that pushes what a run takes of it, or why nothing comes."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from cli.failures import exit_code
from cli.main import app
from schemas.health import CameraHealth, RunHealth
from services.data_directory import run_alone
from services.run_state import write_run_health

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
CAMERA = '[[cameras]]\nid = "bridge"\ntype = "push"\n'
LISTEN = '[ingest]\nlisten = "127.0.0.1:8480"\n'
FOLDER = '[[cameras]]\nid = "lot"\ntype = "image_folder"\npath = "drop"\n'


def check(folder: Path, name: str, text: str = LISTEN + CAMERA) -> tuple[int, dict[str, Any], str]:
    config = folder / "platewatch.toml"
    config.write_text(text)
    done = CliRunner().invoke(
        app, ["camera", "check", name, "--config", str(config), "--data-dir", str(folder), "--seconds", "1", "--json"]
    )
    said = json.loads(done.stdout) if done.stdout.strip() else {}
    code = 0 if done.exception is None else exit_code(done.exception)
    return code, said, str(done.exception or "")


@contextmanager
def telling(folder: Path, *, per_second: int, problem: str | None = None) -> Iterator[None]:
    """A run that says how its camera is."""
    stop = threading.Event()

    def tell() -> None:
        began = time.monotonic()
        while not stop.wait(0.05):
            frames = int((time.monotonic() - began) * per_second)
            camera = CameraHealth(
                camera_id="bridge", known_since=NOON, frames=frames, dropped_frames=0, problem=problem
            )
            health = RunHealth(process=os.getpid(), started_at=NOON, updated_at=datetime.now(UTC), cameras=(camera,))
            write_run_health(folder, health)

    with run_alone(folder):
        thread = threading.Thread(target=tell)
        thread.start()
        time.sleep(0.2)
        try:
            yield
        finally:
            stop.set()
            thread.join()


def test_what_a_run_takes_of_it_is_counted(tmp_path: Path) -> None:
    with telling(tmp_path, per_second=20):
        code, said, _ = check(tmp_path, "bridge")
    assert code == 0, said
    assert said["works"] is True
    assert said["address"] == "http://127.0.0.1:8480/ingest/cameras/bridge/frames"
    # A second of a busy machine may hold more or less of it.
    assert 2 < said["fps"] < 100


def test_why_nothing_comes_is_said_in_one_line_with_the_url(tmp_path: Path) -> None:
    with telling(
        tmp_path, per_second=0, problem="posted no picture for 5 s; the last message was refused (401): no token"
    ):
        code, said, _ = check(tmp_path, "bridge")
    assert (code, said["works"]) == (75, False)
    assert "refused (401)" in said["problem"]
    assert "127.0.0.1:8480/ingest/cameras/bridge/frames" in said["problem"]
    code, said, _ = check(tmp_path, "bridge")
    assert code == 75
    assert "start one (platewatch run)" in said["problem"]


def test_what_is_no_live_camera_is_said_to_be_none(tmp_path: Path) -> None:
    for name, text, expected in (
        ("pole", LISTEN + CAMERA, "live ones: bridge"),
        ("lot", FOLDER, "sends files"),
        ("bridge", CAMERA, "ingest.listen is not set"),
    ):
        code, _, error = check(tmp_path, name, text)
        assert code == 1
        assert expected in error
