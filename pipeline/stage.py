"""What every stage of a run is: a name, and work until it is stopped.

Most stages do one step after the other. They share one loop, which waits outages out and, where only one process may
work, sees to it that this one does.
"""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from typing import Protocol

from pipeline.liveness import beat
from pipeline.retry import LONGEST_PAUSE_SECONDS, Backoff
from schemas.errors import TransientError
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

    def __init__(self, leadership: Leadership | None = None) -> None:
        self._leadership = leadership

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

        Raises:
            PlatewatchError: A step failed for another reason than an outage.
        """
        backoff = Backoff(self.longest_pause_seconds)
        is_out = False
        try:
            while not stop.is_set():
                beat()
                try:
                    pause = self.step(stop) if self._leads() else FOLLOWER_SECONDS
                except TransientError as error:
                    if not is_out and not stop.is_set():
                        log.warning("%s: %s; trying again until it works", self.trouble, error)
                    is_out, pause = True, backoff.next()
                else:
                    if is_out:
                        log.info("stage %s: %s", self.name, self.recovery)
                    is_out = False
                    backoff.reset()
                if pause > 0:
                    stop.wait(pause)
        finally:
            self.end()
            if self._leadership is not None:
                self._leadership.resign(self.name)

    def end(self) -> None:  # noqa: B027 - most stages hold nothing open
        """Give back what the steps held open; called once, at the end of the run."""

    def _leads(self) -> bool:
        return self._leadership is None or self._leadership.lead(self.name)
