"""Dates as state files write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from hotlists.fields.dates import parse_moment, us_date


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("07/31/2022", "2022-07-31"),
        ("7/9/2020 6:55:57 PM", "2020-07-09 6:55:57 PM"),
        ("12/31/99", "1999-12-31"),
        ("010315", "2015-01-03"),
        ("02/30/2022", "02/30/2022"),
        ("UNKNOWN", "UNKNOWN"),
        ("", ""),
    ],
)
def test_dates_of_states_become_iso_or_stay_as_they_are(text: str, expected: str) -> None:
    assert us_date(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-12-31", date(2026, 12, 31)),
        ("20261231", date(2026, 12, 31)),
        (" 12/31/2026 ", date(2026, 12, 31)),
        ("2026-12-31T18:00", datetime(2026, 12, 31, 18, tzinfo=UTC)),
        ("2026-12-31 18:00:30", datetime(2026, 12, 31, 18, 0, 30, tzinfo=UTC)),
        ("2026-12-31T18:00-05:00", datetime(2026, 12, 31, 23, tzinfo=UTC)),
        ("12/31/2026 18:00", datetime(2026, 12, 31, 18, tzinfo=UTC)),
        ("12/31/2026 18:00:30", datetime(2026, 12, 31, 18, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_time_without_a_zone_is_utc_in_every_spelling(text: str, expected: date | datetime) -> None:
    found = parse_moment(text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    "text", ["9999-12-31T23:59:00-14:00", "0001-01-01T00:00:00+14:00", "tomorrow", "", "2026-02-30"]
)
def test_what_is_no_date_of_the_calendar_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_moment(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("1/2/40", "2040-01-02"), ("1/2/41", "1941-01-02"), ("7-31-2022", "2022-07-31"), ("010203", "2003-01-02")),
        *(("7/31/2101", "7/31/2101"), ("7/31/202", "7/31/202"), ("07/31/2022 ", "2022-07-31 "), ("0731202", "0731202")),
        *((text, text) for text in ("007/9/2020", "7/009/2020", "7/9/02020", "0071502", "07001502", "7.9.2020")),
    ],
)
def test_years_of_dates_are_those_of_vehicles(text: str, expected: str) -> None:
    assert us_date(text) == expected


@pytest.mark.parametrize("text", ["12-31-2026", "2026/12/31", "12/31/26"])
def test_other_ways_to_write_a_day(text: str) -> None:
    found = parse_moment(text)
    assert (found, type(found)) == (date(2026, 12, 31), date)
