"""What a long run has to do again and again: end records that the law does not let it keep."""

from __future__ import annotations

import logging
import threading
import time
from datetime import UTC, datetime, timedelta

from ingest.inbox_place import CAR_SOURCE, INBOX_FILE
from pipeline.stages.stage import SteppedStage
from policy.decisions import effective_retention, span_text
from schemas.errors import PlatewatchError, TransientError
from schemas.settings import Settings
from services.private_files import make_private_folder, touch_private
from services.run_state import RETENTION_MARKER
from storage.database import Database
from storage.leadership import Leadership
from storage.reads.images import ImageStore
from storage.reads.pictures import StrayPictures
from storage.remains.rewriting import rewrite
from storage.retention import enforce_retention
from storage.spool.spool import Spool

log = logging.getLogger(__name__)

LONGEST_PAUSE = timedelta(hours=1)
SHORTEST_PAUSE = timedelta(seconds=1)
PAUSES_PER_LIMIT = 20
LONGEST_WAIT_SECONDS = 1.0
"""How long it sleeps at most: the clock may be set meanwhile."""

SWEEP_SECONDS = 5.0
SWEEP_AGAIN_SECONDS = 3600.0
"""Pauses between two looks for stray pictures, and between two times through the whole store."""


def pause_for(reads: timedelta) -> timedelta:
    """Return how long to wait between two enforcements: a twentieth of the limit, an hour at most.

    Args:
        reads: How long reads may be kept.
    """
    return min(LONGEST_PAUSE, max(SHORTEST_PAUSE, reads / PAUSES_PER_LIMIT))


LONGEST_REWRITE_PAUSE = timedelta(days=1)
SHORTEST_REWRITE_PAUSE = timedelta(minutes=10)
"""How often tables of which rows ended are written anew."""
SMALL_BYTES = 64 << 20
"""Larger tables are not locked for as long as that takes; `platewatch purge` does them."""
REWRITE_LOCK_SECONDS = 1.0


class UpkeepStage(SteppedStage):
    """Enforces retention often enough that nothing gets older than the law allows: every hour, or oftener.

    What would get too old before the next time ends now. The time of the last one is a file's in the data directory, so
    that a restart does not put it off; one that lies in the future, of a clock that ran ahead, counts for nothing.
    Between two times it looks for pictures that no read names.

    Args:
        settings: The configuration.
        database: The open database.
        leadership: Only one process of several does this.
        shares_pictures: Whether machines at the edge keep pictures in the same store before their reads are here.

    Raises:
        ConfigurationError: The law profile cannot be used, or a retention is longer than the law's.
    """

    name = "upkeep"
    trouble = "retention could not be enforced"

    def __init__(
        self,
        settings: Settings,
        database: Database,
        leadership: Leadership | None = None,
        *,
        shares_pictures: bool = False,
    ) -> None:
        super().__init__(leadership)
        self._database = database
        self._images = ImageStore(settings)
        self._retention = effective_retention(settings)
        self._pause = pause_for(self._retention.reads)
        self._inbox = settings.data_dir / INBOX_FILE
        self._marker = settings.data_dir / RETENTION_MARKER
        self._strays = StrayPictures(database, self._images, self._retention.reads, is_shared=shares_pictures)
        self._sweep_at = time.monotonic()
        self._rewrite_at = time.monotonic()
        self._last = self._enforced_at()

    def _enforced_at(self) -> float:
        """Return when retention was enforced last, in seconds of the epoch; a new installation has one pause."""
        if not self._marker.exists():
            make_private_folder(self._marker.parent)
            touch_private(self._marker)
        return self._marker.stat().st_mtime

    def step(self, stop: threading.Event) -> float:
        """Enforce retention when it is due, and look for stray pictures."""
        try:
            now = time.time()
            # A clock that was set back must not suspend it either.
            if not self._last <= now < self._last + self._pause.total_seconds():
                self._enforce(stop)
                return 0.0
            self._sweep()
        except TransientError:
            self._strays.forget()
            raise
        return min(max(self._last + self._pause.total_seconds() - now, 0.0), LONGEST_WAIT_SECONDS)

    def _enforce(self, stop: threading.Event) -> None:
        outcome = enforce_retention(
            self._database,
            self._retention,
            delete_images=self._images.delete,
            now=datetime.now(UTC) + self._pause,
        )
        self._marker.touch()
        self._last = self._enforced_at()
        if outcome.reads:
            log.info(
                "%d reads, %d hits and %d pictures were deleted, before they were older than %s",
                outcome.reads,
                outcome.hits,
                outcome.pictures,
                span_text(self._retention.reads),
            )
        if (
            (outcome.reads or outcome.hits or outcome.messages)
            and self._database.has_owner
            and time.monotonic() >= self._rewrite_at
        ):
            self._rewrite(stop)

    def _rewrite(self, stop: threading.Event) -> None:
        """Take the bytes of what ended out of the small tables' files, and let go of the log of changes."""
        cutoff = datetime.now(UTC) + self._pause - self._retention.reads
        try:
            _, left = rewrite(
                self._database, cutoff, largest_bytes=SMALL_BYTES, lock_seconds=REWRITE_LOCK_SECONDS, stop=stop
            )
        except PlatewatchError as error:
            # The rows have ended; their bytes go with the next ones, and nothing else has to wait for that.
            log.warning("tables are not written anew: %s; this is tried again", error)
            return
        if left:
            log.debug("tables that hold bytes of what ended until they are used again: %s", ", ".join(left))
        pause = min(LONGEST_REWRITE_PAUSE, max(SHORTEST_REWRITE_PAUSE, self._retention.reads / PAUSES_PER_LIMIT))
        self._rewrite_at = time.monotonic() + pause.total_seconds()

    def _sweep(self) -> None:
        if time.monotonic() < self._sweep_at:
            return
        if self._cars_wait():
            # Their pictures may be here before their reads are recorded.
            self._strays.forget()
            self._sweep_at = time.monotonic() + SWEEP_SECONDS
            return
        removed, is_more = self._strays.sweep()
        if removed:
            log.warning("%d pictures that no read names were deleted; a run was killed while it saved them", removed)
        pause = SWEEP_SECONDS if is_more else min(SWEEP_AGAIN_SECONDS, self._pause.total_seconds())
        self._sweep_at = time.monotonic() + pause

    def _cars_wait(self) -> bool:
        """Return whether reads of patrol cars wait in the inbox to be recorded."""
        if not self._inbox.exists():
            return False
        with Spool(self._inbox, durable=False) as spool:
            return any(source.startswith(CAR_SOURCE) for source in spool.waiting())
