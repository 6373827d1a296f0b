"""Vigilant's hot lists."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas.errors import InvalidInput
from schemas.types import Category
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
