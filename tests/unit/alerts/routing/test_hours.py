"""Hours of the agency's day, over midnight and over the changes of daylight saving time."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.routing.hours import DAYS, Hours
from alerts.routing.zone import agency_zone

NEW_YORK = ZoneInfo("America/New_York")
NIGHT = Hours(time(22), time(6))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        ("2026-01-15T21:59:59-05:00", None),
        ("2026-01-15T22:00:00-05:00", "2026-01-16T06:00:00-05:00"),
        ("2026-01-16T05:59:59-05:00", "2026-01-16T06:00:00-05:00"),
        ("2026-01-16T06:00:00-05:00", None),
        ("2026-07-16T01:00:00-04:00", "2026-07-16T06:00:00-04:00"),
        # Clocks are put forward on 2026-03-08: the night has seven hours.
        ("2026-03-07T23:00:00-05:00", "2026-03-08T06:00:00-04:00"),
        ("2026-03-08T03:30:00-04:00", "2026-03-08T06:00:00-04:00"),
        # They are put back on 2026-11-01: it has nine.
        ("2026-10-31T23:00:00-04:00", "2026-11-01T06:00:00-05:00"),
        ("2026-11-01T01:30:00-04:00", "2026-11-01T06:00:00-05:00"),
        ("2026-11-01T01:30:00-05:00", "2026-11-01T06:00:00-05:00"),
    ],
)
def test_a_night_ends_at_six_whatever_the_clocks_do(moment: str, end: str | None) -> None:
    assert NIGHT.end_after(at(moment), NEW_YORK) == (None if end is None else at(end))


def test_a_time_that_comes_twice_or_not_at_all() -> None:
    until_half_past_one = Hours(time(22), time(1, 30))
    assert until_half_past_one.end_after(at("2026-11-01T01:00:00-04:00"), NEW_YORK) == at("2026-11-01T01:30:00-04:00")
    assert not until_half_past_one.contains(at("2026-11-01T01:10:00-05:00"), NEW_YORK)  # it is over for this night
    until_half_past_two = Hours(time(22), time(2, 30))
    assert until_half_past_two.end_after(at("2026-03-08T01:00:00-05:00"), NEW_YORK) == at("2026-03-08T03:30:00-04:00")


def test_hours_that_begin_in_the_missing_hour_begin_with_the_change() -> None:
    short = Hours(time(2, 30), time(3, 15))
    assert short.contains(at("2026-03-07T02:30:00-05:00"), NEW_YORK)
    assert not short.contains(at("2026-03-08T01:59:59-05:00"), NEW_YORK)
    for moment in ("2026-03-08T03:00:00-04:00", "2026-03-08T03:14:59-04:00"):
        assert short.end_after(at(moment), NEW_YORK) == at("2026-03-08T03:15:00-04:00")
    assert not short.contains(at("2026-03-08T03:15:00-04:00"), NEW_YORK)
    within = Hours(time(2, 15), time(2, 45))
    assert within.end_after(at("2026-03-08T03:00:00-04:00"), NEW_YORK) == at("2026-03-08T03:45:00-04:00")
    # Where a day has no midnight, it begins at one.
    havana = ZoneInfo("America/Havana")
    assert Hours(time(0), time(6)).contains(at("2026-03-08T01:00:00-04:00"), havana)
    assert not Hours(time(0), time(6)).contains(at("2026-03-07T23:59:59-05:00"), havana)


def test_hours_that_begin_in_the_doubled_hour_begin_with_the_first() -> None:
    night = Hours(time(1, 30), time(6))
    assert not night.contains(at("2026-11-01T01:29:59-04:00"), NEW_YORK)
    for moment in ("2026-11-01T01:30:00-04:00", "2026-11-01T01:00:00-05:00", "2026-11-01T05:59:59-05:00"):
        assert night.end_after(at(moment), NEW_YORK) == at("2026-11-01T06:00:00-05:00")


def test_days_are_those_on_which_the_hours_begin() -> None:
    friday_night = Hours(time(22), time(6), ("fri",))
    assert friday_night.contains(at("2026-01-16T23:00:00-05:00"), NEW_YORK)
    assert friday_night.contains(at("2026-01-17T05:00:00-05:00"), NEW_YORK)
    assert not friday_night.contains(at("2026-01-17T23:00:00-05:00"), NEW_YORK)
    assert not friday_night.contains(at("2026-01-16T05:00:00-05:00"), NEW_YORK)


def test_equal_times_are_the_whole_day() -> None:
    assert Hours(time(7), time(7)).contains(at("2026-01-15T06:59:00-05:00"), NEW_YORK)


@given(
    st.times(),
    st.times(),
    st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(["America/New_York", "America/Phoenix", "Europe/Berlin", "Australia/Lord_Howe", "UTC"]),
    st.lists(st.sampled_from(DAYS), min_size=1, unique=True),
)
def test_an_end_is_later_and_soon_enough(
    begins: time, ends: time, moment: datetime, zone: str, days: list[str]
) -> None:
    end = Hours(begins, ends, tuple(days)).end_after(moment, ZoneInfo(zone))
    if end is not None:
        assert moment < end <= moment + timedelta(hours=26)
        again = Hours(begins, ends, tuple(days)).end_after(end - timedelta(microseconds=1), ZoneInfo(zone))
        assert again is not None
        assert again >= end


def test_the_agency_s_zone_knows_its_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert agency_zone("America/New_York") == NEW_YORK
    monkeypatch.setenv("TZ", ":Europe/Berlin")
    assert agency_zone(None) == ZoneInfo("Europe/Berlin")
    monkeypatch.setenv("TZ", "EST5EDT,nonsense/../..")
    assert agency_zone(None).utcoffset(datetime(2026, 1, 1)) is not None
