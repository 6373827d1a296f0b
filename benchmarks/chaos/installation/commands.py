"""What a person does meanwhile: commands, given again until they are done."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from dataclasses import dataclass

from benchmarks.chaos.installation.faults import Diary, Hung
from benchmarks.chaos.installation.site import Site

TEMPORARY = 75
"""The exit code of what may work later."""
_PAUSE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Attempt:
    """A command that was given once; the audit names its process. `action` is what it calls it, empty if nothing."""

    action: str
    pid: int
    code: int


class Person:
    """Gives one command after the other.

    Args:
        site: The installation.
        diary: Where attempts are noted.
        patience_seconds: How long a command may fail once nothing is struck any more.
    """

    def __init__(self, site: Site, diary: Diary, patience_seconds: float) -> None:
        self.attempts: list[Attempt] = []
        self._site, self._diary, self._patience = site, diary, patience_seconds
        self._process: subprocess.Popen[str] | None = None
        self._guard = threading.Lock()

    def strike(self) -> bool:
        """Kill the command that is at work; return False where none is."""
        with self._guard:
            if self._process is None or self._process.poll() is not None:
                return False
            self._process.kill()
            return True

    @property
    def is_at_work(self) -> bool:
        """Whether a command is at work."""
        process = self._process
        return process is not None and process.poll() is None

    def give(self, action: str, *arguments: str, done_already: str | None = None, sudo: str = "") -> None:
        """Give a command until it says that it is done.

        Args:
            action: What the audit calls it; empty: it is not written down.
            arguments: The command.
            sudo: Whoever became this user to give it, where that is another person.
            done_already: What its refusal holds where an attempt whose answer was lost has done it.

        Raises:
            Hung: It fails on and on.
        """
        deadline = time.monotonic() + self._patience
        tried = False
        while True:
            code, said = self._try(action, arguments, sudo)
            if code == 0 or (tried and done_already is not None and code == 1 and done_already in said):
                return
            if code not in (TEMPORARY, -signal.SIGKILL):
                self._diary.fault(f"platewatch {' '.join(arguments[:2])} ended with exit code {code}: {said}")
            if time.monotonic() > deadline:
                raise Hung(f"platewatch {' '.join(arguments[:2])} fails on and on: {said}")
            tried = True
            time.sleep(_PAUSE_SECONDS)

    def _try(self, action: str, arguments: tuple[str, ...], sudo: str) -> tuple[int, str]:
        with self._guard:
            process = self._process = subprocess.Popen(
                self._site.command(*arguments),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env=self._site.environment() | ({"SUDO_USER": sudo} if sudo else {}),
            )
        out, err = process.communicate()
        said = " | ".join((out + err).split("\n")[-6:]).strip(" |")
        self.attempts.append(Attempt(action, process.pid, process.returncode))
        self._diary.note("command", pid=process.pid, code=process.returncode, command=arguments, said=said)
        return process.returncode, said
