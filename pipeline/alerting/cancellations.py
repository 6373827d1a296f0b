"""Open alerts are taken back when their entry is withdrawn, removed, changed or expires."""

from __future__ import annotations

import threading
import time

from alerts.settling.stale import cancel_stale_alerts
from pipeline.stages.stage import SteppedStage
from schemas.settings import Settings
from storage.database import Database
from storage.hotlists.lists import HotlistStore
from storage.leadership import Leadership

POLL_SECONDS = 0.5
"""How often the store is asked whether a hotlist changed."""

EXPIRY_SECONDS = 5.0
"""How often alerts are looked through without a change: entries expire, and an alert may be written after one."""


class CancellationStage(SteppedStage):
    """Cancels stale alerts as the lists change, and as entries expire.

    Args:
        database: An open database.
        settings: The configuration.
        leadership: Only one process of several cancels.
    """

    name = "cancellations"
    trouble = "alerts cannot be canceled"
    longest_pause_seconds = POLL_SECONDS

    def __init__(self, database: Database, settings: Settings, leadership: Leadership | None = None) -> None:
        super().__init__(leadership)
        self._database = database
        self._settings = settings
        self._store = HotlistStore(database)
        self._revision: int | None = None
        self._looked_at = 0.0

    def step(self, stop: threading.Event) -> float:
        """Look alerts through where a list has changed, or an entry may have expired."""
        revision = self._store.revision()
        if revision != self._revision or time.monotonic() - self._looked_at >= EXPIRY_SECONDS:
            cancel_stale_alerts(self._database, self._settings)
            self._revision, self._looked_at = revision, time.monotonic()
        return POLL_SECONDS
