"""The stages that keep lists current: every feed on its schedule, and a look at the ages."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from operations.currency import ListCurrency
from operations.feeds.feed import HotlistFeed
from operations.feeds.opening import open_feed
from operations.feeds.outcome import FeedResult
from operations.hotlists.uploads import prune_sent_lists
from pipeline.stages.stage import SteppedStage
from schemas.errors import PlatewatchError
from schemas.settings import FeedSettings, Settings
from storage.database import Database
from storage.hotlists.lists import HotlistStore
from storage.leadership import Leadership

log = logging.getLogger(__name__)

CHECK_SECONDS = 60.0
"""How often the lists' ages are looked at without a change of a list."""

POLL_SECONDS = 1.0
"""How often the store is asked whether a list changed: an import may cure an alarm."""

FIRST_RETRY_SECONDS = 15.0
LONGEST_RETRY_SECONDS = 900.0
HURRY_SECONDS = 1.0
"""How soon a feed that waits for its next run sees that it is to hurry."""
HOUSEKEEPING_SECONDS = 3600.0
HOUSEKEEPING_RETRY_SECONDS = 60.0
"""When it is tried again after it failed: a file that may not be kept does not stay for another hour."""
POLLED = ("folder", "agreement")
"""Kinds of feeds that are looked at all the time."""


class FeedStage(SteppedStage):
    """Runs one feed on its schedule. Whatever goes wrong is logged and becomes an alarm; it never ends the run.

    Args:
        feed: The feed's settings.
        settings: The configuration.
        database: The open database.
        leadership: Only one process of several runs a feed.
        now: The time, aware.
        at_once: Do not wait until it is due: its settings are new.
    """

    trouble = "the feed cannot be run"

    def __init__(
        self,
        feed: FeedSettings,
        settings: Settings,
        database: Database,
        leadership: Leadership | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        at_once: bool = False,
    ) -> None:
        super().__init__(leadership)
        self._at_once = at_once
        self.name = f"feed-{feed.name}"
        self._feed_settings = feed
        self._now = now
        self._settings = settings
        self._database = database
        self._feed: HotlistFeed | None = None
        self._failures = 0
        self._needs_person = False
        self._house_due_at = float("-inf")
        self._hurry = threading.Event()

    def hurry(self) -> None:
        """Have a feed whose last tries failed tried again at once: its password or its server may be right now."""
        if self._needs_person or self._failures:
            self._hurry.set()

    def step(self, stop: threading.Event) -> float:
        """Run the feed, unless it is the first step and the feed is not due yet."""
        if self._feed is None:
            self._feed = open_feed(
                self._feed_settings, self._settings, self._database, stop=stop, now=self._now, wait=stop.wait
            )
            wait = self._first_wait(self._feed)
            if wait > 0:
                return wait
        result = self._run_once(self._feed)
        self._needs_person = result is not None and not result.is_good
        # What comes at a time of its own is tried again then; what is looked at every second would fail every second.
        waits = result is not None and not result.transient and self._feed_settings.kind != "agreement"
        is_good = result is not None and (result.is_good or waits)
        self._failures = 0 if is_good else self._failures + 1
        self._keep_house(self._feed)
        return next_wait(self._feed, self._failures)

    def end(self) -> None:
        """Let go of what the feed keeps open."""
        if self._feed is not None:
            self._feed.close()

    def rest(self, seconds: float, stop: threading.Event) -> None:
        """Wait for the next step, or until somebody wants it at once; see `hurry`."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 and not stop.is_set() and not self._hurry.is_set():
            stop.wait(min(left, HURRY_SECONDS))
        self._hurry.clear()

    def _run_once(self, feed: HotlistFeed) -> FeedResult | None:
        """Run the feed; None when not even its outcome could be stored."""
        try:
            return feed.run()
        except PlatewatchError as error:
            log.warning("hotlist feed %s: %s", self._feed_settings.name, error)
        except Exception as error:
            log.exception("hotlist feed %s failed", self._feed_settings.name)
            feed.note_failure(f"unexpected error ({type(error).__name__}); see the log")
        return None

    def _first_wait(self, feed: HotlistFeed) -> float:
        """Return the seconds until the feed is due: a restart does not fetch what is not due yet."""
        if self._feed_settings.kind in POLLED or self._at_once:
            return 0.0
        try:
            state = feed.register()
        except PlatewatchError:
            return 0.0
        if state.checked_at is None or state.failures:
            return 0.0
        period = regular_wait(self._feed_settings)
        ago = (self._now() - state.checked_at).total_seconds()
        # A time in the future is one of a clock that ran ahead, and says nothing.
        return max(period - ago, 0.0) if ago >= 0 else 0.0

    def _keep_house(self, feed: HotlistFeed) -> None:
        """Once an hour, say that the feed is still configured and delete what may not be kept any longer."""
        if time.monotonic() < self._house_due_at:
            return
        wait = HOUSEKEEPING_SECONDS
        try:
            feed.register()
            feed.prune()
        except (PlatewatchError, OSError) as error:
            log.warning("hotlist feed %s: its old files are not deleted: %s", self._feed_settings.name, error)
            wait = HOUSEKEEPING_RETRY_SECONDS
        self._house_due_at = time.monotonic() + wait


def regular_wait(feed: FeedSettings) -> float:
    """Return the seconds between two runs of a feed where all is well.

    Args:
        feed: Its settings.
    """
    if feed.kind == "folder" or feed.kind == "agreement":
        return feed.poll_seconds
    return feed.every_minutes * 60


def next_wait(feed: HotlistFeed, failures: int) -> float:
    """Return the seconds until a feed's next run.

    Args:
        feed: The feed.
        failures: Tries in a row that failed for a cause that may go away.
    """
    settings = feed.feed
    regular = regular_wait(settings)
    if failures:
        backoff = min(FIRST_RETRY_SECONDS * 2.0 ** min(failures - 1, 10), LONGEST_RETRY_SECONDS)
        return min(backoff, max(regular, FIRST_RETRY_SECONDS)) * random.uniform(0.8, 1.2)
    if settings.kind == "folder" and feed.is_settling:
        return min(regular, max(settings.settle_seconds, 0.1))
    return regular


class ListAgesStage(SteppedStage):
    """Watches the age of every list, and keeps the alarms about them true; nothing that goes wrong ends the run.

    Args:
        settings: The configuration.
        database: The open database.
        leadership: Only one process of several does this.
    """

    name = "list-ages"
    trouble = "the age of the hotlists cannot be checked"

    def __init__(self, settings: Settings, database: Database, leadership: Leadership | None = None) -> None:
        super().__init__(leadership)
        self._settings = settings
        self._currency = ListCurrency(settings, database)
        self._store = HotlistStore(database)
        self._revision: int | None = None
        self._checked_at = 0.0

    def step(self, stop: threading.Event) -> float:
        """Look at the ages where a list has changed, and every minute."""
        revision = self._store.revision()
        if revision == self._revision and time.monotonic() - self._checked_at < CHECK_SECONDS:
            return POLL_SECONDS
        try:
            self._currency.check()
            prune_sent_lists(self._settings, datetime.now(UTC))
        except PlatewatchError as error:
            log.warning("the age of the hotlists cannot be checked: %s", error)
        except Exception:
            log.exception("the age of the hotlists cannot be checked")
        self._revision, self._checked_at = revision, time.monotonic()
        return POLL_SECONDS
