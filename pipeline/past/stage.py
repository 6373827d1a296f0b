"""Follows the hotlists, and matches what comes anew with the stored reads of the last days."""

from __future__ import annotations

import logging
import threading

from operations.past.matching import PastMatching
from pipeline.stage import SteppedStage
from schemas.settings import Settings
from storage.database import Database
from storage.leadership import Leadership
from storage.reads.past import ActiveList, ListProgress, PastReads

log = logging.getLogger(__name__)

CLOCK_SECONDS = 60.0
"""Two clocks, or one that is set, differ by less."""

POLL_SECONDS = 1.0
"""How often the store is asked for newer versions."""

SETTLE_SECONDS = 10.0
"""A version waits this long: reads that were matched live just before it came are stored by then."""

LONG_CHANGE = 5000
LONG_SETTLE_SECONDS = 60.0
"""The same for a change of more entries, which live matchers arrange in the background."""

ENTRIES_AT_ONCE = 10_000
"""A larger change is done in parts; after a restart the part that was being done is done again."""


class PastStage(SteppedStage):
    """Keeps every list's new entries matched with stored reads.

    Args:
        database: An open database.
        settings: The configuration.
        leadership: Only one process of several does this.
        settle_seconds: How long a version waits; None: as long as live matchers need.
        entries_at_once: Most entries of one part.

    Raises:
        ConfigurationError: As `PastMatching`.
    """

    name = "historical"
    trouble = "new entries are not matched with stored reads"

    def __init__(
        self,
        database: Database,
        settings: Settings,
        leadership: Leadership | None = None,
        *,
        settle_seconds: float | None = None,
        entries_at_once: int = ENTRIES_AT_ONCE,
    ) -> None:
        super().__init__(leadership)
        self._history = PastReads(database)
        self._matching = PastMatching(database, settings)
        self._settings = settings.matching
        self._settle_seconds = settle_seconds
        self._entries_at_once = entries_at_once

    def step(self, stop: threading.Event) -> float:
        """Do one part of one list's change, if there is any; when `stop` is set meanwhile it is done again later."""
        return 0.0 if self.advance(stop) else POLL_SECONDS

    def advance(self, stop: threading.Event | None = None) -> bool:
        """Do one part of one list's change, if there is any.

        Args:
            stop: Set it to end early; the part is done again later.

        Returns:
            Whether there was something to do, so that there may be more.

        Raises:
            DatabaseUnavailable: The server is down.
            TransientError: `stop` was set.
        """
        return any(self._advance(one, stop) for one in self._history.active_lists())

    def _advance(self, one: ActiveList, stop: threading.Event | None) -> bool:
        begun = one.progress
        if begun.pending_version is None:
            if begun.done_version == one.version_id:
                return False
            count = self._count(one)
            # A version of the future, by a clock that ran ahead, has been active for long.
            if -CLOCK_SECONDS <= one.active_seconds < self._settle(count):
                return False
            if count == 0 or self._is_too_much(one, count):
                self._matching.note(ListProgress(begun.hotlist_id, one.version_id))
                return True
        version = begun.pending_version or one.version_id
        entries = self._history.entries(
            begun.hotlist_id,
            begun.done_version,
            version,
            after_entry=begun.pending_entry,
            limit=self._entries_at_once,
        )
        if len(entries) < self._entries_at_once:
            progress = ListProgress(begun.hotlist_id, version)
        else:
            progress = ListProgress(begun.hotlist_id, begun.done_version, version, entries[-1].entry.entry_id)
        dates = {} if one.as_of is None else {begun.hotlist_id: one.as_of}
        self._matching.match(entries, dates, progress=progress, stop=stop)
        return True

    def _count(self, one: ActiveList) -> int:
        limit = max(self._settings.historical_max_entries, LONG_CHANGE) + 1
        return self._history.count_entries(one.progress.hotlist_id, one.progress.done_version, one.version_id, limit)

    def _settle(self, count: int) -> float:
        if self._settle_seconds is not None:
            return self._settle_seconds
        return SETTLE_SECONDS if count <= LONG_CHANGE else LONG_SETTLE_SECONDS

    def _is_too_much(self, one: ActiveList, count: int) -> bool:
        if self._settings.historical_days == 0:
            return True
        if count <= self._settings.historical_max_entries:
            return False
        log.info(
            "hotlist %s: more than %d new entries are not matched with stored reads by themselves; "
            "use `platewatch historical --list %s`",
            one.progress.hotlist_id,
            self._settings.historical_max_entries,
            one.progress.hotlist_id,
        )
        return True
