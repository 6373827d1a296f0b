"""The matcher over the active hotlists, built again when a list changes."""

from __future__ import annotations

import logging
import time

from matcher.index import HotlistIndex
from matcher.match import Matcher
from schemas.settings import MatchingSettings
from schemas.types import Hit, HotlistEntry, PlateRead
from storage.database import Database
from storage.hotlists import HotlistStore

log = logging.getLogger(__name__)

POLL_SECONDS = 0.5
"""How often the store is asked for a newer revision: a change matches within a second."""


class LiveMatcher:
    """Matches reads against whatever lists are active now.

    Args:
        database: Where the lists are.
        settings: The matcher's thresholds.
    """

    def __init__(self, database: Database, settings: MatchingSettings) -> None:
        self._store = HotlistStore(database)
        self._settings = settings
        self._revision: int | None = None
        self._polled_at = 0.0
        self._matcher = Matcher(HotlistIndex.build((), {}), settings)
        self._size = 0

    @property
    def size(self) -> int:
        """Number of active entries."""
        return self._size

    def refresh(self, *, force: bool = False) -> None:
        """Load the active lists again when they changed since the last time.

        Raises:
            DatabaseUnavailable: The store cannot be asked; the lists loaded before stay in use.
        """
        now = time.monotonic()
        if not force and self._revision is not None and now - self._polled_at < POLL_SECONDS:
            return
        revision = self._store.revision()
        self._polled_at = now
        if revision == self._revision:
            return
        started = time.perf_counter()
        entries = list(self._store.active_entries())
        self._matcher = Matcher(HotlistIndex.build(entries, self._store.as_of()), self._settings)
        self._size = len(entries)
        self._revision = revision
        log.info(
            "hotlists active: %d entries, revision %d, indexed in %.2f s",
            self._size,
            revision,
            time.perf_counter() - started,
        )

    def match(self, read: PlateRead) -> list[Hit]:
        """Return the read's hits, best first.

        Raises:
            InvalidInput: The read's plate text cannot be matched.
        """
        return self._matcher.match(read)

    def entry(self, hit: Hit) -> HotlistEntry | None:
        """Return the entry of a hit, or None when it was withdrawn meanwhile."""
        return self._store.entry(hit.entry_id)
