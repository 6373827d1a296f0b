"""When an entry ends, as lists write it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

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
