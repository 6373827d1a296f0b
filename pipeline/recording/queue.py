"""The bounded queue between whatever reads come from and the recorder."""

from __future__ import annotations

import queue
import threading
import time
from typing import Protocol

from pipeline.stages.retry import Stopped
from schemas.arrivals import Arrival, HandedOver

QUEUE_LENGTH = 64
"""Arrivals that may wait for the recorder. Who hands over blocks when it is full, so nothing is lost."""


class ArrivalTaker(Protocol):
    """Where reads are handed over: to a queue, or to the disk."""

    def put(self, work: Arrival | HandedOver) -> None:
        """Take an arrival, or that a receipt's arrivals all came, waiting for room.

        Raises:
            Stopped: The service ended before there was room.
        """
        ...


class ArrivalQueue:
    """A bounded queue that gives up when the run is stopped.

    For who offers, what was taken is as good as in it until `make_room`: whoever makes arrivals of messages then does
    it while the database works, and not while the one that takes them needs the processor.
    """

    def __init__(self, stop: threading.Event, length: int = QUEUE_LENGTH) -> None:
        self._queue: queue.Queue[Arrival | HandedOver] = queue.Queue(length)
        self._length = length
        self._in_hand = 0
        self._room = threading.Event()
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

    def offer(self, work: Arrival | HandedOver) -> bool:
        """Hand over as `put` does where there is room now; return whether there was."""
        if self._is_full():
            self._room.clear()
            # Room that was made in between is not missed.
            if self._is_full():
                return False
        try:
            self._queue.put_nowait(work)
        except queue.Full:
            return False
        return True

    def wait_for_room(self, seconds: float) -> bool:
        """Wait until an offer may be taken, for so long at most; return whether it may."""
        return self._room.wait(seconds)

    def make_room(self) -> None:
        """Say that what was taken last needs no processor any more."""
        self._in_hand = 0
        self._room.set()

    def _is_full(self) -> bool:
        return self._queue.qsize() + self._in_hand >= self._length

    def take(self, limit: int, patience_seconds: float, *, gathers: bool = True) -> list[Arrival | HandedOver]:
        """Return what is there, up to `limit`.

        Args:
            limit: Most that are taken.
            patience_seconds: How long the first one is waited for.
            gathers: Whether the others have the rest of that time to join it.
        """
        taken: list[Arrival | HandedOver] = []
        deadline = time.monotonic() + patience_seconds
        while len(taken) < limit:
            try:
                taken.append(self._queue.get(timeout=max(0.0, deadline - time.monotonic())))
            except queue.Empty:
                break
            taken += self._at_hand(limit - len(taken))
            if not gathers:
                break
        self._in_hand = len(taken)
        return taken

    def _at_hand(self, limit: int) -> list[Arrival | HandedOver]:
        """Return what is there, up to `limit`: at once, since each of a topic's thousands costs a lock otherwise."""
        with self._queue.mutex:
            waiting = self._queue.queue
            found = [waiting.popleft() for _ in range(min(limit, len(waiting)))]
            self._queue.not_full.notify(len(found))
        return found

    def empty(self) -> bool:
        """Say whether nothing waits."""
        return self._queue.empty()
