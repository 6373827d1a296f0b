"""Calling something that may be unavailable for a while, until it works or the run is stopped."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from typing import TypeVar

from pipeline.liveness import beat
from schemas.errors import TransientError

log = logging.getLogger(__name__)

Result = TypeVar("Result")

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0


class Stopped(Exception):
    """The run was asked to end while a call was being repeated."""


class Backoff:
    """Growing pauses with jitter, so that several processes do not come back at the same moment.

    Args:
        longest_seconds: They do not grow beyond this.
    """

    def __init__(self, longest_seconds: float = LONGEST_PAUSE_SECONDS) -> None:
        self._longest = longest_seconds
        self._seconds = min(FIRST_PAUSE_SECONDS, longest_seconds)

    def next(self) -> float:
        """Return the next pause in seconds."""
        seconds = self._seconds
        self._seconds = min(self._seconds * 2, self._longest)
        return seconds * random.uniform(0.7, 1.3)

    def reset(self) -> None:
        """Begin with the shortest pause again."""
        self._seconds = min(FIRST_PAUSE_SECONDS, self._longest)


def until_available(call: Callable[[], Result], stop: threading.Event, *, doing: str) -> Result:
    """Repeat a call with growing pauses while it raises TransientError.

    Args:
        call: What to do; must be safe to repeat.
        stop: Ends the repeating.
        doing: What the call does, for the log ("recording reads").

    Returns:
        The call's result.

    Raises:
        Stopped: `stop` was set before the call worked.
        PlatewatchError: Any other error of the call.
    """
    backoff = Backoff()
    failures = 0
    while True:
        beat()
        try:
            result = call()
        except TransientError as error:
            failures += 1
            if failures == 1:
                log.warning("%s has to wait: %s; trying again until it works", doing, error)
            if stop.wait(backoff.next()):
                raise Stopped(doing) from error
        else:
            if failures:
                log.info("%s works again after %d failed tries", doing, failures)
            return result
