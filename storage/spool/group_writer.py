"""Stores messages of many senders with one wait for the disk: whatever is there when the disk is free goes together."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.errors import PlatewatchError, TransientError
from storage.spool.messages import Message
from storage.spool.spool import Spool

log = logging.getLogger(__name__)

MOST_AT_ONCE = 200
BYTES_AT_ONCE = 16 << 20


@dataclass(slots=True, eq=False)
class Ticket:
    """A message on its way to the disk, and whoever waits for it; `error` says afterwards why it is not there."""

    message: Message
    waiter: Any = None
    error: PlatewatchError | None = None


class GroupWriter:
    """A thread that stores what is handed to it. It never waits for more to come: waiting costs more than it saves.

    Args:
        path: The spool's file.
        settled: Told, in that thread, of tickets that are through; has to return soon.
        longest: Messages that may wait for the disk.
    """

    def __init__(self, path: Path, settled: Callable[[Sequence[Ticket]], None], longest: int = 2000) -> None:
        self._spool = Spool(path)
        self._settled = settled
        self._queue: queue.Queue[Ticket | None] = queue.Queue(longest)
        self._thread = threading.Thread(target=self._run, name="spool-writer", daemon=True)
        self._thread.start()

    def submit(self, message: Message, waiter: Any = None) -> None:
        """Hand a message over without waiting; `settled` gets its ticket once it is stored or cannot be.

        Args:
            message: The message.
            waiter: Whatever the ticket is to carry.

        Raises:
            TransientError: Too many wait for the disk.
        """
        try:
            self._queue.put_nowait(Ticket(message, waiter))
        except queue.Full:
            raise TransientError(f"{self._queue.maxsize} messages wait for the disk; send it again later") from None

    def close(self) -> None:
        """Store what was handed over, and end."""
        self._queue.put(None)
        self._thread.join()
        self._spool.close()

    def _run(self) -> None:
        is_last = False
        while not is_last:
            batch, is_last = self._batch()
            if batch:
                self._store(batch)
                self._settled(batch)

    def _batch(self) -> tuple[list[Ticket], bool]:
        """Return what is there, once there is something, and whether nothing comes after it."""
        ticket = self._queue.get()
        batch: list[Ticket] = []
        size = 0
        while ticket is not None:
            batch.append(ticket)
            size += len(ticket.message.body)
            if len(batch) >= MOST_AT_ONCE or size >= BYTES_AT_ONCE:
                return batch, False
            try:
                ticket = self._queue.get_nowait()
            except queue.Empty:
                return batch, False
        return batch, True

    def _store(self, batch: Sequence[Ticket]) -> None:
        error = self._add([ticket.message for ticket in batch])
        if error is None:
            return
        if len(batch) == 1:
            batch[0].error = error
            return
        # One that cannot be stored must not take the others with it.
        for ticket in batch:
            ticket.error = self._add([ticket.message])

    def _add(self, messages: Sequence[Message]) -> PlatewatchError | None:
        try:
            self._spool.add(messages)
        except PlatewatchError as error:
            return error
        except Exception as error:
            log.exception("messages could not be stored for an unexpected reason")
            return TransientError(f"could not be stored ({type(error).__name__})")
        return None
