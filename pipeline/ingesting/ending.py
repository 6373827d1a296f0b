"""The end of messages that wait for a run that does not come: they hold plates, and so end as reads do."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime, timedelta

from ingest.inbox_place import INBOX_FILE
from policy.decisions import effective_retention
from schemas.errors import PlatewatchError
from schemas.settings import Settings
from storage.spool.spool import Spool

log = logging.getLogger(__name__)

LONGEST_PAUSE = timedelta(minutes=10)
PAUSES_PER_LIMIT = 20


class InboxEnd:
    """Ends messages before they have waited for longer than reads may be kept. For one thread.

    What would get too old before the next look ends now.

    Args:
        settings: The configuration.

    Raises:
        ConfigurationError: The law profile cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        self._path = settings.data_dir / INBOX_FILE
        self._keep = effective_retention(settings).reads
        self._pause = min(LONGEST_PAUSE, self._keep / PAUSES_PER_LIMIT)
        self._look_at = float("-inf")

    def look(self) -> int:
        """End what is too old, every ten minutes or oftener; return how many messages."""
        if time.monotonic() < self._look_at or not self._path.exists():
            return 0
        self._look_at = time.monotonic() + self._pause.total_seconds()
        try:
            with Spool(self._path) as spool:
                ended = spool.end(datetime.now(UTC) + self._pause - self._keep)
                if ended:
                    spool.compact()
        except PlatewatchError as error:
            log.warning("messages that wait too long cannot be ended: %s; this is tried again", error)
            return 0
        if ended:
            log.error(
                "%d messages waited for a run for as long as reads may be kept, and have ended unread; start "
                "platewatch run with this data_dir",
                ended,
            )
        return ended
