"""Room for one thing that is handed from thread to thread, the newest first: what it replaced is counted."""

from __future__ import annotations

import threading
import time
from typing import Generic, TypeVar

Item = TypeVar("Item")


class NewestSlot(Generic[Item]):
    """Holds the newest picture of a live camera until it is taken; one that was not taken in time is replaced.

    Waiting pictures would only grow old: who is slower than a camera has to see what is there now. Any number of
    threads may put, one takes.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._item: Item | None = None
        self._closed = False
        self._put = self._replaced = 0

    @property
    def put_count(self) -> int:
        """How many were put."""
        with self._changed:
            return self._put

    @property
    def replaced_count(self) -> int:
        """How many were replaced by a newer one before they were taken."""
        with self._changed:
            return self._replaced

    def put(self, item: Item) -> None:
        """Put the newest in, in place of one that was not taken. What comes after `close` is dropped."""
        with self._changed:
            if self._closed:
                return
            self._put += 1
            self._replaced += self._item is not None
            self._item = item
            self._changed.notify()

    def take(self, timeout: float) -> Item | None:
        """Return the newest and empty the slot.

        Args:
            timeout: How long to wait for one, in seconds.

        Returns:
            None: none came in time, or the slot was closed and is empty.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            while self._item is None and not self._closed:
                if not self._changed.wait(max(deadline - time.monotonic(), 0.0)) and self._item is None:
                    break
            item, self._item = self._item, None
            return item

    def close(self) -> None:
        """Let nothing more in, and nobody wait; what is in it can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
