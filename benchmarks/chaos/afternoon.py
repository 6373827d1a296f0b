"""One afternoon of one installation, struck or not, from an empty data directory to its books."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from benchmarks.chaos.books import Books, read_books
from benchmarks.chaos.disk import Disk
from benchmarks.chaos.installation.commands import TEMPORARY, Attempt, Person
from benchmarks.chaos.installation.faults import Diary
from benchmarks.chaos.installation.keeper import Keeper
from benchmarks.chaos.installation.listener import Listener
from benchmarks.chaos.installation.memory import MemoryWatch
from benchmarks.chaos.installation.processes import left_behind
from benchmarks.chaos.installation.site import Site
from benchmarks.chaos.scenes import Scenes
from benchmarks.chaos.schedule import Strike
from benchmarks.chaos.strikes import Striker
from benchmarks.chaos.workload import Workload

_REPLAY_SECONDS = 8.0
_GONE_SECONDS = 30.0
_LEAST_TURNS = 2
"""In the second one something is withdrawn."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an afternoon."""

    books: Books
    turns: int
    seconds: float
    attempts: list[Attempt]
    listener: Listener
    striker: Striker
    run: Keeper
    subscriber: Keeper
    memory: MemoryWatch
    diary: Diary


class Afternoon:
    """An installation that is worked with.

    Args:
        folder: Where it goes; made here.
        scenes: Who drives by.
        began: The time of the first pictures, aware.
        schedule: What is struck when; nothing: an undisturbed run.
        patience_seconds: How long anything may take to come once nothing is struck any more.
    """

    def __init__(
        self, folder: Path, scenes: Scenes, began: datetime, schedule: Sequence[Strike], patience_seconds: float
    ) -> None:
        self._site = site = Site(folder, scenes.clip)
        self._diary = diary = Diary(folder / "diary.jsonl")
        self._patience = patience_seconds
        self._is_struck = bool(schedule)
        self._disk = Disk(site)
        self._listener = listener = Listener()
        self._run = Keeper(site, diary, "run", "run")
        self._subscriber = Keeper(
            site, diary, "subscriber", "subscribe", "--json", on_line=listener.take, on_end=listener.note_end
        )
        self._person = Person(site, diary, patience_seconds)
        self._striker = Striker(
            site,
            diary,
            schedule,
            run=self._run,
            subscriber=self._subscriber,
            person=self._person,
            disk=self._disk,
        )
        self._workload = Workload(
            site,
            scenes,
            began,
            person=self._person,
            listener=listener,
            diary=diary,
            is_calm=lambda: not self._striker.is_alive(),
            patience_seconds=patience_seconds,
        )

    def pass_by(self, turns: int | None = None) -> Outcome:
        """Work until nothing is struck any more, or so many turns, and close the books.

        Raises:
            Hung: Something does not come though nothing is struck any more.
        """
        began = time.monotonic()
        memory = MemoryWatch(lambda: self._run.pid)
        with self._disk.mounted():
            try:
                self._workload.prepare()
                self._run.start()
                self._subscriber.start()
                self._striker.start()
                memory.start()
                while self._goes_on(turns):
                    self._workload.turn()
                self._workload.finish()
                memory.end()
                books = self._close()
            finally:
                self._end_all()
                self._keep_logs()
            self._check_gone()
        return Outcome(
            books=books,
            turns=self._workload.turns,
            seconds=time.monotonic() - began,
            attempts=self._person.attempts,
            listener=self._listener,
            striker=self._striker,
            run=self._run,
            subscriber=self._subscriber,
            memory=memory,
            diary=self._diary,
        )

    def _goes_on(self, turns: int | None) -> bool:
        done = self._workload.turns
        return done < turns if turns is not None else self._striker.is_alive() or done < _LEAST_TURNS

    def _close(self) -> Books:
        """End in order, do what was left, and read the books while the neighbor still listens."""
        self._run.end()
        self._person.give("", "run", "--until-done")
        books = read_books(self._site)
        deadline = time.monotonic() + self._patience
        while not all(map(self._listener.has, books.alerts)) and time.monotonic() < deadline:
            time.sleep(0.2)
        self._subscriber.end()
        if self._is_struck:
            self._listen_again()
        return books

    def _listen_again(self) -> None:
        """Subscribe once more: who has had everything gets nothing."""
        seconds, deadline = _REPLAY_SECONDS, time.monotonic() + self._patience
        while True:
            done = subprocess.run(
                self._site.command("subscribe", "--json", "--timeout", str(seconds)),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                env=self._site.environment(),
                check=False,
            )
            for line in done.stdout.splitlines():
                self._listener.take(line)
            if done.returncode != TEMPORARY or time.monotonic() > deadline:
                break
            # The broker, which starts with it, took longer.
            seconds *= 2
        if done.returncode != 0:
            self._diary.fault(f"subscribing once more ended with exit code {done.returncode}: {done.stderr}")

    def _end_all(self) -> None:
        for keeper in (self._run, self._subscriber):
            with contextlib.suppress(RuntimeError):  # never started
                keeper.end()

    def _keep_logs(self) -> None:
        """Copy what the servers said, which goes with their disk."""
        for name in ("postgres", "kafka"):
            with contextlib.suppress(OSError):
                shutil.copy(self._site.data_dir / name / "server.log", self._site.folder / f"{name}.log")

    def _check_gone(self) -> None:
        deadline = time.monotonic() + _GONE_SECONDS
        while left_behind(self._site) and time.monotonic() < deadline:
            time.sleep(0.2)
        for command in left_behind(self._site):
            self._diary.fault(f"still runs after everything ended: {command[:200]}")
