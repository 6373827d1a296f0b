"""Whether a process's memory stays level."""

from __future__ import annotations

import statistics
import threading
from collections.abc import Callable

from benchmarks.chaos.installation.processes import resident_mb

_EVERY_SECONDS = 1.0
_ENOUGH_SECONDS = 240.0
"""A shorter run says nothing: engines, lists and caches still fill."""
_TOLERATED_SHARE = 0.15


class MemoryWatch(threading.Thread):
    """Notes how much memory a process holds.

    Args:
        pid: Gives the process's id, or None while there is none.
    """

    def __init__(self, pid: Callable[[], int | None]) -> None:
        super().__init__(name="memory", daemon=True)
        self.samples: list[float] = []
        self._pid = pid
        self._leaving = threading.Event()

    def run(self) -> None:
        """Look every second."""
        while not self._leaving.wait(_EVERY_SECONDS):
            pid = self._pid()
            held = resident_mb(pid) if pid is not None else None
            if held is not None:
                self.samples.append(held)

    def end(self) -> None:
        """Look no more."""
        self._leaving.set()
        self.join()

    @property
    def levels(self) -> tuple[float, float] | None:
        """Medians in MB of the second and the last quarter, or None without samples."""
        quarter = len(self.samples) // 4
        if not quarter:
            return None
        return statistics.median(self.samples[quarter : 2 * quarter]), statistics.median(self.samples[-quarter:])

    @property
    def grows(self) -> bool:
        """Whether it holds more and more; a short run is not judged."""
        levels = self.levels
        if levels is None or len(self.samples) * _EVERY_SECONDS < _ENOUGH_SECONDS:
            return False
        return levels[1] > levels[0] * (1 + _TOLERATED_SHARE)
