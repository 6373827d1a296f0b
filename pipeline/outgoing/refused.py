"""Reads that cannot be published as they are: kept on this machine with the reason, tried again at the next start."""

from __future__ import annotations

import logging
import threading

from pipeline.health.board import HealthBoard
from pipeline.outgoing.prepared import Prepared, to_spool
from schemas.events import AlarmKind
from storage.spool.spool import Spool

log = logging.getLogger(__name__)

AT_ONCE = 200


class RefusedReads:
    """Keeps them until the law ends them. Threads share it.

    Args:
        spool: Where; a connection of its own.
        board: Told that there are some.
    """

    def __init__(self, spool: Spool, board: HealthBoard) -> None:
        self._spool = spool
        self._board = board
        self._lock = threading.Lock()

    def add(self, message: Prepared, reason: str) -> None:
        """Keep one.

        Raises:
            TransientError: It cannot be stored now.
        """
        with self._lock:
            self._spool.add([to_spool(message, reason)])
        log.error("read message %s is not published and is kept here: %s", message.row.alert_id, reason)
        self._board.raised(
            AlarmKind.DELIVERIES,
            self._board.machine,
            f"reads cannot be published and are kept on this machine: {reason}; they are tried again at the next start",
        )

    def put_back(self, spool: Spool) -> int:
        """Have all of them tried again; return how many.

        Args:
            spool: What is published next.

        Raises:
            TransientError: They cannot be moved now; some may be in both places, which changes nothing.
        """
        moved = 0
        with self._lock:
            while taken := self._spool.take(0, AT_ONCE):
                spool.add([one.message for one in taken])
                self._spool.discard([one.number for one in taken])
                moved += len(taken)
        self._board.cleared(AlarmKind.DELIVERIES, self._board.machine)
        return moved

    def count(self) -> int:
        """Return how many there are.

        Raises:
            TransientError: Nobody can tell now.
        """
        with self._lock:
            return sum(one.count for one in self._spool.waiting().values())

    def close(self) -> None:
        """Close the file."""
        self._spool.close()
