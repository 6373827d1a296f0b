"""New Jersey: NCIC's columns with codes of its own."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from hotlists.codes.maps import category_map
from schemas.types import Category, HotlistEntry, VehicleDescription
from tests.unit.hotlists.list_samples import (
    COLORS,
    LINE_ENDS,
    MAKES,
    NJ,
    PLATES,
    STATES,
    entry,
    rejected,
    rows,
)


def test_every_field_of_new_jerseys_sample() -> None:
    found = entry("nj", NJ)
    assert (found.plate, found.jurisdiction, found.category) == ("ABC123", "US-NJ", Category.SUSPENDED_LICENSE)
    assert (found.source_entry_id, found.source_code, found.originating_agency) == (None, "S", None)
    assert found.vehicle == VehicleDescription(1985, "NIS", "SEN", "04", "BLUE")
    assert found.extra == ()


def test_new_jerseys_codes() -> None:
    assert dict(category_map("nj")) == {"E": Category.EXPIRED_REGISTRATION, "S": Category.SUSPENDED_LICENSE}
    assert entry("nj", "E" + NJ[1:]).category is Category.EXPIRED_REGISTRATION
    unknown = entry("nj", "V" + NJ[1:])
    assert (unknown.category, unknown.source_code) == (Category.UNMAPPED, "V")


def test_a_new_jersey_row_may_hold_more_in_its_first_column() -> None:
    assert entry("nj", "S123456789" + NJ[10:]).source_entry_id == "S123456789"
    assert dict(entry("nj", "S 77      " + NJ[10:]).extra) == {"record": "S 77"}
    assert rejected("nj", "  " + NJ[2:]).column == "CODE"


@settings(deadline=None)
@given(
    code=st.sampled_from("ES"),
    plate=PLATES,
    state=STATES,
    year=st.integers(1900, 2030),
    make=MAKES,
    color=COLORS,
    end=LINE_ENDS,
)
def test_a_rendered_new_jersey_row_reads_back(
    code: str, plate: str, state: str, year: int, make: str, color: str, end: str
) -> None:
    row = rows("nj", f"HEADER\n{code:<27}{plate:<10}{state}2026PC{year}{make:<4}SEN04{color}{end}")[0]
    assert isinstance(row, HotlistEntry)
    assert (row.plate, row.source_code, row.category) == (plate, code, category_map("nj")[code])
    assert row.jurisdiction == f"US-{state.replace('0', 'O')}"
    assert row.vehicle == VehicleDescription(year, make, "SEN", "04", color or None)
    assert dict(row.extra) == {"plate_year": "2026", "license_type": "PC"}
