"""Whether a reader is silent at a time at which it never is, by how many reads of it came in the hours before."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo

HOUR = timedelta(hours=1)
DAYS_BACK = 7
WEEKS_BACK = 4
REMEMBERED = timedelta(weeks=WEEKS_BACK, days=1)
"""How long hours are kept."""

LEAST_DAYS = 3
LEAST_WEEKS = 2
"""So many days, or weeks, have to be known before anything is expected of an hour of theirs."""

LEAST_SILENCE = timedelta(minutes=10)
"""Reads come in platoons: a shorter silence means nothing at any camera."""


def hour_of(moment: datetime) -> datetime:
    """Return the begin of a moment's hour, in UTC."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def expected_reads(hours: Mapping[datetime, int], since: datetime, until: datetime, zone: tzinfo = UTC) -> float:
    """Return how many reads would have come between two moments if it had been as usual.

    Usual is the median of the same hours of the same day in the weeks before; of the same hours in the days before
    where too few weeks are known. Hours before the first read are not known; in all others none came that is not named.

    Args:
        hours: Reads by the begin of their hour (UTC).
        since: The begin, aware.
        until: The end, aware.
        zone: Whose clock people drive by: the same hour of the week before is that of their clocks, also where these
            were put forward or back meanwhile.
    """
    if not hours:
        return 0.0
    first = min(hours)
    total = 0.0
    for hour in _hours_between(since, until):
        share = (min(hour + HOUR, until) - max(hour, since)) / HOUR
        total += share * _usual(hours, hour, first, zone)
    return total


def _usual(hours: Mapping[datetime, int], hour: datetime, first: datetime, zone: tzinfo) -> float:
    local = hour.astimezone(zone)
    for step, count, least in (
        (timedelta(weeks=1), WEEKS_BACK, LEAST_WEEKS),
        (timedelta(days=1), DAYS_BACK, LEAST_DAYS),
    ):
        # With its zone a time is counted by the clock on the wall.
        before = [hour_of(local - step * number) for number in range(1, count + 1)]
        known = [hours.get(one, 0) for one in before if one >= first]
        if len(known) >= least:
            return statistics.median(known)
    return 0.0


def _hours_between(since: datetime, until: datetime) -> Iterator[datetime]:
    hour = hour_of(since)
    while hour < until:
        yield hour
        hour += HOUR


def missing_message(
    hours: Mapping[datetime, int],
    last_read_at: datetime,
    now: datetime,
    missing_reads: float,
    zone: tzinfo = UTC,
) -> str | None:
    """Return what is said of a reader that is silent though many reads were to be expected, or None.

    Args:
        hours: Its reads by the begin of their hour (UTC).
        last_read_at: When its last one came, aware.
        now: The time, aware.
        missing_reads: How many have to be missing; 0: nothing is said.
        zone: As in `expected_reads`.
    """
    # Longer ago than what is remembered, nothing can be said of.
    last_read_at = max(last_read_at, now - timedelta(weeks=1))
    if not missing_reads or now - last_read_at < LEAST_SILENCE:
        return None
    expected = expected_reads(hours, last_read_at, now, zone)
    if expected < missing_reads:
        return None
    return (
        f"no read since {last_read_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, and at these hours about {expected:.0f} "
        f"would have come; look at the reader and at the way to it (missing_reads = {missing_reads:g} is its limit)"
    )
