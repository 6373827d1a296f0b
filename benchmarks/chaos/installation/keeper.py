"""A service manager in small: starts a command again whenever it ends, and looks at how it ended."""

from __future__ import annotations

import collections
import signal
import subprocess
import threading
import time
from collections.abc import Callable

from benchmarks.chaos.installation.commands import TEMPORARY
from benchmarks.chaos.installation.faults import Diary
from benchmarks.chaos.installation.site import Site

_PAUSE_SECONDS = 0.3
_LAST_LINES = 12
_END_SECONDS = 120.0
"""A run ends within 15 s of its own accord; more than that is left to a busy machine."""


class Keeper(threading.Thread):
    """Keeps one command running.

    Args:
        site: The installation.
        diary: Where ends are noted.
        name: What to call it.
        arguments: The command.
        on_line: Gets every whole line of its standard output.
        on_end: Told when a process has ended and its output is read, and whether it was killed.
    """

    def __init__(
        self,
        site: Site,
        diary: Diary,
        name: str,
        *arguments: str,
        on_line: Callable[[str], None] | None = None,
        on_end: Callable[[bool], None] | None = None,
    ) -> None:
        super().__init__(name=name, daemon=True)
        self.starts = 0
        self.gave_up = 0
        """How often it ended by itself because something was away, as it may."""
        self.broken_off = 0
        """How often it broke off what hung when it was told to end, as it may."""
        self.last_end_seconds: float | None = None
        """How long the last orderly end took."""
        self._site, self._diary, self._arguments = site, diary, arguments
        self._on_line, self._on_end = on_line, on_end
        self._process: subprocess.Popen[str] | None = None
        self._expected: set[signal.Signals] = set()
        self._leaving = threading.Event()
        self._may_start = threading.Event()
        self._may_start.set()
        self._guard = threading.Lock()

    @property
    def pid(self) -> int | None:
        """The process's id while it runs, else None."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def strike(self, how: signal.Signals) -> bool:
        """Send a signal that ends it; return False where it does not run just now."""
        with self._guard:
            process = self._process
            if process is None or process.poll() is not None:
                return False
            self._expected.add(how)
            process.send_signal(how)
            return True

    def run(self) -> None:
        """Start it again and again."""
        while not self._leaving.is_set():
            self._may_start.wait()
            self._live()
            self._leaving.wait(_PAUSE_SECONDS)

    def hold(self) -> None:
        """Have it end in order, and start it only after `release`."""
        self._may_start.clear()
        self.strike(signal.SIGTERM)

    def release(self) -> None:
        """Start it again."""
        self._may_start.set()

    def end(self) -> None:
        """Have it end in order, and start it no more."""
        self._leaving.set()
        self._may_start.set()
        began = time.monotonic()
        process = self._process
        if self.strike(signal.SIGTERM):
            self.join(_END_SECONDS)
            if self.is_alive() and process is not None:
                self._diary.fault(f"{self.name} did not end within {_END_SECONDS:g} s of SIGTERM")
                process.kill()
            self.last_end_seconds = time.monotonic() - began
        self.join()

    def _live(self) -> None:
        with self._guard:
            if self._leaving.is_set() or not self._may_start.is_set():
                return
            self._expected.clear()
            process = self._process = subprocess.Popen(
                self._site.command(*self._arguments),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                env=self._site.environment(),
            )
        self.starts += 1
        self._diary.note("start", name=self.name, pid=process.pid)
        errors: collections.deque[str] = collections.deque(maxlen=_LAST_LINES)
        reader = threading.Thread(target=self._read_errors, args=(process, errors), daemon=True)
        with process:
            reader.start()
            self._read_lines(process)
            code = process.wait()
            reader.join()
        self._judge(code, list(errors))
        if self._on_end is not None:
            self._on_end(code == -signal.SIGKILL)

    def _read_lines(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            # Half a line was being written when it was killed.
            if line.endswith("\n") and self._on_line is not None:
                self._on_line(line)

    def _read_errors(self, process: subprocess.Popen[str], last: collections.deque[str]) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            last.append(line.rstrip())
            self._diary.note("said", name=self.name, line=line.rstrip())

    def _judge(self, code: int, said: list[str]) -> None:
        expected = {-how for how in self._expected}
        if signal.SIGTERM in self._expected:
            # In order; before a command listens to signals, SIGTERM ends it as it ends every program.
            expected.add(0)
        self._diary.note("end", name=self.name, code=code)
        if code in expected:
            return
        if code == TEMPORARY and signal.SIGTERM in self._expected:
            self.broken_off += 1
            return
        if code == TEMPORARY:
            self.gave_up += 1
            return
        why = ", ".join(how.name for how in self._expected) or "nothing"
        self._diary.fault(f"{self.name} ended with exit code {code} after {why}: {' | '.join(said)}")
