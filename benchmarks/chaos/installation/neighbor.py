"""Another agency, which listens all the time."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Collection

from benchmarks.chaos.installation.commands import TEMPORARY
from benchmarks.chaos.installation.faults import Diary
from benchmarks.chaos.installation.keeper import Keeper
from benchmarks.chaos.installation.listener import Listener
from benchmarks.chaos.installation.site import Site

_REPLAY_SECONDS = 8.0


class Neighbor:
    """A `platewatch subscribe` that is started again whenever it ends, and what it printed.

    Args:
        site: The installation.
        diary: Notes.
        name: What to call it.
        arguments: Further arguments of its command.
    """

    def __init__(self, site: Site, diary: Diary, name: str, *arguments: str) -> None:
        self.name = name
        self.listener = Listener()
        self._site, self._diary = site, diary
        self._command = ("subscribe", "--json", *arguments)
        self.keeper = Keeper(
            site, diary, name, *self._command, on_line=self.listener.take, on_end=self.listener.note_end
        )

    def await_all(self, alerts: Collection[str], patience_seconds: float) -> None:
        """Wait until every one of these was printed, or the time is over."""
        deadline = time.monotonic() + patience_seconds
        while not all(map(self.listener.has, alerts)) and time.monotonic() < deadline:
            time.sleep(0.2)

    def listen_again(self, patience_seconds: float) -> None:
        """Subscribe once more: who has had everything gets nothing."""
        seconds, deadline = _REPLAY_SECONDS, time.monotonic() + patience_seconds
        while True:
            done = subprocess.run(
                self._site.command(*self._command, "--timeout", str(seconds)),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                env=self._site.environment(),
                check=False,
            )
            for line in done.stdout.splitlines():
                self.listener.take(line)
            if done.returncode != TEMPORARY or time.monotonic() > deadline:
                break
            # The broker, which starts with it, took longer.
            seconds *= 2
        if done.returncode != 0:
            self._diary.fault(f"{self.name} once more ended with exit code {done.returncode}: {done.stderr}")
