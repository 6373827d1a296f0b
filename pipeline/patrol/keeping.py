"""The stage that ends what the car keeps: what is at home and of no more use, and all of it when the law says so."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta

from pipeline.health.board import HealthBoard
from pipeline.stages.stage import SteppedStage
from policy.decisions import effective_retention, span_text
from schemas.events import AlarmKind
from schemas.settings import Settings
from services.run_state import RETENTION_MARKER
from storage.car.upkeep import CarUpkeep

log = logging.getLogger(__name__)

STEP = timedelta(minutes=1)
PAUSES_PER_LIMIT = 20


class KeepingStage(SteppedStage):
    """Deletes reads from the car once the server has them and no repeat or clone can be told by them any more, and
    everything at the end of the law's time. What never came home is counted and said then.

    While this machine's clock is known to be wrong, by the satellites', nothing ends by the law: it could end at once.

    Args:
        settings: The configuration.
        upkeep: The car's file; a connection of its own.
        board: Knows whether the clock is right.

    Raises:
        ConfigurationError: The law profile cannot be used, or a retention is longer than the law's.
    """

    name = "keeping"
    trouble = "what the car need not keep any more cannot be deleted"

    def __init__(self, settings: Settings, upkeep: CarUpkeep, board: HealthBoard) -> None:
        super().__init__()
        self.board = board
        self.unsent_ended = 0
        """Reads and answers that ended by law before the server had them, since the start."""
        self._upkeep = upkeep
        self._keep = effective_retention(settings).reads
        self._use = timedelta(minutes=max(settings.repeats.window_minutes, settings.repeats.clone_minutes))
        self._pause = min(STEP, self._keep / PAUSES_PER_LIMIT)
        self._clock = f"clock of {board.machine}"
        self._marker = settings.data_dir / RETENTION_MARKER

    def step(self, stop: threading.Event) -> float:
        """End what is to end now.

        Raises:
            TransientError: The file is busy, or pictures cannot be deleted.
        """
        if self.board is not None and self.board.stands(AlarmKind.CAMERA_CLOCK, self._clock):
            return self._pause.total_seconds()
        now = datetime.now(UTC)
        forgotten = self._upkeep.forget_sent(now - self._use)
        if forgotten:
            log.info("%d reads that the server has were deleted from the car", forgotten)
        ended = self._upkeep.end(now + self._pause - self._keep)
        self.unsent_ended += ended.unsent
        if ended.unsent or ended.unsent_pictures:
            log.error(
                "%d reads and %d pictures were in the car for %s, as long as reads may be, never came home, and have "
                "ended",
                ended.unsent,
                ended.unsent_pictures,
                span_text(self._keep),
            )
        self._marker.touch()
        return self._pause.total_seconds()
