"""The end of what waits on a machine at the edge: it holds plates, and so ends as reads do."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.outgoing.places import READS_FILE, REFUSED_FILE, REPORTED_FILE, UNREADABLE_FILE
from pipeline.stages.stage import SteppedStage
from policy.decisions import effective_retention, span_text
from schemas.settings import Settings
from storage.reads.images import ImageStore
from storage.spool.spool import Spool

log = logging.getLogger(__name__)

LONGEST_PAUSE = timedelta(minutes=10)
PAUSES_PER_LIMIT = 20

WHAT: Mapping[Path, str] = {
    READS_FILE: "reads waited for the broker",
    REFUSED_FILE: "reads that could not be published were kept",
    UNREADABLE_FILE: "messages that could not be understood were kept",
}


class EndingStage(SteppedStage):
    """Ends what waited for longer than reads may be kept, and says so: it was never stored where it should be.

    What would get too old before the next look ends now.

    Args:
        settings: The configuration.

    Raises:
        ConfigurationError: The law profile cannot be used, or a retention is longer than the law's.
    """

    name = "ending"
    trouble = "what waits for too long cannot be ended"

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._data_dir = settings.data_dir
        self._images = ImageStore(settings)
        self._keep = effective_retention(settings).reads
        self._pause = min(LONGEST_PAUSE, self._keep / PAUSES_PER_LIMIT)

    def step(self, stop: threading.Event) -> float:
        """End what is too old.

        Raises:
            TransientError: A file is busy.
        """
        cutoff = datetime.now(UTC) + self._pause - self._keep
        for file, what in WHAT.items():
            ended = self._end(file, cutoff)
            if ended:
                log.error("%d %s for %s, as long as reads may be, and have ended", ended, what, span_text(self._keep))
        self._end(REPORTED_FILE, cutoff)
        pictures = self._images.end_waiting(cutoff)
        if pictures:
            log.error("%d pictures waited for the image store for too long, and have ended", pictures)
        return self._pause.total_seconds()

    def _end(self, file: Path, cutoff: datetime) -> int:
        if not (self._data_dir / file).exists():
            return 0
        with Spool(self._data_dir / file) as spool:
            ended = spool.end(cutoff)
            if ended:
                spool.compact()
        return ended
