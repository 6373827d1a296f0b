"""What camera threads hand to the recorder, and the bounded queue between them."""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass

from pipeline.retry import Stopped
from recognition.recognizer import VehiclePass
from schemas.types import SourceItem

QUEUE_LENGTH = 64
"""Passes that may wait for the recorder. A file source blocks when it is full, so nothing is lost."""


@dataclass(frozen=True, slots=True)
class PassSeen:
    """A vehicle pass is complete."""

    item: SourceItem
    vehicle_pass: VehiclePass


@dataclass(frozen=True, slots=True)
class ItemFinished:
    """Everything of an item was handed over. `rejected` says why the rest of it could not be used."""

    item: SourceItem
    rejected: str | None = None


Work = PassSeen | ItemFinished


class WorkQueue:
    """A bounded queue that gives up when the run is stopped."""

    def __init__(self, stop: threading.Event, length: int = QUEUE_LENGTH) -> None:
        self._queue: queue.Queue[Work] = queue.Queue(length)
        self._stop = stop

    def put(self, work: Work) -> None:
        """Hand work over, waiting for room.

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

    def take(self, limit: int, patience_seconds: float) -> list[Work]:
        """Return what is there, up to `limit`, waiting at most `patience_seconds` for more once there is something."""
        taken: list[Work] = []
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
