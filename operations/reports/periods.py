"""The span that a report is of, by the agency's clock: the last whole year, half-year or month, or the present one."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from policy.reports import Period

_MONTHS = {Period.YEAR: 12, Period.HALF_YEAR: 6, Period.MONTH: 1}
MOST_WEEKS = 4
WEEK = timedelta(days=7)


def periods(period: Period, now: datetime) -> tuple[tuple[date, date], tuple[date, date]]:
    """Return the last whole period and the present one, each with its first day and the day after its last one.

    Args:
        period: How long it is.
        now: The present, aware.
    """
    months = _MONTHS[period]
    today = now.astimezone().date()
    first = today.year * 12 + (today.month - 1) // months * months
    before, begin, end = (_first_day(number) for number in (first - months, first, first + months))
    return (before, begin), (begin, end)


def whole_weeks(kept: timedelta, now: datetime) -> tuple[datetime, datetime]:
    """Return the last whole weeks, from Monday to Monday, of which nothing has ended yet: at most four, one at least.

    Args:
        kept: How long reads are kept.
        now: The present, aware.
    """
    today = now.astimezone().date()
    end = today - timedelta(days=today.weekday())
    # On a Sunday nearly a week has passed since the last Monday.
    weeks = min(max(1, (kept - WEEK) // WEEK), MOST_WEEKS)
    return midnight(end - weeks * WEEK), midnight(end)


def midnight(day: date) -> datetime:
    """Return when a day begins by the agency's clock, aware."""
    return datetime(day.year, day.month, day.day).astimezone()


def _first_day(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)
