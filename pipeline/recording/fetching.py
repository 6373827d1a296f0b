"""Pictures that another machine kept, fetched for the reads that are about to raise an alert; nobody else waits."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from pipeline.counters import Counters
from schemas.errors import PlatewatchError
from schemas.types import PlateRead
from storage.reads.images import ImageStore

log = logging.getLogger(__name__)

AT_ONCE = 4
"""A store that hangs has so many threads; the others' pictures are given up then, never waited for."""
QUEUE_LENGTH = 64
LARGEST_BYTES = 8 << 20
SAID_AGAIN_SECONDS = 60.0

Fetched = Callable[[bytes | None], None]
"""Told the picture, or None where there is none in time; in another thread, at most once."""


@dataclass(frozen=True, slots=True, eq=False)
class _Wanted:
    read: PlateRead
    key: str
    deadline: float
    then: Fetched


class PictureFetcher:
    """Loads plates' pictures by key. A context: within it, it answers.

    Args:
        images: The image store that all machines share.
        counters: The run's counts.
    """

    def __init__(self, images: ImageStore, counters: Counters) -> None:
        self._images = images
        self._counters = counters
        self._wanted: queue.Queue[_Wanted | None] = queue.Queue(QUEUE_LENGTH)
        self._said_at = float("-inf")
        # Daemons: a store that never answers must not keep the process from ending.
        self._threads = [threading.Thread(target=self._work, name="fetching", daemon=True) for _ in range(AT_ONCE)]

    def fetch(self, read: PlateRead, key: str, deadline: float, then: Fetched) -> None:
        """Have a picture fetched, without waiting for it.

        Args:
            read: Whose it is.
            key: Its key.
            deadline: When it comes too late (monotonic seconds).
            then: Told it.
        """
        try:
            self._wanted.put_nowait(_Wanted(read, key, deadline, then))
        except queue.Full:
            self._missing(read, "too many are waited for")
            then(None)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for _ in self._threads:
            with contextlib.suppress(queue.Full):
                self._wanted.put_nowait(None)

    def _work(self) -> None:
        while (wanted := self._wanted.get()) is not None:
            wanted.then(self._picture(wanted))

    def _picture(self, wanted: _Wanted) -> bytes | None:
        if time.monotonic() >= wanted.deadline:
            self._missing(wanted.read, "it could not be fetched in time")
            return None
        try:
            picture = self._images.load(wanted.key)
        except PlatewatchError as error:
            self._missing(wanted.read, str(error))
            return None
        except Exception as error:
            # The edge of a thread that alerts must not depend on.
            log.debug("a picture could not be fetched", exc_info=True)
            self._missing(wanted.read, type(error).__name__)
            return None
        if len(picture) > LARGEST_BYTES:
            self._missing(wanted.read, f"it has {len(picture)} bytes")
            return None
        return picture

    def _missing(self, read: PlateRead, reason: str) -> None:
        self._counters.add("missing_pictures")
        now = time.monotonic()
        if now - self._said_at >= SAID_AGAIN_SECONDS:
            self._said_at = now
            log.warning(
                "read %s: its picture is not to be had, and its alert goes out without a second reading: %s",
                read.read_id,
                reason,
            )
