"""The bounded queue between whatever reads come from and the recorder."""

from __future__ import annotations

import queue
import threading
import time

from pipeline.stages.retry import Stopped
from schemas.arrivals import Arrival, HandedOver

QUEUE_LENGTH = 64
"""Arrivals that may wait for the recorder. Who hands over blocks when it is full, so nothing is lost."""


class ArrivalQueue:
    """A bounded queue that gives up when the run is stopped."""

    def __init__(self, stop: threading.Event, length: int = QUEUE_LENGTH) -> None:
        self._queue: queue.Queue[Arrival | HandedOver] = queue.Queue(length)
        self._stop = stop

    @property
    def is_stopped(self) -> bool:
        """Whether the run is to end, so that nobody may wait for room any more."""
        return self._stop.is_set()

    def put(self, work: Arrival | HandedOver) -> None:
        """Hand an arrival over, or say that a receipt's arrivals all were, waiting for room.

        Raises:
            Stopped: The run was stopped while the queue was full.
        """
        while True:
            try:
                self._queue.put(work, timeout=0.2)
            except queue.Full:
                if self._stop.is_set():
                    raise Stopped("handing over a read") from None
            else:
                return

    def take(self, limit: int, patience_seconds: float) -> list[Arrival | HandedOver]:
        """Return what is there, up to `limit`, waiting at most `patience_seconds` for more once there is something."""
        taken: list[Arrival | HandedOver] = []
        deadline = time.monotonic() + patience_seconds
        while len(taken) < limit:
            try:
                taken.append(self._queue.get(timeout=max(0.0, deadline - time.monotonic())))
            except queue.Empty:
                break
        return taken

    def empty(self) -> bool:
        """Say whether nothing waits."""
        return self._queue.empty()
