"""Whether the car moves, so that its page shows a driver little; nobody is asked to read where that is not known."""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import StrEnum
from typing import Final

KMH: Final = 3.6
STANDS_AFTER_SECONDS: Final = 3.0
"""So long it has to be slow until it stands: in a jam the page does not change all the time."""
BELIEVED_FOR: Final = 5 * 60.0
"""Seconds for which it counts that somebody has said that the car stands, where its speed is not known."""


class Motion(StrEnum):
    """How the car is."""

    MOVING = "moving"
    STANDING = "standing"
    UNKNOWN = "unknown"
    """Its speed is not known, and nobody has said that it stands: it counts as moving."""


class MotionJudge:
    """Says whether the car moves. Threads share it.

    Args:
        moving_kmh: From this speed on it moves.
        clock: Seconds that never go back.
    """

    def __init__(self, moving_kmh: float, clock: Callable[[], float]) -> None:
        self._limit = moving_kmh / KMH
        self._clock = clock
        self._lock = threading.Lock()
        self._slow_since: float | None = None
        self._was_moving = False
        self._told_until = float("-inf")

    def judge(self, speed: float | None) -> Motion:
        """Return how the car is.

        Args:
            speed: Meters per second by now; None where it is not known.
        """
        now = self._clock()
        with self._lock:
            if speed is None:
                self._slow_since, self._was_moving = None, False
                return Motion.STANDING if now < self._told_until else Motion.UNKNOWN
            if speed >= self._limit:
                self._slow_since, self._was_moving, self._told_until = None, True, float("-inf")
                return Motion.MOVING
            if self._slow_since is None:
                self._slow_since = now
            if self._was_moving and now - self._slow_since < STANDS_AFTER_SECONDS:
                return Motion.MOVING
            self._was_moving = False
            return Motion.STANDING

    def told(self) -> None:
        """Take somebody's word that the car stands; it counts while its speed is not known, and for minutes."""
        with self._lock:
            self._told_until = self._clock() + BELIEVED_FOR
