"""What a long run has to do once a day: end records that the law does not let it keep."""

from __future__ import annotations

import logging
import time

from schemas.errors import TransientError
from schemas.settings import Settings
from storage.database import Database
from storage.images import ImageStore
from storage.retention import enforce_retention

log = logging.getLogger(__name__)

DAY_SECONDS = 86_400.0
RETRY_SECONDS = 600.0


class Upkeep:
    """Enforces retention every 24 hours, over restarts too: the time of the last one is a file's in the data directory.

    Args:
        settings: The configuration.
        database: The open database.
    """

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._marker = settings.data_dir / "retention-enforced"
        self._next = self._due()

    def _due(self) -> float:
        """Return when retention is due, in seconds of the epoch; a new installation has a day."""
        if not self._marker.exists():
            self._marker.parent.mkdir(parents=True, exist_ok=True)
            self._marker.touch()
        return self._marker.stat().st_mtime + DAY_SECONDS

    def tick(self) -> None:
        """Enforce retention when it is due; an outage is tried again later."""
        if time.time() < self._next:
            return
        try:
            outcome = enforce_retention(
                self._database, self._settings.retention, delete_images=ImageStore(self._settings).delete
            )
        except TransientError as error:
            log.warning("retention could not be enforced: %s; trying again in ten minutes", error)
            self._next = time.time() + RETRY_SECONDS
            return
        self._marker.touch()
        self._next = self._due()
        if outcome.reads:
            log.info(
                "%d reads, %d hits and %d pictures older than %d days were deleted",
                outcome.reads,
                outcome.hits,
                outcome.pictures,
                self._settings.retention.reads_days,
            )
