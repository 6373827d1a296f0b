"""A running command whose log a test can wait for."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from typing import Self

WAIT_SECONDS = 90.0


class LoggedRun:
    """A process with its standard error, read as it comes. A context that kills what still runs at its end.

    Args:
        process: Started with pipes.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in iter(self.process.stderr.readline, ""):
            self.lines.append(line)

    def count(self, words: str) -> int:
        """Return in how many lines some words are."""
        return sum(words in line for line in list(self.lines))

    def wait_for(self, words: str, times: int = 1) -> None:
        """Wait until some words were logged."""
        self.wait_until(lambda: self.count(words) >= times, words)

    def wait_until(self, condition: Callable[[], object], what: str = "it") -> None:
        """Wait until something holds."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not condition():
            assert self.process.poll() is None, "".join(self.lines)
            assert time.monotonic() < deadline, f"{what} did not come: {''.join(self.lines)}"
            time.sleep(0.05)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=90)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()
        self._reader.join(5)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
