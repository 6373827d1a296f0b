"""Flock's hotlists: JSON of its interface, and tables."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from schemas.errors import InvalidInput
from schemas.types import Category, HotlistEntry
from tests.unit.hotlists.list_samples import (
    FLOCK,
    entries,
    read,
    rows,
)


def test_flock_entries_of_the_api() -> None:
    page = {"entries": [FLOCK, FLOCK | {"id": "e-2", "state": "washington_dc", "reason": "x"}], "totalResults": 2}
    parsed = read("flock", json.dumps(page))
    first, second = [row for row in parsed.rows if isinstance(row, HotlistEntry)]
    assert (first.plate, first.jurisdiction, first.case_number) == ("ABC0123", "US-NY", "26-1")
    assert (first.source_entry_id, first.instructions) == ("e-1", "Call Det. Ray")
    assert (first.category, first.valid_until) == (Category.STOLEN_VEHICLE, datetime(2027, 1, 1, 5, tzinfo=UTC))
    assert (second.jurisdiction, second.category, second.source_code) == ("US-DC", Category.UNMAPPED, "x")
    assert parsed.declared_rows() == 2
    assert (first.source_line, second.source_line) == (1, 2)


def test_one_page_of_several_says_that_it_is_not_all() -> None:
    parsed = read("flock", json.dumps({"entries": [FLOCK], "totalResults": 4000, "nextPage": "abc"}))
    assert len(list(parsed.rows)) == 1
    assert parsed.declared_rows() == 4000


def test_flock_tables() -> None:
    text = "License Plate,Reason,Case Number,State,Expiration Date,Notes\nABC0123,BOLO,26-1,VA,12/31/2026,Two men\n"
    (entry,) = entries("flock", text)
    assert (entry.category, entry.jurisdiction, entry.instructions) == (Category.WATCH, "US-VA", "Two men")
    with pytest.raises(InvalidInput, match="no column for the category"):
        rows("flock", "plate,state\nABC123,VA\n")
