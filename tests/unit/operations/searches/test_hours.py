"""Hours of the day by the agency's clock, over the change of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.searches.hours import parse_hours, spans
from schemas.errors import InvalidInput

NEW_YORK = ZoneInfo("America/New_York")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_hours_over_midnight_are_those_of_the_agency() -> None:
    since, until = at("2026-07-01T00:00-04:00"), at("2026-07-03T00:00-04:00")
    assert spans(parse_hours("22-4"), since, until, NEW_YORK) == [
        (since, at("2026-07-01T04:00-04:00")),
        (at("2026-07-01T22:00-04:00"), at("2026-07-02T04:00-04:00")),
        (at("2026-07-02T22:00-04:00"), until),
    ]


def test_an_hour_that_comes_twice_counts_twice_and_what_lies_between_does_not() -> None:
    since, until = at("2026-11-01T00:00-04:00"), at("2026-11-01T12:00-05:00")
    assert spans(parse_hours("1:30-2:00"), since, until, NEW_YORK) == [
        (at("2026-11-01T01:30-04:00"), at("2026-11-01T02:00-04:00")),
        (at("2026-11-01T01:30-05:00"), at("2026-11-01T02:00-05:00")),
    ]
    assert spans(parse_hours("1-3"), since, until, NEW_YORK) == [
        (at("2026-11-01T01:00-04:00"), at("2026-11-01T03:00-05:00"))
    ]


def test_an_hour_that_the_clock_leaves_out_is_none() -> None:
    since, until = at("2026-03-08T00:00-05:00"), at("2026-03-08T12:00-04:00")
    assert spans(parse_hours("2-3"), since, until, NEW_YORK) == []
    assert spans(parse_hours("1-4"), since, until, NEW_YORK) == [
        (at("2026-03-08T01:00-05:00"), at("2026-03-08T04:00-04:00"))
    ]


def test_the_same_hour_twice_is_the_whole_day() -> None:
    since, until = at("2026-07-01T00:00-04:00"), at("2026-07-03T12:00-04:00")
    assert spans(parse_hours("0-24"), since, until, NEW_YORK) == [(since, until)]
    assert spans(parse_hours("6-6"), since, until, NEW_YORK) == [(since, until)]


@pytest.mark.parametrize(
    "text", ["", "22", "25-4", "7:60-8", "7:5-9", "7-9:5", "24:01-3", "22:00\u201304:00", "-", "1-2-3", "a-b", "24-5"]
)
def test_what_are_no_hours_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="no hours of the day"):
        parse_hours(text)


MINUTES = st.integers(0, 24 * 60 - 1)
ZONES = st.sampled_from(["America/New_York", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"])


@given(MINUTES, MINUTES, ZONES, st.integers(0, 365 * 24 * 60), st.integers(1, 4 * 24 * 60), st.integers(0, 10**6))
def test_a_moment_is_in_a_span_where_the_clock_shows_the_hour(
    begin: int, end: int, name: str, start: int, length: int, chosen: int
) -> None:
    zone = ZoneInfo(name)
    hours = parse_hours(f"{begin // 60}:{begin % 60:02d}-{end // 60}:{end % 60:02d}")
    since = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=start)
    until = since + timedelta(minutes=length)
    moment = since + timedelta(minutes=chosen % length)
    shown = moment.astimezone(zone)
    minute = shown.hour * 60 + shown.minute
    is_shown = begin <= minute < end if begin < end else minute >= begin or minute < end
    found = spans(hours, since, until, zone)
    assert any(first <= moment < last for first, last in found) == is_shown
    assert all(first < last for first, last in found)
    assert found == sorted(found)
