"""A closed terminal ends a run in order; under nohup it does not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.integration.runs.site import folder_camera, write_site

STARTED = "matching against"


def _run(folder: Path, *, ignored: bool) -> subprocess.Popen[str]:
    """Start a run that watches an empty folder, and wait until it does."""
    drop = folder / "drop"
    drop.mkdir(parents=True)
    site = write_site(folder, folder_camera(drop))
    environment = {name: value for name, value in os.environ.items() if name != "PLATEWATCH_DATA_DIR"}
    # A shell that ignores a signal passes that on, as nohup does.
    trap = "trap '' HUP; " if ignored else ""
    command = f'{trap}exec {sys.executable} -m cli.main run --config "{site.config}"'
    process = subprocess.Popen(["bash", "-c", command], stderr=subprocess.PIPE, text=True, env=environment, cwd=folder)
    assert process.stderr is not None
    for line in process.stderr:
        if STARTED in line:
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return process
    raise AssertionError("the run ended before it had started")


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hangup")


def test_a_closed_terminal_ends_a_run_in_order(folder: Path) -> None:
    with _run(folder, ignored=False) as process:
        process.send_signal(signal.SIGHUP)
        assert process.wait(timeout=30) == 0
    assert not (folder / "data/postgres/data/postmaster.pid").exists(), "the database was stopped"


def test_nohup_keeps_it_running(folder: Path) -> None:
    with _run(folder, ignored=True) as process:
        process.send_signal(signal.SIGHUP)
        time.sleep(2)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
