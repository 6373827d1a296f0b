"""What forms have, as the operations take it: understood, or refused with what was expected; whatever is typed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.typed import (
    LARGEST,
    day_of,
    days_back,
    decimal_of,
    end_of,
    field_of,
    jurisdiction_of,
    moment_of,
    number_of,
)
from schemas.errors import InvalidInput

EASTERN = ZoneInfo("America/New_York")
ZONES = st.sampled_from([None, UTC, EASTERN, ZoneInfo("Pacific/Kiritimati")])
TIMES = st.text() | st.datetimes().map(datetime.isoformat) | st.from_regex(r"\d{1,5}-\d\d-\d\dT?\d*:?\d*[+-]?\d*:?\d*")


@given(TIMES, ZONES)
def test_any_text_is_a_time_or_refused(text: str, zone: ZoneInfo | None) -> None:
    for read in (moment_of, end_of):
        with suppress(InvalidInput):
            moment = read(text, "from", zone)
            assert moment is None or moment.utcoffset() is not None
    with suppress(InvalidInput):
        assert day_of(text, "from") is None or isinstance(day_of(text, "from"), date)


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_a_state_or_refused(text: str) -> None:
    readers: tuple[Callable[[str], object], ...] = (
        lambda text: number_of(text, "days"),
        lambda text: decimal_of(text, "latitude"),
        jurisdiction_of,
    )
    for read in readers:
        with suppress(InvalidInput):
            assert read(text) is not None or not text.strip()


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)).map(lambda one: one.replace(second=0, microsecond=0)),
    ZONES,
)
def test_a_field_is_read_as_it_was_written(moment: datetime, zone: ZoneInfo | None) -> None:
    aware = moment.replace(tzinfo=UTC)
    read = moment_of(field_of(aware, zone), "from", zone)
    assert read is not None
    # But for the hour that there is twice.
    assert abs(read - aware) <= timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "later", "utc"),
    [
        ("2026-01-31T21:00", False, "2026-02-01T02:00"),
        ("2026-07-31T21:00", False, "2026-08-01T01:00"),
        ("2026-11-01T01:30", False, "2026-11-01T05:30"),
        ("2026-11-01T01:30", True, "2026-11-01T06:30"),
        ("2026-01-31T21:00Z", False, "2026-01-31T21:00"),
        ("2026-07-31 06:00+02:00", False, "2026-07-31T04:00"),
        ("2026-03-08T02:30", False, "2026-03-08T07:30"),  # left out by the clock
        (" 2026-01-31 ", False, "2026-01-31T05:00"),
    ],
)
def test_times_are_by_the_agencys_clock_whatever_the_machines_is(text: str, later: bool, utc: str) -> None:
    found = moment_of(text, "from", EASTERN, later=later)
    assert found == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_until_a_day_means_its_end() -> None:
    assert end_of("2026-01-31", "until", UTC) == datetime(2026, 2, 1, tzinfo=UTC)
    assert end_of("2026-01-31T06:00", "until", UTC) == datetime(2026, 1, 31, 6, tzinfo=UTC)
    # A day on which the clock is set back has 25 hours.
    begin, end = moment_of("2026-11-01", "from", EASTERN), end_of("2026-11-01", "until", EASTERN)
    assert begin is not None
    assert end is not None
    assert end.astimezone(UTC) - begin.astimezone(UTC) == timedelta(hours=25)


def test_what_is_left_out_and_what_is_none() -> None:
    assert moment_of("  ", "from", UTC) is day_of("", "until") is number_of(" ", "days") is None
    for text in ("soon", "0001-01-01T00:00", "9999-12-31T23:59", "2026-02-30", "2026-01-31T06:00+99:00"):
        with pytest.raises(InvalidInput, match=r"^from: '.*' is no time, expected it like"):
            moment_of(text, "from", UTC)
        with pytest.raises(InvalidInput, match=r"^until: '.*' is no day"):
            day_of(text, "until")
    with pytest.raises(InvalidInput, match=r"^'soon' is no time"):
        moment_of("soon", "", UTC)  # it stands beside its field


@pytest.mark.parametrize(("year", "is_known"), [(1969, False), (1970, True), (8999, True), (9000, False)])
def test_the_years_are_those_that_every_clock_knows(year: int, is_known: bool) -> None:
    text = f"{year}-06-01"
    if is_known:
        assert moment_of(text, "from", UTC) == datetime(year, 6, 1, tzinfo=UTC)
        assert day_of(text, "from") == date(year, 6, 1)
        return
    with pytest.raises(InvalidInput):
        moment_of(text, "from", UTC)
    with pytest.raises(InvalidInput):
        day_of(text, "from")


def test_numbers_have_bounds() -> None:
    most = 9_223_372_036_854_775_807  # what a database's number holds
    assert (number_of(" 24 ", "hour", 0, 24), number_of(str(most), "row", 1, LARGEST)) == (24, most)
    with pytest.raises(InvalidInput):
        number_of(str(most + 1), "row", 1, LARGEST)
    assert (number_of("999999", "days"), number_of("0", "days")) == (999_999, 0)
    with pytest.raises(InvalidInput, match="no whole number from 0 to 999999"):
        number_of("1000000", "days")
    for text in ("25", "-1", "1.5", "\u0661", "0x1", "9" * 5000):
        with pytest.raises(InvalidInput, match=r"hour: '.*' is no whole number from 0 to 24"):
            number_of(text, "hour", 0, 24)
    assert decimal_of("36,8354", "latitude") == 36.8354
    with pytest.raises(InvalidInput, match="latitude: 'north' is no number"):
        decimal_of("north", "latitude")


def test_states_are_as_lists_have_them() -> None:
    assert {jurisdiction_of(text) for text in ("va", " VA ", "US-VA", "Virginia")} == {"US-VA"}
    with pytest.raises(InvalidInput, match="'Atlantis' is no state"):
        jurisdiction_of("Atlantis")


def test_a_week_back_is_a_midnight_of_the_agencys_clock() -> None:
    week = days_back(datetime(2026, 11, 4, 2, tzinfo=UTC), 7, EASTERN)  # the evening of the third, there
    assert field_of(week, EASTERN) == "2026-10-27T00:00"
    assert field_of(None, EASTERN) == ""
