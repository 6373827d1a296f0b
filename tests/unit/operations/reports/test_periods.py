"""Which days a report is of by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.reports.periods import midnight, periods, whole_weeks
from policy.reports import Period


@pytest.mark.parametrize(
    ("period", "last", "present"),
    [
        (Period.YEAR, (date(2025, 1, 1), date(2026, 1, 1)), (date(2026, 1, 1), date(2027, 1, 1))),
        (Period.HALF_YEAR, (date(2025, 7, 1), date(2026, 1, 1)), (date(2026, 1, 1), date(2026, 7, 1))),
        (Period.MONTH, (date(2026, 1, 1), date(2026, 2, 1)), (date(2026, 2, 1), date(2026, 3, 1))),
    ],
)
def test_the_last_whole_period_and_the_present_one(
    period: Period, last: tuple[date, date], present: tuple[date, date]
) -> None:
    assert periods(period, datetime(2026, 2, 28, 12, tzinfo=UTC)) == (last, present)


@given(
    st.sampled_from(Period),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
)
def test_periods_follow_one_another_and_hold_today(period: Period, now: datetime) -> None:
    last, present = periods(period, now)
    assert last[0] < last[1] == present[0] <= now.astimezone().date() < present[1]


@given(
    st.timedeltas(timedelta(minutes=3), timedelta(days=2000)),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
)
def test_weeks_are_whole_over_and_still_kept(kept: timedelta, now: datetime) -> None:
    since, until = whole_weeks(kept, now)
    begin, end = since.astimezone().date(), until.astimezone().date()
    assert begin.weekday() == end.weekday() == 0
    assert until <= now
    assert (end - begin).days in (7, 14, 21, 28)
    if kept >= timedelta(days=14):
        # But for the hour that clocks are put back by.
        assert since >= now - kept - timedelta(hours=1)
    assert since == midnight(begin)
