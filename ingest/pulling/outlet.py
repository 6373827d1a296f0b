"""The way of a fetched message to the disk: who sent it is told, or asked for the next, once it is there."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from ingest.inbox_place import INBOX_FILE, LEAST_FREE_BYTES
from ingest.pulling.telling import Telling
from ingest.streams.failures import StreamFailed
from schemas.errors import TransientError
from schemas.settings import IngestSource
from storage.spool.messages import Message
from storage.spool.spool import Spool

log = logging.getLogger(__name__)

COUNT_SECONDS = 1.0
"""How often it is counted what waits: whoever processes it may be another process."""
PAUSE_SECONDS = 0.25
SAID_AGAIN_SECONDS = 60.0
FOREVER = float("inf")


class Ended(Exception):
    """Whoever fetches was told to end."""


class Outlet:
    """Stores one source's messages in the inbox, and waits where there is no room. For one thread.

    Args:
        source: Whose messages they are.
        data_dir: Where the inbox is.
        largest: Bytes that a message may have.
        stop: Set it to end waiting.
        least_free: Bytes of the disk that are left to others.
    """

    def __init__(
        self,
        source: IngestSource,
        data_dir: Path,
        largest: int,
        stop: threading.Event,
        *,
        least_free: int = LEAST_FREE_BYTES,
    ) -> None:
        self.source_id = source.id
        self.largest = largest
        self.telling = Telling()
        self._most_waiting = source.max_waiting
        self._path = data_dir / INBOX_FILE
        self._stop = stop
        self._least_free = least_free
        self._spool: Spool | None = None
        self._waiting = 0
        self._counted_at = float("-inf")
        self._said_at = float("-inf")

    @property
    def is_stopped(self) -> bool:
        """Whether whoever fetches has to end."""
        return self._stop.is_set()

    def message(
        self, body: bytes, content_type: str = "", *, topic: str = "", received_at: datetime | None = None
    ) -> Message:
        """Return a message of this source.

        Args:
            body: As it came.
            content_type: What it is said to be.
            topic: Where it came by MQTT.
            received_at: When it came, aware; None: now.
        """
        headers = {"mqtt-topic": topic} if topic else {}
        return Message(self.source_id, received_at or datetime.now(UTC), body, content_type, headers)

    def store(self, messages: Sequence[Message], patience: float = FOREVER) -> None:
        """Store messages; they are on the disk when this returns.

        Args:
            messages: They may be sent again where this raises.
            patience: Seconds to wait for room, where their sender keeps them otherwise.

        Raises:
            Ended: Whoever fetches was told to end; they are not stored.
            StreamFailed: There is no room, or the disk fails.
        """
        deadline = time.monotonic() + patience
        while (problem := self._tried(messages)) is not None:
            self.telling.waits(problem)
            if time.monotonic() > deadline:
                raise StreamFailed(problem)
            if self._stop.wait(PAUSE_SECONDS):
                raise Ended
        self.telling.goes_on()
        self._waiting += len(messages)
        self.telling.counted(received=len(messages))

    def rest(self, seconds: float) -> None:
        """Wait, or shorter where whoever fetches has to end."""
        self._stop.wait(seconds)

    def refuse(self, reason: str) -> None:
        """Count a message that cannot be stored, and say so now and then."""
        self.telling.counted(refused=1)
        now = time.monotonic()
        if now - self._said_at >= SAID_AGAIN_SECONDS:
            self._said_at = now
            log.warning("source %s: a message was refused: %s", self.source_id, reason)

    def close(self) -> None:
        """Let go of the inbox."""
        spool, self._spool = self._spool, None
        if spool is not None:
            spool.close()

    def _tried(self, messages: Sequence[Message]) -> str | None:
        """Store messages; return why that cannot be done now."""
        try:
            if self._spool is None:
                self._spool = Spool(self._path)
            problem = self._no_room(self._spool, messages)
            if problem is None:
                self._spool.add(messages)
        except TransientError as error:
            return f"messages cannot be stored: {error}"
        return problem

    def _no_room(self, spool: Spool, messages: Sequence[Message]) -> str | None:
        if time.monotonic() - self._counted_at >= COUNT_SECONDS or self._waiting >= self._most_waiting:
            waiting = spool.waiting().get(self.source_id)
            self._waiting = 0 if waiting is None else waiting.count
            self._counted_at = time.monotonic()
        if self._waiting >= self._most_waiting:
            return (
                f"{self._waiting} of its messages wait to be processed, and max_waiting is {self._most_waiting}; "
                "nothing more is fetched until the run has processed some"
            )
        free = shutil.disk_usage(self._path.parent).free
        if free < self._least_free + sum(len(message.body) for message in messages):
            return f"{self._path.parent}: the disk is nearly full; make room on it"
        return None
