"""The end of messages that wait for a run that does not come: they hold plates, and so end as reads do."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime

from ingest.inbox_place import INBOX_FILE
from policy.decisions import effective_retention
from schemas.errors import PlatewatchError
from schemas.settings import Settings
from storage.spool.spool import Spool

log = logging.getLogger(__name__)

AGAIN_SECONDS = 600.0


class InboxEnd:
    """Ends messages that have waited for longer than reads may be kept. For one thread.

    Args:
        settings: The configuration.

    Raises:
        ConfigurationError: The law profile cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        self._path = settings.data_dir / INBOX_FILE
        self._keep = effective_retention(settings).reads
        self._look_at = float("-inf")

    def look(self) -> int:
        """End what is too old, every ten minutes; return how many messages."""
        if time.monotonic() < self._look_at or not self._path.exists():
            return 0
        self._look_at = time.monotonic() + min(AGAIN_SECONDS, self._keep.total_seconds() / 4)
        try:
            with Spool(self._path) as spool:
                ended = spool.end(datetime.now(UTC) - self._keep)
                if ended:
                    spool.compact()
        except PlatewatchError as error:
            log.warning("messages that wait too long cannot be ended: %s; this is tried again", error)
            return 0
        if ended:
            log.error(
                "%d messages waited for a run for longer than reads may be kept, and have ended unread; start "
                "platewatch run with this data_dir",
                ended,
            )
        return ended
