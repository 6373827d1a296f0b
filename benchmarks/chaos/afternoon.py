"""One afternoon of one installation, struck or not, from an empty data directory to its books."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from benchmarks.chaos.books import Books
from benchmarks.chaos.installation.commands import Attempt
from benchmarks.chaos.installation.faults import Diary
from benchmarks.chaos.installation.installation import Installation
from benchmarks.chaos.installation.keeper import Keeper
from benchmarks.chaos.installation.memory import MemoryWatch
from benchmarks.chaos.installation.neighbor import Neighbor
from benchmarks.chaos.installation.processes import left_behind
from benchmarks.chaos.scenes import Scenes
from benchmarks.chaos.schedule import Kind, Strike
from benchmarks.chaos.strikes import Striker
from benchmarks.chaos.workload import Workload

_GONE_SECONDS = 30.0
_LEAST_TURNS = 2
"""In the second one something is withdrawn."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an afternoon."""

    books: Books
    turns: int
    posted: int
    """How many reads other readers posted."""
    seconds: float
    attempts: list[Attempt]
    neighbor: Neighbor
    partner: Neighbor | None
    done: Counter[Kind]
    missed: Counter[Kind]
    """What it was struck with, and what was not there."""
    keepers: tuple[Keeper, ...]
    """Of the services, then of the neighbors."""
    memory: MemoryWatch
    diary: Diary
    faults: list[str]
    """What is wrong with the installation besides its books."""


class Afternoon:
    """An installation that is worked with.

    Args:
        installation: It; nothing of it runs yet.
        scenes: Who drives by.
        began: The time of the first pictures, aware.
        schedule: What is struck when; nothing: an undisturbed run.
    """

    def __init__(
        self, installation: Installation, scenes: Scenes, began: datetime, schedule: Sequence[Strike] = ()
    ) -> None:
        self._installation = installation
        self._is_struck = bool(schedule)
        self._striker = Striker(installation.diary, schedule, installation.targets())
        self._workload = Workload(installation, scenes, began, is_calm=lambda: not self._striker.is_alive())

    def pass_by(self, turns: int | None = None) -> Outcome:
        """Work until nothing is struck any more, or so many turns, and close the books.

        Raises:
            Hung: Something does not come though nothing is struck any more.
        """
        began, installation = time.monotonic(), self._installation
        memory = MemoryWatch(lambda: installation.watched.pid)
        with installation.up():
            try:
                self._workload.prepare()
                installation.start()
                memory.start()
                if installation.starts_slowly:
                    self._workload.turn()
                self._striker.start()
                while self._goes_on(turns):
                    self._workload.turn()
                self._workload.finish()
                memory.end()
                books = self._close()
                faults = installation.faults()
            finally:
                installation.end()
                installation.keep_logs()
        self._check_gone()
        return Outcome(
            books=books,
            turns=self._workload.turns,
            posted=self._workload.posted,
            seconds=time.monotonic() - began,
            attempts=installation.person.attempts,
            neighbor=installation.neighbor,
            partner=installation.partner,
            done=self._striker.done + installation.done,
            missed=self._striker.missed + installation.missed,
            keepers=(*installation.services, *(one.keeper for one in installation.neighbors)),
            memory=memory,
            diary=installation.diary,
            faults=faults,
        )

    def _goes_on(self, turns: int | None) -> bool:
        done = self._workload.turns
        return done < turns if turns is not None else self._striker.is_alive() or done < _LEAST_TURNS

    def _close(self) -> Books:
        """End in order, do what was left, and read the books while the neighbors still listen."""
        installation = self._installation
        installation.settle()
        books = installation.read_books()
        for neighbor, expected in ((installation.neighbor, books.alerts), (installation.partner, books.shared)):
            if neighbor is not None:
                neighbor.await_all(expected, installation.patience)
                neighbor.keeper.end()
        if self._is_struck:
            for neighbor in installation.neighbors:
                neighbor.listen_again(installation.patience)
        return books

    def _check_gone(self) -> None:
        site = self._installation.site
        deadline = time.monotonic() + _GONE_SECONDS
        while left_behind(site) and time.monotonic() < deadline:
            time.sleep(0.2)
        for command in left_behind(site):
            self._installation.diary.fault(f"still runs after everything ended: {command[:200]}")
