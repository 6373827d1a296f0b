"""What a feed did is noted, for its next run and for people: its state, the log, and its alarms."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable
from datetime import datetime

from hotlists.feeds.freshness import default_max_age_hours
from operations.currency import law_hours
from operations.feeds.outcome import FeedOutcome, FeedResult
from schemas.events import AlarmKind
from schemas.settings import FeedSettings, Settings
from storage.alerts.alarms import Alarms
from storage.database import Database
from storage.hotlists.feeds import FeedState, FeedStates

log = logging.getLogger(__name__)

ALARM_AFTER_FAILURES = 3
"""So many tries in a row fail before an outage is an alarm; what a person has to mend is one at once."""

QUIET_RECORD_SECONDS = 600.0
"""A run that found nothing new is noted this often at most."""


class FeedNotes:
    """What is known of one feed.

    Args:
        feed: Its settings.
        settings: The whole configuration.
        database: The open database.
        now: The time, aware.
    """

    def __init__(self, feed: FeedSettings, settings: Settings, database: Database, now: Callable[[], datetime]) -> None:
        self._feed = feed
        self._settings = settings
        self._now = now
        self._states = FeedStates(database)
        self._alarms = Alarms(database, settings.agency_id, settings.alarm_topic)

    def register(self) -> FeedState:
        """Make the feed known, with what the configuration says now, and return what it did last.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        hours = self._feed.max_age_hours or default_max_age_hours(self._feed.source, law_hours(self._settings))
        return self._states.register(self._feed.name, self._feed.source, hours, self._now())

    def active_digest(self) -> str | None:
        """Return the SHA-256 (hexadecimal) of the file that the active version came from, or None without one."""
        return self._states.active_digest(self._feed.name)

    def is_held(self) -> bool:
        """Return whether a version of the list waits for a person."""
        return self._feed.name in self._states.holds()

    def record(self, result: FeedResult, state: FeedState) -> None:
        """Store a run's outcome, and raise or clear the feed's alarms.

        Args:
            result: The outcome.
            state: What is known since.

        Raises:
            DatabaseUnavailable: The server is down; the state before still stands.
        """
        now = self._now()
        quiet = result.outcome == FeedOutcome.NOTHING
        recent = state.checked_at is not None and (now - state.checked_at).total_seconds() < QUIET_RECORD_SECONDS
        if quiet and recent and state.failures == 0:
            return
        keep = quiet and state.outcome is not None
        if keep and state.outcome in (FeedOutcome.REJECTED, FeedOutcome.FAILED):
            # A folder without a new file does not make the last one good; an outage of the folder is over, though.
            keep = state.outcome == FeedOutcome.REJECTED
        state = dataclasses.replace(
            state,
            checked_at=now,
            outcome=state.outcome if keep else result.outcome.value,
            message=state.message if keep else result.message,
            failures=0 if result.is_good else state.failures + 1,
        )
        self._states.record(state)
        _log(result)
        self._alarm(result, state, now)

    def _alarm(self, result: FeedResult, state: FeedState, now: datetime) -> None:
        name = self._feed.name
        if result.outcome == FeedOutcome.HELD:
            self._alarms.raise_alarm(AlarmKind.HELD_LIST, name, result.message, now)
        elif result.outcome == FeedOutcome.IMPORTED:
            self._alarms.clear(AlarmKind.HELD_LIST, name, now)
        if not result.is_good:
            if not result.transient or state.failures >= ALARM_AFTER_FAILURES:
                self._alarms.raise_alarm(AlarmKind.FEED_FAILED, name, result.message, now)
        elif state.outcome not in (FeedOutcome.REJECTED, FeedOutcome.ENDED):
            self._alarms.clear(AlarmKind.FEED_FAILED, name, now)


def _log(result: FeedResult) -> None:
    if result.outcome == FeedOutcome.NOTHING:
        return
    level = logging.INFO if result.is_good and result.outcome != FeedOutcome.HELD else logging.WARNING
    log.log(level, "hotlist feed %s: %s: %s", result.name, result.outcome.value, result.message)
