"""How far a live reader's clock is off, told from when it says that its reads were captured and when they came."""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

KEPT = 9
"""Reads that are remembered of each reader."""

AHEAD_READS = 3
"""Nothing is captured after it came, so few reads tell a clock that is ahead."""

BEHIND_READS = 5
BEHIND_SPAN = timedelta(minutes=5)
"""A reader that was away sends what it kept at once, and catches up: a clock that is behind stays behind."""


@dataclass(slots=True)
class _Seen:
    offsets: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))
    arrivals: deque[datetime] = field(default_factory=lambda: deque(maxlen=KEPT))


class ClockOffsets:
    """Remembers the newest reads of every reader. For one thread."""

    def __init__(self) -> None:
        self._readers: dict[str, _Seen] = {}

    def note(self, reader: str, source_time: datetime, arrived_at: datetime, bound: timedelta) -> float | None:
        """Take a read in; return by how many seconds the reader's clock is off, ahead being positive.

        Args:
            reader: The camera.
            source_time: When the read was captured, by the reader's own clock; aware.
            arrived_at: When it came, by this machine's; aware.
            bound: How far the clock may be off, what a message needs on its way included.

        Returns:
            The offset, 0 where the clock is within the bound, None where the reads do not tell.
        """
        seen = self._readers.setdefault(reader, _Seen())
        seen.offsets.append((source_time - arrived_at).total_seconds())
        seen.arrivals.append(arrived_at)
        limit = bound.total_seconds()
        if abs(seen.offsets[-1]) <= limit:
            return 0.0
        newest = list(seen.offsets)[-AHEAD_READS:]
        if len(newest) == AHEAD_READS and min(newest) > limit:
            return statistics.median(newest)
        offsets = list(seen.offsets)[-BEHIND_READS:]
        span = seen.arrivals[-1] - seen.arrivals[-len(offsets)]
        steady = max(offsets) - min(offsets) <= limit
        if len(offsets) == BEHIND_READS and max(offsets) < -limit and span >= BEHIND_SPAN and steady:
            return statistics.median(offsets)
        return None
