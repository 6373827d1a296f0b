"""What every stage of a run is: a name, and work until it is stopped.

Most stages do one step after the other. They share one loop, which waits outages out and, where only one process may
work, sees to it that this one does.
"""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import Protocol

from pipeline.health.board import HealthBoard
from pipeline.stages.liveness import beat
from pipeline.stages.retry import LONGEST_PAUSE_SECONDS, Backoff
from schemas.errors import ConfigurationError, DatabaseUnavailable, TransientError
from schemas.events import AlarmKind
from storage.leadership import Leadership

log = logging.getLogger(__name__)

FOLLOWER_SECONDS = 1.0
"""How often a process asks whether it leads a stage now."""


class Stage(Protocol):
    """A part of a run, in a thread of its own."""

    @property
    def name(self) -> str:
        """What it is called in the log, and its leader's lock in the database."""
        ...

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set, or nothing is left to do.

        Raises:
            PlatewatchError: A person has to look at it; the run ends.
        """
        ...


class SteppedStage(ABC):
    """A stage that does one step after the other.

    Args:
        leadership: Where only one process of several may work; None: each does.
    """

    name: str
    trouble: str
    """What an outage means, for the log: "alerts cannot be canceled"."""
    recovery: str = "it works again"
    """What is said when an outage is over."""
    longest_pause_seconds: float = LONGEST_PAUSE_SECONDS
    """Pauses during an outage do not grow beyond this."""

    alarm = AlarmKind.STAGE_FAILED
    """The alarm about an outage."""
    patience_seconds = 30.0
    """An outage that is over sooner is no alarm."""

    def __init__(self, leadership: Leadership | None = None) -> None:
        self._leadership = leadership
        self.board: HealthBoard | None = None
        """Told whether the stage works."""

    @abstractmethod
    def step(self, stop: threading.Event) -> float:
        """Do what there is to do now.

        Args:
            stop: Set it to end early.

        Returns:
            Seconds until the next step.

        Raises:
            TransientError: Something is away; the step is done again later.
        """

    def run(self, stop: threading.Event) -> None:
        """Do step after step until `stop` is set; outages are waited out.

        What does not fit at the start is a person's to correct. Once a step has worked, whatever refuses does so for a
        while: a password, a certificate or a share is being exchanged.

        Raises:
            PlatewatchError: A step failed for another reason than an outage.
        """
        backoff = Backoff(self.longest_pause_seconds)
        is_out = has_worked = False
        try:
            while not stop.is_set():
                beat()
                try:
                    pause = self.step(stop) if self._leads() else FOLLOWER_SECONDS
                except (TransientError, ConfigurationError, OSError) as error:
                    if isinstance(error, ConfigurationError) and not has_worked:
                        raise
                    if not is_out and not stop.is_set():
                        log.warning("%s: %s; trying again until it works", self.trouble, error)
                    self._note_trouble(error)
                    is_out, pause = True, backoff.next()
                else:
                    if is_out:
                        log.info("stage %s: %s", self.name, self.recovery)
                    self._note_work()
                    is_out, has_worked = False, True
                    backoff.reset()
                if pause > 0:
                    self.rest(pause, stop)
        finally:
            self.end()
            if self._leadership is not None:
                self._leadership.resign(self.name)

    def _note_trouble(self, error: Exception) -> None:
        if self.board is None:
            return
        noted = self.board.stage_fails(self.name, f"{self.trouble}: {error}")
        # That the database is away is one alarm, and not one of every stage that needs it.
        is_long = (datetime.now(UTC) - noted.since).total_seconds() >= self.patience_seconds
        if is_long and not isinstance(error, DatabaseUnavailable):
            self.board.raised(self.alarm, self._subject(self.board), noted.problem, at=noted.since)

    def _note_work(self) -> None:
        if self.board is not None:
            self.board.stage_works(self.name)
            self.board.cleared(self.alarm, self._subject(self.board))

    def _subject(self, board: HealthBoard) -> str:
        return f"{self.name} on {board.machine}" if self.alarm is AlarmKind.STAGE_FAILED else board.machine

    def rest(self, seconds: float, stop: threading.Event) -> None:
        """Wait for the next step, until `stop` is set at most; a stage that can be told to hurry waits in its own way.

        Args:
            seconds: How long.
            stop: Ends it.
        """
        stop.wait(seconds)

    def end(self) -> None:  # noqa: B027 - most stages hold nothing open
        """Give back what the steps held open; called once, at the end of the run."""

    def _leads(self) -> bool:
        return self._leadership is None or self._leadership.lead(self.name)
