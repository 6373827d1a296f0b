"""The matcher over the active hotlists, following every change of them within a second."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from uuid import UUID

from matcher.index import HotlistIndex
from matcher.match import Matcher
from pipeline.lists.active import ActiveLists
from pipeline.lists.garbage import long_lived_objects
from pipeline.lists.saved import SavedLists
from pipeline.lists.source import ListSource
from pipeline.stages.stage import SteppedStage
from schemas.errors import InvalidInput, TransientError
from schemas.settings import MatchingSettings
from schemas.types import Hit, HotlistEntry, PlateRead

log = logging.getLogger(__name__)

INDEX_FOLDER = "hotlist-index"
"""Where in the data directory the index is kept for the next start."""

POLL_SECONDS = 0.5
"""How often the store is asked for newer versions: a withdrawn entry stops matching within a second."""

SWITCH_SECONDS = 0.0002
"""How long Python lets one thread go on while others wait: a read does not wait for a list that is arranged."""

STOP_SECONDS = 5.0
"""How long the end of a run waits for lists that are being arranged, which then holds nothing any more."""


class LiveMatcher(SteppedStage):
    """Matches reads against whatever lists are active now.

    Load the lists by `refresh(force=True)`, then let `run` follow them in a thread of its own; without it, `refresh`
    follows them whenever it is called. What goes is taken out at once; much that comes is arranged in the background,
    while the lists as they were serve on.

    Args:
        lists: Where the lists are.
        settings: The matcher's thresholds.
        folder: Where the index is kept for the next start; None: nowhere.
    """

    name = "hotlists"
    trouble = "changes of the hotlists are not seen, and those loaded before stay in use"
    longest_pause_seconds = POLL_SECONDS

    def __init__(self, lists: ListSource, settings: MatchingSettings, folder: Path | None = None) -> None:
        super().__init__()
        self._changes = lists
        self._saved = SavedLists(folder)
        self._settings = settings
        self._lists = ActiveLists(HotlistIndex.build((), {}))
        self._matcher = Matcher(self._lists.index, settings)
        self._polling = threading.Lock()
        self._polled_at: float | None = None
        self._is_running = self._has_ended = False
        self._arranging: Future[ActiveLists] | None = None

    @property
    def size(self) -> int:
        """Number of active entries."""
        index = self._matcher.index
        return len(index) + len(index.unusable)

    def refresh(self, *, force: bool = False) -> None:
        """Follow what changed since the last time; returns at once while `run` does that.

        Args:
            force: Ask now, and return when everything that is active now is.

        Raises:
            TransientError: The store cannot be asked; the lists loaded before stay in use.
        """
        if not force and self._is_running:
            return
        with self._polling:
            recent = self._polled_at is not None and time.monotonic() - self._polled_at < POLL_SECONDS
            if recent and not force:
                return
            if force and self._arranging is not None:
                self._arranging.exception()  # waits for it
            if self._polled_at is None:
                self._publish(self._saved.load(self._changes) or self._lists)
                self._lists.index.warm_up()
            behind = self._poll()
            # A run that ends records its last reads, and does not wait for a long list to do so.
            if behind and (force or not self._has_ended):
                self._publish(self._arranged(self._lists, behind))
            self._polled_at = time.monotonic()

    def run(self, stop: threading.Event) -> None:
        """Follow the lists until `stop` is set. While the store is away, those loaded before stay in use."""
        self._is_running = True
        usual = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_SECONDS)
        try:
            super().run(stop)
        finally:
            sys.setswitchinterval(usual)
            self._has_ended, self._is_running = True, False
            if self._arranging is not None:
                self._wait_for(self._arranging)

    def step(self, stop: threading.Event) -> float:
        """Take over what changed, and begin to arrange what is too much for that."""
        with self._polling:
            behind = self._poll()
            if behind and self._arranging is None:
                self._arrange(behind, stop)
        return POLL_SECONDS

    def match(self, read: PlateRead) -> list[Hit]:
        """Return the read's hits, best first.

        Raises:
            InvalidInput: The read's plate text cannot be matched.
        """
        return self._matcher.match(read)

    def match_batch(self, reads: Sequence[PlateRead]) -> list[list[Hit] | InvalidInput]:
        """Return for each read what `match` returns, or the error that it raises; many at once take less time."""
        return self._matcher.match_batch(reads)

    def entry(self, hit: Hit) -> HotlistEntry | None:
        """Return the entry of a hit, or None when it was withdrawn meanwhile.

        Raises:
            TransientError: The store, which has what matching does not need of entries, cannot be asked.
        """
        return self.entries([hit]).get(hit.entry_id)

    def entries(self, hits: Iterable[Hit]) -> Mapping[UUID, HotlistEntry]:
        """Return the entries of hits by id, asked for at once; those that were withdrawn meanwhile are left out.

        Raises:
            DatabaseUnavailable: See `entry`.
        """
        index = self._matcher.index
        wanted = {hit.entry_id for hit in hits if hit.entry_id in index}
        return self._changes.active_entries(wanted) if wanted else {}

    def _poll(self) -> list[str]:
        """Take over what changed: removals first, then what was arranged meanwhile and small additions.

        Returns:
            The lists that have too much new to be arranged now.
        """
        # Asked before everything else: what changes later is seen the next time.
        active = self._changes.active_versions()
        self._publish(self._lists.cleared_to(self._changes, active))
        arranging = self._arranging if self._arranging is not None and self._arranging.done() else None
        lists = self._lists if arranging is None else self._result(arranging).cleared_to(self._changes, active)
        behind = lists.behind(active)
        small = [name for name in behind if lists.is_small(self._changes, name)]
        if small:
            lists = lists.caught_up(self._changes, small)
        self._publish(lists)
        if arranging is not None:
            self._arranging = None
        if small:
            # A command that matches once has its own words for what it loads.
            level = logging.INFO if self._is_running else logging.DEBUG
            log.log(level, "hotlists changed: %s; %d entries are active", ", ".join(small), self.size)
        return [name for name in behind if name not in small]

    def _result(self, arranging: Future[ActiveLists]) -> ActiveLists:
        """Return what was arranged, or the lists as they are where the store went away meanwhile."""
        error = arranging.exception()
        if error is None:
            return arranging.result()
        if not isinstance(error, TransientError):
            raise error
        log.warning("hotlists could not be loaded: %s; trying again", error)
        return self._lists

    def _arrange(self, behind: Sequence[str], stop: threading.Event) -> None:
        """Load and arrange lists in a thread; the next polls take out of them what goes meanwhile."""
        future: Future[ActiveLists] = Future()
        begun = self._lists

        def work() -> None:
            try:
                future.set_result(self._arranged(begun, behind, stop))
            except BaseException as error:
                log.debug("hotlists were not arranged", exc_info=True)
                future.set_exception(error)

        self._arranging = future
        threading.Thread(target=work, name="hotlist-index", daemon=True).start()

    def _arranged(self, lists: ActiveLists, behind: Sequence[str], stop: threading.Event | None = None) -> ActiveLists:
        started = time.perf_counter()
        with long_lived_objects():
            arranged = lists.caught_up(self._changes, behind, stop)
        arranged.index.warm_up()
        self._saved.save(arranged, self._changes)
        log.info(
            "hotlists active: %d entries, loaded and indexed in %.2f s",
            len(arranged.index) + len(arranged.index.unusable),
            time.perf_counter() - started,
        )
        return arranged

    def _publish(self, lists: ActiveLists) -> None:
        if lists.index is not self._matcher.index:
            self._matcher = Matcher(lists.index, self._settings)
        self._lists = lists

    @staticmethod
    def _wait_for(arranging: Future[ActiveLists]) -> None:
        try:
            arranging.exception(timeout=STOP_SECONDS)
        except TimeoutError:
            log.info("lists were still being arranged when the run ended")
