"""Whether the lists are current: their ages, and the alarms that say when one is late or waits for a person."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

from alerts.routing.hours import begin_of
from alerts.routing.zone import agency_zone
from hotlists.feeds.freshness import LAW_HOURS, ListAge, ListDate, Renewal, list_ages
from policy.decisions import open_policy
from schemas.events import AlarmKind
from schemas.settings import Settings
from storage.alerts.alarms import Alarms
from storage.database import Database
from storage.hotlists.edits import LOCAL
from storage.hotlists.feeds import FeedState, FeedStates
from storage.hotlists.lists import HotlistStore

log = logging.getLogger(__name__)

MIDNIGHT = "00:00"
FORGOTTEN_AFTER = timedelta(hours=48)
"""A feed that no run had in its configuration for so long does not count any more."""


def law_hours(settings: Settings) -> float:
    """Return how old a list may be by the law of the configured profile, in hours."""
    age = open_policy(settings).max_list_age
    return LAW_HOURS if age is None else age / timedelta(hours=1)


def current_ages(database: Database, settings: Settings, now: datetime) -> list[ListAge]:
    """Return the age of every list that is active, and of every one that a feed should have brought.

    Args:
        database: An open database.
        settings: The configuration.
        now: The time, aware.

    Returns:
        By list; lists that people write entry by entry have no age.

    Raises:
        DatabaseUnavailable: The server is down.
        ConfigurationError: The profile of the law cannot be used.
    """
    feeds = {state.hotlist_id: state for state in FeedStates(database).states() if _counts(state, now)}
    dates = []
    for summary in HotlistStore(database).lists():
        state = feeds.pop(summary.hotlist_id, None)
        dates.append(
            ListDate(
                summary.hotlist_id,
                summary.layout,
                known_since=summary.activated_at,
                as_of=summary.as_of,
                activated_at=summary.activated_at,
                confirmed_at=None if state is None else state.confirmed_at,
                max_age_hours=None if state is None else state.max_age_hours,
            )
        )
    missing = [
        ListDate(state.hotlist_id, state.layout, state.known_since, max_age_hours=state.max_age_hours)
        for state in feeds.values()
    ]
    return list_ages(
        [*dates, *missing],
        now,
        law_hours=law_hours(settings),
        hand_kept=(LOCAL,),
        renewal=last_renewal(settings, now),
    )


def last_renewal(settings: Settings, now: datetime) -> Renewal | None:
    """Return when lists had to be renewed last by the law of the configured profile, or None where it has no such rule.

    Args:
        settings: The configuration; shifts and the agency's time zone count here.
        now: The time, aware.
    """
    rule = open_policy(settings).profile.hotlists
    if rule is None or rule.refresh is None:
        return None
    if rule.refresh == "daily":
        return Renewal(every=timedelta(hours=24))
    zone, grace = agency_zone(settings.time_zone), timedelta(minutes=settings.hotlists.shift_grace_minutes)
    today = now.astimezone(zone).date()
    starts = [
        begin_of(today - timedelta(days=days), time.fromisoformat(start), zone)
        for days in range(grace.days + 3)
        for start in settings.hotlists.shift_starts or (MIDNIGHT,)
    ]
    begun = max(start for start in starts if start + grace <= now)
    return Renewal(begun, begun + grace)


class ListCurrency:
    """Keeps the alarms about lists true.

    Args:
        settings: The configuration.
        database: The open database.
        now: The time, aware.
    """

    def __init__(
        self, settings: Settings, database: Database, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._settings = settings
        self._database = database
        self._now = now
        self._alarms = Alarms(database, settings.agency_id, settings.alarm_topic)

    def check(self) -> list[ListAge]:
        """Raise what has to be raised, clear what is cured, and return the lists' ages.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        now = self._now()
        ages = current_ages(self._database, self._settings, now)
        renewal = last_renewal(self._settings, now)
        late = {age.hotlist_id: _late_message(age, renewal) for age in ages if age.is_late}
        self._settle(AlarmKind.LATE_LIST, late, now)
        states = FeedStates(self._database)
        self._settle(AlarmKind.HELD_LIST, states.holds(), now)
        forgotten = {state.hotlist_id for state in states.states() if not _counts(state, now)}
        for subject in forgotten & self._standing(AlarmKind.FEED_FAILED):
            self._alarms.clear(AlarmKind.FEED_FAILED, subject, now)
        return ages

    def _settle(self, kind: AlarmKind, wanted: dict[str, str], now: datetime) -> None:
        standing = self._standing(kind)
        for subject in standing - wanted.keys():
            if self._alarms.clear(kind, subject, now):
                log.info("hotlist %s: alarm %s is over", subject, kind.value)
        for subject, message in wanted.items():
            # A held list's message stands as the feed wrote it, which knows where the file is.
            if kind is AlarmKind.HELD_LIST and subject in standing:
                continue
            if self._alarms.raise_alarm(kind, subject, message, now):
                log.warning("hotlist %s: alarm %s: %s", subject, kind.value, message)

    def _standing(self, kind: AlarmKind) -> set[str]:
        return {alarm.subject for alarm in self._alarms.standing() if alarm.kind is kind}


def _counts(state: FeedState, now: datetime) -> bool:
    # In the future, by a clock that ran ahead, it is as little known as long ago.
    return abs(now - state.seen_at) < FORGOTTEN_AFTER


def _late_message(age: ListAge, renewal: Renewal | None) -> str:
    # No age in it: that would be another message every minute.
    since = _minute(age.late_since)
    if age.content_date is None:
        return f"never imported; expected since {since}; look at its feed"
    if renewal is not None and renewal.due is not None and age.late_since == renewal.due:
        return (
            f"not renewed since {_minute(renewal.since)}, when the law asks for it (platewatch law show); look at its "
            "feed, or import it by hand"
        )
    return (
        f"its content is of {_minute(age.content_date)} and may be {age.max_age_hours:g} h old; late since {since}; "
        "look at its feed, or import it by hand"
    )


def _minute(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
