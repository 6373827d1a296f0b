"""A closed terminal ends a run in order; under nohup it does not; a run without one takes its configuration anew."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios
import threading
from pathlib import Path

import pytest

from tests.integration.runs.logged import LoggedRun
from tests.integration.runs.site import folder_camera, write_site

STARTED = "matching against"


def _run(folder: Path, *, ignored: bool) -> tuple[LoggedRun, int]:
    """Start a run in a terminal of its own that watches an empty folder; return it and the terminal's other end."""
    drop = folder / "drop"
    drop.mkdir(parents=True)
    site = write_site(folder, folder_camera(drop))
    environment = {name: value for name, value in os.environ.items() if name != "PLATEWATCH_DATA_DIR"}
    # A shell that ignores a signal passes that on, as nohup does.
    trap = "trap '' HUP; " if ignored else ""
    command = f'{trap}exec {sys.executable} -m cli.main run --config "{site.config}"'
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        ["bash", "-c", command],
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=folder,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(theirs)
    run = LoggedRun(process)
    run.wait_for(STARTED)
    return run, ours


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hangup")


def test_a_closed_terminal_ends_a_run_in_order(folder: Path) -> None:
    run, terminal = _run(folder, ignored=False)
    with run:
        os.close(terminal)
        assert run.process.wait(timeout=90) == 0
    assert not (folder / "data/postgres/data/postmaster.pid").exists(), "the database was stopped"


def test_nohup_keeps_it_running(folder: Path) -> None:
    run, terminal = _run(folder, ignored=True)
    with run:
        os.close(terminal)
        threading.Event().wait(2)
        assert run.process.poll() is None
        run.process.send_signal(signal.SIGTERM)
        assert run.process.wait(timeout=90) == 0
