"""Which lists are late, and since when. Pure arithmetic of times.

Source: the NCIC extract is refreshed twice a day (FBI CJIS Link); lists are to be refreshed at least every 24 hours
(Code of Virginia 2.2-5517, unconfirmed).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

CLOCK = timedelta(days=1)
"""Clocks and the zones of lists' dates differ by less; times further in the future are wrong."""

LAW_HOURS = 24.0
NCIC_HOURS = 12.0
NCIC_EXTRACTS = frozenset({"ncic", "mi", "mn", "tx-ncic"})
"""Layouts that are copies of the NCIC extract, which a feed can have twice a day."""


@dataclass(frozen=True, slots=True)
class ListDate:
    """How current a list is. All times are aware.

    `as_of` is the date of its content where the list tells one, `activated_at` when its version became active, or
    None for a list that has never had one; then `known_since` is when somebody began to expect it. `confirmed_at` is
    when the same content was sent again. `max_age_hours` is its feed's; None: nobody feeds it.
    """

    hotlist_id: str
    layout: str
    known_since: datetime
    as_of: datetime | None = None
    activated_at: datetime | None = None
    confirmed_at: datetime | None = None
    max_age_hours: float | None = None


@dataclass(frozen=True, slots=True)
class ListAge:
    """A list's age. `content_date` is None while it was never imported; `late_since` is None while it is current."""

    hotlist_id: str
    content_date: datetime | None
    max_age_hours: float
    late_since: datetime | None

    @property
    def is_late(self) -> bool:
        """Whether the list is older than it may be."""
        return self.late_since is not None


def default_max_age_hours(layout: str, law_hours: float = LAW_HOURS) -> float:
    """Return the age from which a list of this layout is late.

    Args:
        layout: The list's layout.
        law_hours: The law's greatest age of any list.
    """
    return min(NCIC_HOURS, law_hours) if layout in NCIC_EXTRACTS else law_hours


@dataclass(frozen=True, slots=True)
class Renewal:
    """When the law has lists renewed, whatever their age: since `since` and by `due`, or `every` so long."""

    since: datetime | None = None
    due: datetime | None = None
    every: timedelta | None = None

    def due_of(self, renewed_at: datetime) -> datetime | None:
        """Return by when a list has to be renewed, that was brought at a time; None: not yet again."""
        if self.every is not None:
            return renewed_at + self.every
        return self.due if self.since is not None and renewed_at < self.since else None


def list_ages(
    lists: Iterable[ListDate],
    now: datetime,
    *,
    law_hours: float = LAW_HOURS,
    hand_kept: Collection[str] = (),
    renewal: Renewal | None = None,
) -> list[ListAge]:
    """Return how old lists are and which are late.

    Args:
        lists: The lists.
        now: The time, aware.
        law_hours: The law's greatest age, for lists that nobody feeds; a feed may allow its list another one.
        hand_kept: Layouts of lists that people write entry by entry: these have no content date to be late by.
        renewal: When they had to be renewed last; None: the law asks for no such thing.

    Returns:
        One age per list that is not kept by hand, in the same order.
    """
    return [_age(item, now, law_hours, renewal) for item in lists if item.layout not in hand_kept]


def _age(item: ListDate, now: datetime, law_hours: float, renewal: Renewal | None) -> ListAge:
    hours = item.max_age_hours
    if hours is None:
        hours = default_max_age_hours(item.layout, law_hours)
    content_date = _content_date(item, now)
    begun = content_date or item.known_since
    # What lies in the future, by a clock that ran ahead, says nothing: how old the list is is not known.
    due = begun + timedelta(hours=hours) if begun <= now + CLOCK else now.replace(hour=0, minute=0, second=0)
    renewal_due = None if renewal is None else renewal.due_of(_renewed_at(item, now))
    if renewal_due is not None:
        due = min(due, renewal_due)
    return ListAge(item.hotlist_id, content_date, hours, due if now > due else None)


def _renewed_at(item: ListDate, now: datetime) -> datetime:
    """Return when somebody brought the list last, new or unchanged; how old its content is does not matter here."""
    times = [item.activated_at or item.known_since, item.confirmed_at]
    return max((moment for moment in times if moment is not None and moment <= now + CLOCK), default=item.known_since)


def _content_date(item: ListDate, now: datetime) -> datetime | None:
    if item.activated_at is None:
        return None
    # A content date after the import is a wrong clock, which must not make a list current for ever.
    dates = [min(item.as_of or item.activated_at, item.activated_at)]
    if item.confirmed_at is not None:
        dates.append(item.confirmed_at)
    return max((date for date in dates if date <= now + CLOCK), default=min(dates))
