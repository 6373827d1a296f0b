"""Where live cameras hand reads over: on the disk before they go on, for nobody can ask for these reads again."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from pipeline.health.board import HealthBoard
from pipeline.outgoing.prepared import Preparer, to_spool
from pipeline.stages.retry import Backoff, Stopped
from schemas.arrivals import Arrival, HandedOver
from schemas.errors import TransientError
from schemas.events import AlarmKind
from storage.spool.spool import Spool

log = logging.getLogger(__name__)

STAGE = "spool"
LOOK_SECONDS = 0.2


class LiveIntake:
    """Writes arrivals to the spool. Threads share it; what it returns from has reached the disk.

    Once the spool has no room left, or cannot be written, whoever hands over waits: a live camera looks at no picture
    meanwhile, and the newest one takes the place of others, which are counted. When the service ends, what is in view
    then still gets in.

    Args:
        spool: The spool; a connection of its own.
        preparer: Makes the messages.
        most_bytes: The spool's room.
        board: Told when there is none left.
        stop: Set when the service is to end.
    """

    def __init__(
        self,
        spool: Spool,
        preparer: Preparer,
        most_bytes: int,
        board: HealthBoard,
        stop: threading.Event,
    ) -> None:
        self._spool = spool
        self._preparer = preparer
        self._most_bytes = most_bytes
        self._board = board
        self._stop = stop
        self._lock = threading.Lock()
        self._waits = False
        self.stored = threading.Event()
        """Set whenever something was stored."""

    def put(self, work: Arrival | HandedOver) -> None:
        """Store an arrival; its receipt is nobody's.

        Raises:
            Stopped: It could not be stored until the service ended.
        """
        if isinstance(work, HandedOver):
            return
        with self._lock:
            self._wait_for_room()
            message = self._preparer.prepare_or_say(work)
            if message is None:
                return
            self._until_stored(lambda: self._spool.add([to_spool(message)]))
        self.stored.set()

    def _wait_for_room(self) -> None:
        def look() -> None:
            used = self._spool.used_bytes()
            if used >= self._most_bytes and not self._stop.is_set():
                raise TransientError(
                    f"reads that wait for the broker take {used >> 20} MiB, all that edge.spool_megabytes permits; "
                    "live cameras wait; see that the broker answers, or give them more room"
                )

        self._until_stored(look)

    def _until_stored(self, store: Callable[[], None]) -> None:
        backoff = Backoff(1.0)
        is_last = False
        while True:
            try:
                store()
            except TransientError as error:
                self._note(str(error))
                if is_last:
                    log.error("a read of a live camera is lost: %s", error)
                    raise Stopped("storing a read") from error
                is_last = self._stop.wait(backoff.next())
            else:
                self._note(None)
                return

    def _note(self, problem: str | None) -> None:
        subject = f"{STAGE} on {self._board.machine}"
        if problem is None:
            if self._waits:
                log.info("reads of live cameras are stored again")
                self._board.stage_works(STAGE)
            self._board.cleared(AlarmKind.STAGE_FAILED, subject)
            self._waits = False
            return
        if not self._waits:
            log.error("reads of live cameras have to wait: %s", problem)
            self._board.raised(AlarmKind.STAGE_FAILED, subject, problem)
        self._board.stage_fails(STAGE, problem)
        self._waits = True
