"""A run under a service manager, whose socket this plays: ready when it is, alive while it is, and ending."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.integration.runs.pictures import write_frame_with_a_plate
from tests.integration.runs.site import folder_camera, write_site

WATCHDOG_SECONDS = 3.0


class Manager:
    """Collects what a service says, with the moment of each."""

    def __init__(self, path: Path) -> None:
        self.told: list[tuple[float, str]] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._thread = threading.Thread(target=self._collect)
        self._thread.start()
        self._path = path

    def _collect(self) -> None:
        while text := self._socket.recv(4096).decode():
            self.told.append((time.monotonic(), text))

    def close(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
            door.sendto(b"", str(self._path))
        self._thread.join()
        self._socket.close()

    def said(self, line: str) -> list[float]:
        """When something was said."""
        return [moment for moment, text in list(self.told) if line in text.splitlines()]


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    running = Manager(tmp_path / "notify")
    yield running
    running.close()


def wait_until(condition: Callable[[], object], process: subprocess.Popen[str], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def test_a_run_says_when_it_is_ready_that_it_lives_and_that_it_ends(
    manager: Manager, database_url: str, tmp_path: Path
) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    write_frame_with_a_plate(tmp_path / "frame.jpg")
    site = write_site(tmp_path / "site", folder_camera(drop), database=f"url = {json.dumps(database_url)}\n")
    environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": str(int(WATCHDOG_SECONDS * 1e6))}
    with site.start("run", **environment) as process:
        log: list[str] = []
        threading.Thread(target=lambda: log.extend(process.stderr or ()), daemon=True).start()
        wait_until(lambda: manager.said("READY=1"), process)
        assert any("matching against" in line for line in log), "it was not ready"
        assert manager.told[0][1] == "STATUS=starting"
        wait_until(lambda: len(manager.said("WATCHDOG=1")) >= 3, process)
        # Whoever holds this lock has the recorder wait in the middle of its work, for as long as the lock is held.
        with psycopg.connect(database_url) as connection:
            connection.execute("lock table reads in access exclusive mode")
            (tmp_path / "frame.jpg").rename(drop / "a.jpg")
            wait_until(lambda: any("no life from recorder" in line for line in log), process)
            hung = time.monotonic()
            time.sleep(WATCHDOG_SECONDS)
            assert not [moment for moment in manager.said("WATCHDOG=1") if moment > hung], "it was fed all the same"
        wait_until(lambda: manager.said("WATCHDOG=1")[-1] > hung, process)
        assert not manager.said("STOPPING=1")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=90) == 0, "".join(log)
    assert len(manager.said("READY=1")) == 1
    assert manager.told[-1][1].splitlines()[0] == "STOPPING=1"


def test_a_run_that_cannot_start_never_says_that_it_is_ready(manager: Manager, tmp_path: Path) -> None:
    database = 'url = "postgresql://platewatch@127.0.0.1:9/platewatch"\ntimeout_seconds = 0.5\n'
    site = write_site(tmp_path / "site", folder_camera(tmp_path), database=database)
    done = site.run("run", NOTIFY_SOCKET=str(tmp_path / "notify"))
    assert done.returncode == 75
    assert not manager.said("READY=1")
