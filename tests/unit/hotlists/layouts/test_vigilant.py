"""Vigilant's hot lists."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from schemas.errors import InvalidInput
from schemas.types import Category, HotlistEntry, RejectedRow
from tests.unit.hotlists.list_samples import (
    entries,
    rejects,
    rows,
)


def test_vigilant_lists() -> None:
    header = "Hot Plate,Plate State,Alert,Alert Level,Inactive After,Date Entered,Vehicle Make,Comments\n"
    text = header + (
        "ABC123,VA,Stolen Vehicle,High,30,2026-01-01,HOND,Two men\n"
        "DEF456,MD,BOLO,Low,12/31/2026 5:00 PM,,,\n"
        "GHI789,MD,Ours,Medium,,,,\n"
    )
    days, date, never = entries("vigilant", text)
    assert (days.priority, days.instructions) == ("High", "Two men")
    assert days.valid_until == datetime(2026, 1, 31, tzinfo=UTC)
    assert days.valid_from is None, "the day of entry is not the first day that counts"
    assert dict(days.extra) == {"Date Entered": "2026-01-01"}
    assert date.valid_until == datetime(2026, 12, 31, 17, tzinfo=UTC)
    assert (never.valid_until, never.category, never.source_code) == (None, Category.UNMAPPED, "Ours")


@pytest.mark.parametrize("written", ["30", "30 days", "sometime"])
def test_vigilants_inactive_after_needs_its_begin(written: str) -> None:
    (bad,) = rejects("vigilant", f"Plate,State,Alert,Inactive After\nABC123,VA,BOLO,{written}\n")
    assert bad.column == "expires"


@pytest.mark.parametrize("header", ["Plate,State\nABC123,VA\n", "Plate,Alert\nABC123,BOLO\n"])
def test_vigilant_needs_plate_state_and_alert(header: str) -> None:
    with pytest.raises(InvalidInput, match="the header has no column for the"):
        rows("vigilant", header)


@pytest.mark.parametrize(
    ("inactive", "active", "entered", "until"),
    [
        ("30", "2026-01-01", "", datetime(2026, 1, 31, tzinfo=UTC)),
        ("1 day", "2026-01-01", "", datetime(2026, 1, 2, tzinfo=UTC)),
        # The day from which it is active comes before the day of entry.
        ("30 DAYS", "2026-02-01", "2026-01-01", datetime(2026, 3, 3, tzinfo=UTC)),
        ("30", "", "2026-01-01", datetime(2026, 1, 31, tzinfo=UTC)),
        ("9999", "2026-01-01", "", datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=9999)),
        ("2026-05-05", "", "", datetime(2026, 5, 6, tzinfo=UTC)),
        *(("0", "2026-01-01", "", None), ("10000", "2026-01-01", "", None)),
        *(("30 weeks", "2026-01-01", "", None), ("30", "", "", None)),
        ("30", "", "soon", None),
    ],
)
def test_after_how_many_days_or_when_vigilants_entries_are_inactive(
    inactive: str, active: str, entered: str, until: datetime | None
) -> None:
    text = f"Plate,State,Alert,Inactive After,Active From,Date Added\nABC123,VA,BOLO,{inactive},{active},{entered}\n"
    (row,) = rows("vigilant", text)
    if until is None:
        assert isinstance(row, RejectedRow)
    else:
        assert isinstance(row, HotlistEntry)
        assert row.valid_until == until
        assert row.valid_from == (datetime.fromisoformat(f"{active}T00:00+00:00") if active else None)


def test_the_first_of_vigilants_days_of_entry_counts() -> None:
    header = "Plate,State,Alert,Inactive After,Date Added,Entry Date,Date Entered"
    (found,) = entries("vigilant", f"{header}\nABC123,VA,BOLO,1,2026-03-03,2026-02-02,2026-01-01\n")
    assert found.valid_until == datetime(2026, 1, 2, tzinfo=UTC)
    assert dict(found.extra) == {
        "Date Added": "2026-03-03",
        "Entry Date": "2026-02-02",
        "Date Entered": "2026-01-01",
    }
