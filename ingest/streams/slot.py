"""Room for one thing that is handed from thread to thread, the newest first: what it replaced is counted."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Generic, TypeVar

Item = TypeVar("Item")


class NewestSlot(Generic[Item]):
    """Holds the newest picture of a live camera until it is taken; one that was not taken in time is replaced.

    Waiting pictures would only grow old: who is slower than a camera has to see what is there now. Pictures of one
    message wait behind one another, for they came at once; another message's replace them. Any number of threads may
    put, one takes.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._items: deque[Item] = deque()
        self._message: int | None = None
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

    def put(self, item: Item, message: int | None = None) -> None:
        """Put the newest in, in place of what was not taken. What comes after `close` is dropped.

        Args:
            item: The newest.
            message: The message that it came in, where that may hold several: those before it in it stay.
        """
        with self._changed:
            if self._closed:
                return
            self._put += 1
            if message is None or message != self._message:
                self._replaced += len(self._items)
                self._items.clear()
            self._message = message
            self._items.append(item)
            self._changed.notify()

    def take(self, timeout: float) -> Item | None:
        """Return the newest and empty the slot; of several of one message, the first of them.

        Args:
            timeout: How long to wait for one, in seconds.

        Returns:
            None: none came in time, or the slot was closed and is empty.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            while not self._items and not self._closed:
                if not self._changed.wait(max(deadline - time.monotonic(), 0.0)) and not self._items:
                    break
            return self._items.popleft() if self._items else None

    def close(self) -> None:
        """Let nothing more in, and nobody wait; what is in it can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
