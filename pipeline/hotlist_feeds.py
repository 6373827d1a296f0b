"""The service that keeps lists current: every feed on its schedule in a thread of its own, and a look at the ages."""

from __future__ import annotations

import functools
import logging
import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from pipeline.hotlist_feed import FeedOutcome, FeedResult, HotlistFeed
from pipeline.list_currency import ListCurrency
from schemas.errors import PlatewatchError
from schemas.settings import Settings
from storage.database import Database

log = logging.getLogger(__name__)

CHECK_SECONDS = 60.0
"""How often the lists' ages are looked at."""

FIRST_RETRY_SECONDS = 15.0
LONGEST_RETRY_SECONDS = 900.0
HOUSEKEEPING_SECONDS = 3600.0
JOIN_SECONDS = 5.0
"""How long a stopped run waits for a feed that waits for its server; ending it there loses nothing."""


class HotlistFeeds:
    """Runs the configured feeds and watches the age of every list until it is stopped.

    Whatever goes wrong in here is logged and becomes an alarm; it never ends the run.

    Args:
        settings: The configuration.
        database: The open database.
        now: The time, aware.
    """

    def __init__(
        self, settings: Settings, database: Database, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._now = now
        self._stop = threading.Event()
        self._changed = threading.Event()
        self._currency = ListCurrency(settings, database, now)
        self._feeds = [
            HotlistFeed(feed, settings, database, stop=self._stop, now=now, wait=self._wait)
            for feed in settings.hotlists.feeds
        ]
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the threads."""
        self._start("list-currency", self._watch_ages)
        for feed in self._feeds:
            self._start(f"feed-{feed.feed.name}", functools.partial(self._run, feed))

    def stop(self) -> None:
        """End the threads; a transfer or an import that is under way is given up and done at the next start."""
        self._stop.set()
        self._changed.set()
        deadline = time.monotonic() + JOIN_SECONDS
        for thread in self._threads:
            thread.join(max(deadline - time.monotonic(), 0.0))

    def _start(self, name: str, target: Callable[[], None]) -> None:
        # A daemon: a server that does not answer must not keep a stopped run alive.
        thread = threading.Thread(target=target, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _wait(self, seconds: float) -> None:
        self._stop.wait(seconds)

    def _watch_ages(self) -> None:
        while not self._stop.is_set():
            self._changed.clear()
            try:
                self._currency.check()
            except PlatewatchError as error:
                log.warning("the age of the hotlists cannot be checked: %s", error)
            except Exception:
                log.exception("the age of the hotlists cannot be checked")
            # An import may cure an alarm, and is no reason to wait for the next look.
            if not self._stop.is_set():
                self._changed.wait(CHECK_SECONDS)

    def _run(self, feed: HotlistFeed) -> None:
        failures = 0
        housekeeping = 0.0
        self._stop.wait(self._first_wait(feed))
        while not self._stop.is_set():
            result = self._run_once(feed)
            failures = 0 if result is not None and (result.is_good or not result.transient) else failures + 1
            housekeeping = self._keep_house(feed, housekeeping)
            self._stop.wait(next_wait(feed, failures))

    def _run_once(self, feed: HotlistFeed) -> FeedResult | None:
        """Run a feed; None when not even its outcome could be stored."""
        try:
            result = feed.run()
        except PlatewatchError as error:
            log.warning("hotlist feed %s: %s", feed.feed.name, error)
        except Exception as error:
            log.exception("hotlist feed %s failed", feed.feed.name)
            feed.note_failure(f"unexpected error ({type(error).__name__}); see the log")
        else:
            if result.outcome == FeedOutcome.IMPORTED:
                self._changed.set()
            return result
        return None

    def _first_wait(self, feed: HotlistFeed) -> float:
        """Return the seconds until a feed is due: a restart does not fetch what is not due yet."""
        if feed.feed.kind == "folder":
            return 0.0
        try:
            state = feed.register()
        except PlatewatchError:
            return 0.0
        if state.checked_at is None or state.failures:
            return 0.0
        since = (self._now() - state.checked_at).total_seconds()
        return min(max(feed.feed.every_minutes * 60 - since, 0.0), feed.feed.every_minutes * 60)

    def _keep_house(self, feed: HotlistFeed, last: float) -> float:
        """Once an hour, say that the feed is still configured and delete what may not be kept any longer."""
        if last and time.monotonic() - last < HOUSEKEEPING_SECONDS:
            return last
        try:
            feed.register()
            feed.prune()
        except (PlatewatchError, OSError) as error:
            log.warning("hotlist feed %s: its old files are not deleted: %s", feed.feed.name, error)
        return time.monotonic()


def next_wait(feed: HotlistFeed, failures: int) -> float:
    """Return the seconds until a feed's next run.

    Args:
        feed: The feed.
        failures: Tries in a row that failed for a cause that may go away.
    """
    settings = feed.feed
    regular = settings.poll_seconds if settings.kind == "folder" else settings.every_minutes * 60
    if failures:
        backoff = min(FIRST_RETRY_SECONDS * 2.0 ** min(failures - 1, 10), LONGEST_RETRY_SECONDS)
        return min(backoff, max(regular, FIRST_RETRY_SECONDS)) * random.uniform(0.8, 1.2)
    if settings.kind == "folder" and feed.is_settling:
        return min(regular, max(settings.settle_seconds, 0.1))
    return regular
