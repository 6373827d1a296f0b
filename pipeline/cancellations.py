"""Open alerts are taken back when their entry is withdrawn, removed, changed or expires."""

from __future__ import annotations

import logging
import threading
import time
from datetime import UTC, datetime, timedelta

from alerts.cancel import cancel_message
from schemas.errors import TransientError
from schemas.settings import Settings
from storage.alerts.cancellations import Cancel, Cancellations
from storage.database import Database
from storage.hotlists.lists import HotlistStore

log = logging.getLogger(__name__)

POLL_SECONDS = 0.5
"""How often the store is asked whether a hotlist changed."""

EXPIRY_SECONDS = 5.0
"""How often alerts are looked through without a change: entries expire, and an alert may be written after one."""

AT_ONCE = 500


def cancel_stale_alerts(database: Database, settings: Settings) -> int:
    """Cancel the open alerts whose entry does not stand any more; call it after every change of a hotlist.

    Args:
        database: An open database.
        settings: The configuration; `alerts.open_hours` counts here.

    Returns:
        How many alerts were canceled now. Others may have canceled more at the same time; none is canceled twice.

    Raises:
        DatabaseUnavailable: The server went away; what was canceled stays so.
    """
    now = datetime.now(UTC)
    store = Cancellations(database)
    cancels: list[Cancel] = []
    for stale in store.stale(now - timedelta(hours=settings.alerts.open_hours), now):
        try:
            cancels.append(cancel_message(stale, created_at=now))
        except ValueError as error:
            log.error("alert %s cannot be canceled: what is stored is no alert", stale.alert_id)
            log.debug("not an alert", exc_info=error)
    count = sum(store.cancel(cancels[start : start + AT_ONCE]) for start in range(0, len(cancels), AT_ONCE))
    if count:
        log.info("%d alerts were canceled", count)
    return count


class CancellationWorker:
    """Cancels stale alerts as the lists change, and as entries expire.

    Args:
        database: An open database.
        settings: The configuration.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._store = HotlistStore(database)
        self._revision: int | None = None
        self._looked_at = 0.0
        self._outage = False

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; an outage of the database is waited out."""
        while not stop.wait(POLL_SECONDS):
            try:
                self._look()
            except TransientError as error:
                if not self._outage:
                    log.warning("alerts cannot be canceled: %s; trying again until it works", error)
                self._outage = True
            else:
                self._outage = False

    def _look(self) -> None:
        revision = self._store.revision()
        if revision == self._revision and time.monotonic() - self._looked_at < EXPIRY_SECONDS:
            return
        cancel_stale_alerts(self._database, self._settings)
        self._revision, self._looked_at = revision, time.monotonic()
