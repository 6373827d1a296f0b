"""For how long a car has run since its lists were synchronized: no clock tells that which somebody can set back."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

NOTED_EVERY: Final = 60.0
"""Seconds: so much may be missing after a power cut."""


class RunningTime:
    """Counts.

    Args:
        seconds: What was noted in earlier runs.
        clock: Seconds that only grow.
    """

    def __init__(self, seconds: float = 0.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._before, self._began = seconds, clock()
        self._noted = seconds

    @property
    def seconds(self) -> float:
        """How long, in all runs together."""
        return self._before + self._clock() - self._began

    def to_note(self) -> float | None:
        """Return what is to be written down now; None: it was, not long ago."""
        seconds = self.seconds
        if seconds - self._noted < NOTED_EVERY:
            return None
        self._noted = seconds
        return seconds

    def begin_anew(self) -> None:
        """Note that the lists were synchronized now."""
        self._before, self._began, self._noted = 0.0, self._clock(), 0.0
