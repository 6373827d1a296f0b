"""The way of a message to the disk: its sender is answered once it is there."""

from __future__ import annotations

import asyncio
import logging
import shutil
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ingest.inbox_place import LEAST_FREE_BYTES
from ingest.server.answers import Refusal
from schemas.errors import PlatewatchError, StorageFull, TransientError
from storage.spool.group_writer import GroupWriter, Ticket
from storage.spool.messages import Message
from storage.spool.spool import Spool

log = logging.getLogger(__name__)

COUNT_SECONDS = 1.0
"""How often it is counted what waits: whoever processes it may be another process."""
LATER = {"retry-after": "5"}


class Inbox:
    """Stores messages, and refuses those for which there is no room.

    Args:
        path: The spool's file.
        least_free: Bytes of the disk that are left to others.

    Raises:
        ConfigurationError: The file cannot be used.
    """

    def __init__(self, path: Path, least_free: int = LEAST_FREE_BYTES) -> None:
        self._path = path
        self._least_free = least_free
        self._writer = GroupWriter(path, self._settled)
        self._spool = Spool(path, durable=False)
        self._on_the_way: Counter[str] = Counter()
        self._stored: Counter[str] = Counter()
        self._free = 0
        self._lock = threading.Lock()
        self._look()
        self._counted_at = time.monotonic()

    def waiting(self) -> dict[str, int]:
        """Return how many messages wait, by source, as far as is known without asking."""
        return dict(self._stored + self._on_the_way)

    def close(self) -> None:
        """Store what is on its way, and end."""
        self._writer.close()
        self._spool.close()

    async def store(self, message: Message, most_waiting: int) -> None:
        """Store a message; it is on the disk when this returns.

        Args:
            message: The message.
            most_waiting: How many of its source may wait.

        Raises:
            Refusal: Too many wait, the disk is full, or it cannot be stored for another reason.
        """
        await self._count()
        source = message.source
        if self._stored[source] + self._on_the_way[source] >= most_waiting:
            raise Refusal(429, f"{most_waiting} messages of this source wait to be processed; send it later", LATER)
        if self._free < self._least_free + len(message.body):
            raise Refusal(507, "the disk is nearly full; send it later", LATER)
        stored: asyncio.Future[PlatewatchError | None] = asyncio.get_running_loop().create_future()
        try:
            self._writer.submit(message, stored)
        except TransientError as error:
            raise Refusal(503, str(error), LATER) from None
        self._on_the_way[source] += 1
        try:
            # Whoever hangs up meanwhile changes nothing: the message is on its way.
            problem = await asyncio.shield(stored)
        finally:
            self._on_the_way[source] -= 1
        if problem is not None:
            log.error("messages cannot be stored: %s", problem)
            status = 507 if isinstance(problem, StorageFull) else 503
            raise Refusal(status, "it could not be stored; send it later", LATER)
        self._stored[source] += 1

    async def _count(self) -> None:
        """Count what waits from time to time; between two times more seems to wait than does."""
        if time.monotonic() - self._counted_at < COUNT_SECONDS:
            return
        self._counted_at = time.monotonic()
        await asyncio.to_thread(self._look)

    def _look(self) -> None:
        with self._lock:
            try:
                self._free = shutil.disk_usage(self._path.parent).free
                self._stored = Counter({source: waiting.count for source, waiting in self._spool.waiting().items()})
            except (PlatewatchError, OSError) as error:
                log.debug("what waits in the inbox is counted later: %s", error)

    def _settled(self, tickets: Sequence[Ticket]) -> None:
        by_loop: dict[asyncio.AbstractEventLoop, list[Ticket]] = {}
        for ticket in tickets:
            by_loop.setdefault(ticket.waiter.get_loop(), []).append(ticket)
        for loop, those in by_loop.items():
            try:
                loop.call_soon_threadsafe(_tell, those)
            except RuntimeError:
                log.debug("nobody waits any more for %d messages that were stored", len(those))


def _tell(tickets: Sequence[Ticket]) -> None:
    for ticket in tickets:
        if not ticket.waiter.done():
            ticket.waiter.set_result(ticket.error)
