"""A console in a process of its own, which a test may kill."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx

from schemas.settings import Settings
from tests.integration.console.site import free_port

START_SECONDS = 90


class ServerProcess:
    """`platewatch serve`, at one port whenever it is started.

    Args:
        settings: Those of the test's console: its agency and data directory.
        database_url: The test's database.
    """

    def __init__(self, settings: Settings, database_url: str) -> None:
        port = free_port()
        self.url = f"https://localhost:{port}"
        self._environment = os.environ | {
            "PLATEWATCH_DATA_DIR": str(settings.data_dir / f"beside-{port}"),
            "PLATEWATCH_DATABASE__URL": database_url,
            "PLATEWATCH_AGENCY_ID": settings.agency_id,
            "PLATEWATCH_CONSOLE__LISTEN": f"127.0.0.1:{port}",
        }
        self._process: subprocess.Popen[bytes] | None = None

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Have it run for the time of the block, unless it is killed within."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "cli.main", "serve"],
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            self._wait(self._process)
            yield
        finally:
            self.kill()

    def kill(self) -> None:
        """Kill it: nothing of it is ended in order."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            try:
                httpx.get(f"{self.url}/sign-in", verify=False, timeout=5)
            except httpx.HTTPError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError(f"the console did not start (exit code {process.poll()})")
