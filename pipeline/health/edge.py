"""The stage that tells how a machine at the edge is: no database keeps its alarms, so its file does, and the log."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from pipeline.health.board import Change, HealthBoard
from pipeline.health.judging import judge_cameras
from pipeline.health.written import HealthFile
from schemas.events import AlarmKind
from schemas.health import LocalAlarm, OutgoingHealth, Reloaded
from schemas.settings import Settings
from services.data_directory import RUN

log = logging.getLogger(__name__)

STEP_SECONDS = 1.0


class EdgeHealthStage:
    """Tells how the service is until it has ended. Nothing that goes wrong here ends the service.

    Args:
        board: Where the parts of the service note how they are.
        settings: The configuration in force, asked anew each time.
        outgoing: Says what waits to be published.
        reloaded: What became of other configurations since the start.
        service: What the service is called.
    """

    name = "health"

    def __init__(
        self,
        board: HealthBoard,
        settings: Callable[[], Settings],
        outgoing: Callable[[], OutgoingHealth],
        reloaded: Callable[[], Reloaded],
        service: str,
    ) -> None:
        self._board = board
        self._settings = settings
        self._outgoing = outgoing
        self._file = HealthFile(board, settings().data_dir, reloaded, service, RUN)
        self._standing: dict[tuple[AlarmKind, str], LocalAlarm] = {}

    def run(self, stop: threading.Event) -> None:
        """Tell until `stop` is set, and once more then."""
        while True:
            ended = stop.wait(STEP_SECONDS)
            try:
                self._tell()
            except Exception:
                log.exception("how the service is cannot be told")
            if ended:
                return

    def learn(self) -> None:
        """Do nothing: nothing is stored of cameras here."""

    def _tell(self) -> None:
        judge_cameras(self._board, self._settings())
        # What is counted here by the hour is counted where it is recorded.
        self._board.reads_stored(self._board.reads())
        while (change := self._board.next_change()) is not None:
            self._take(change)
            self._board.stored(change)
        self._file.write(alarms=tuple(self._standing.values()), outgoing=self._outgoing())

    def _take(self, change: Change) -> None:
        key = change.kind, change.subject
        if change.message is None:
            if self._standing.pop(key, None) is not None:
                log.info("alarm %s about %s is over", change.kind, change.subject)
            return
        if key not in self._standing:
            log.warning("alarm %s about %s: %s", change.kind, change.subject, change.message)
        before = self._standing.get(key)
        self._standing[key] = LocalAlarm(
            kind=change.kind,
            subject=change.subject,
            message=change.message,
            raised_at=change.at if before is None else before.raised_at,
        )
