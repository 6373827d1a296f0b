"""When an entry ends, as lists write it."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from hotlists.fields.errors import FieldError
from hotlists.fields.moments import EPOCH_MILLISECONDS, EPOCH_SECONDS, Moments
from schemas.types import RejectedRow
from tests.unit.hotlists.list_samples import (
    entries,
    rows,
)


@pytest.mark.parametrize(
    ("written", "until"),
    [
        ("2026-12-31", datetime(2027, 1, 1, tzinfo=UTC)),
        ("12/31/2026", datetime(2027, 1, 1, tzinfo=UTC)),
        ("20261231", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2026-12-31T18:00:00Z", datetime(2026, 12, 31, 18, tzinfo=UTC)),
        ("2026-12-31T18:00:00-05:00", datetime(2026, 12, 31, 23, tzinfo=UTC)),
        ("12/31/2026 18:00", datetime(2026, 12, 31, 18, tzinfo=UTC)),
        ("12/31/2026 6:05 PM", datetime(2026, 12, 31, 18, 5, tzinfo=UTC)),
        ("12/31/2026 12:00:30 a.m.", datetime(2026, 12, 31, 0, 0, 30, tzinfo=UTC)),
        ("1/5/27", datetime(2027, 1, 6, tzinfo=UTC)),
        ("2026-12-31T18:00", datetime(2026, 12, 31, 18, tzinfo=UTC)),
        ("2026-12-31 18:00:30.250", datetime(2026, 12, 31, 18, 0, 30, 250_000, tzinfo=UTC)),
        ("31-DEC-2026", datetime(2027, 1, 1, tzinfo=UTC)),
        ("31-Dec-26", datetime(2027, 1, 1, tzinfo=UTC)),
        ("31 December 2026", datetime(2027, 1, 1, tzinfo=UTC)),
        ('"Dec 31, 2026"', datetime(2027, 1, 1, tzinfo=UTC)),
        ('"Thursday, December 31, 2026"', datetime(2027, 1, 1, tzinfo=UTC)),
        ("Sept. 5 2026", datetime(2026, 9, 6, tzinfo=UTC)),
        ("31-DEC-2026 18:00:30", datetime(2026, 12, 31, 18, 0, 30, tzinfo=UTC)),
        ("Dec 31 2026 12:00AM", datetime(2026, 12, 31, tzinfo=UTC)),
        ("Jan  5 2027  6:05PM", datetime(2027, 1, 5, 18, 5, tzinfo=UTC)),
        ("20261231180000", datetime(2026, 12, 31, 18, tzinfo=UTC)),
        ("", None),
    ],
)
def test_expiry(written: str, until: datetime | None) -> None:
    (entry,) = entries("csv", f"plate,expires\nABC123,{written}\n")
    assert entry.valid_until == until


@pytest.mark.parametrize(
    "written",
    [
        *("tomorrow", "2026-02-30", "31/12/2026", "01/01/1950", "9999-12-32"),
        *("0026-12-31", "12/31/2026 13:00 PM", "2026-12-31T25:00", "30"),
        *(
            "31-DCE-2026",
            "31-FEB-2026",
            "Dec 2026",
            "32 May 2026",
            "Dec 31 2026 13:00PM",
            "20261331180000",
            "Decem 1 2026",
        ),
    ],
)
def test_an_expiry_that_is_no_date_rejects_its_row(written: str) -> None:
    (bad,) = rows("csv", f"plate,expires\nABC123,{written}\n")
    assert isinstance(bad, RejectedRow)
    assert bad.column == "expires"


@pytest.mark.parametrize(
    ("written", "hour"),
    [("12:30 AM", 0), ("1:30 am", 1), ("11:30 AM", 11), ("12:30 PM", 12), ("1:30 p.m.", 13), ("11:30 PM", 23)],
)
def test_a_clock_of_twelve_hours(written: str, hour: int) -> None:
    (entry,) = entries("csv", f"plate,expires\nABC123,12/31/2026 {written}\n")
    assert entry.valid_until == datetime(2026, 12, 31, hour, 30, tzinfo=UTC)


@pytest.mark.parametrize("written", ["0:30 AM", "00:30 PM", "13:30 AM"])
def test_a_clock_of_twelve_hours_has_no_other_hour(written: str) -> None:
    (bad,) = rows("csv", f"plate,expires\nABC123,12/31/2026 {written}\n")
    assert isinstance(bad, RejectedRow)


def test_a_year_of_two_digits_is_the_nearest_that_computers_take_it_for() -> None:
    for written, until in (("1/5/68", datetime(2068, 1, 6, tzinfo=UTC)), ("1/5/70", datetime(1970, 1, 6, tzinfo=UTC))):
        (entry,) = entries("csv", f"plate,expires\nABC123,{written}\n")
        assert entry.valid_until == until


@pytest.mark.parametrize(("format_", "text"), [(EPOCH_SECONDS, "1767225600"), (EPOCH_MILLISECONDS, "1767225600000")])
def test_seconds_since_1970_are_utc_wherever_the_list_is_from(format_: str, text: str) -> None:
    moments = Moments((format_,), ZoneInfo("America/New_York"))
    assert moments.begin(text, "from") == moments.end(text, "until") == datetime(2026, 1, 1, tzinfo=UTC)


def test_days_and_times_without_a_zone_are_the_lists_own() -> None:
    moments = Moments((), ZoneInfo("America/New_York"))
    assert moments.begin("2026-01-02", "from") == datetime(2026, 1, 2, 5, tzinfo=UTC)
    assert moments.end("2026-01-02", "until") == datetime(2026, 1, 3, 5, tzinfo=UTC)
    assert moments.end("2026-01-02T18:00", "until") == datetime(2026, 1, 2, 23, tzinfo=UTC)
    assert moments.end("2026-01-02T18:00Z", "until") == datetime(2026, 1, 2, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "until"),
    [
        ("20260102T180000", datetime(2026, 1, 2, 23, tzinfo=UTC)),
        ("20260102T180000Z", datetime(2026, 1, 2, 18, tzinfo=UTC)),
        ("20260102T180000+0100", datetime(2026, 1, 2, 17, tzinfo=UTC)),
        ("01/02/2026 18:00", datetime(2026, 1, 2, 23, tzinfo=UTC)),
        ("20260102", datetime(2026, 1, 3, 5, tzinfo=UTC)),
    ],
)
def test_every_spelling_without_a_zone_is_in_the_lists_own(written: str, until: datetime) -> None:
    assert Moments((), ZoneInfo("America/New_York")).end(written, "until") == until


def test_two_digits_of_a_year_from_1969_on_are_of_the_last_century() -> None:
    assert Moments().end("1/5/68", "until") == datetime(2068, 1, 6, tzinfo=UTC)
    with pytest.raises(FieldError, match="no date"):
        Moments().end("1/5/69", "until")


def test_what_is_no_date_is_refused_with_what_was_expected() -> None:
    with pytest.raises(FieldError, match=r"^until: this is no date; 2026-12-31, .* or 12/31/2026 was expected$"):
        Moments().end("soon", "until")
    declared = Moments(("%d.%m.%Y", EPOCH_SECONDS))
    with pytest.raises(FieldError, match=r"^from: this is no date; %d\.%m\.%Y or epoch was expected$"):
        declared.begin("2026-12-31", "from")


@pytest.mark.parametrize(
    ("format_", "text", "until"),
    [
        ("%d.%m.%Y", "31.12.2026", datetime(2027, 1, 1, 5, tzinfo=UTC)),
        ("%d.%m.%Y %H:%M", "31.12.2026 18:00", datetime(2026, 12, 31, 23, tzinfo=UTC)),
        ("%d.%m.%Y %I:%M %p", "31.12.2026 06:00 PM", datetime(2026, 12, 31, 23, tzinfo=UTC)),
        ("%d.%m.%Y %H:%M %z", "31.12.2026 18:00 +0100", datetime(2026, 12, 31, 17, tzinfo=UTC)),
        ("iso", "2026-12-31", datetime(2027, 1, 1, 5, tzinfo=UTC)),
        ("iso", "2026-12-31T18:00", datetime(2026, 12, 31, 23, tzinfo=UTC)),
        ("epoch", "1767225600.5", datetime(2026, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)),
    ],
)
def test_declared_formats_with_hours_are_times_and_others_whole_days(format_: str, text: str, until: datetime) -> None:
    assert Moments(("%Y|%m|%d", format_), ZoneInfo("America/New_York")).end(text, "until") == until


@pytest.mark.parametrize("text", ["inf", "1e300", "-99999999999999"])
def test_seconds_beyond_the_calendar_are_no_date(text: str) -> None:
    with pytest.raises(FieldError, match="no date"):
        Moments((EPOCH_SECONDS,)).end(text, "until")


def test_months_by_their_names_are_those_of_the_calendar() -> None:
    for month, name in enumerate(calendar.month_name[1:], start=1):
        last = datetime(2026, month, 28, tzinfo=UTC)
        for text in (f"27-{name[:3].upper()}-2026", f"{name} 27, 2026", f"27 {name[:3].lower()}. 26"):
            assert Moments().end(text, "expires") == last, text
    assert Moments().end("27-SEPT-2026", "expires") == datetime(2026, 9, 28, tzinfo=UTC)
