"""Michigan: fixed columns with a reason in words after them."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotlists.codes.maps import category_map
from schemas.types import Category, HotlistEntry, VehicleDescription
from tests.unit.hotlists.list_samples import (
    COLORS,
    LINE_ENDS,
    MAKES,
    MI,
    PLATES,
    STATES,
    entry,
    rejected,
    rows,
)


def test_every_field_of_michigans_sample() -> None:
    found = entry("mi", MI)
    assert (found.plate, found.jurisdiction, found.category) == ("AHG5263", "US-WI", Category.MISSING_PERSON)
    assert (found.source_entry_id, found.source_code) == ("M035777045", "MISSING PERSON NCIC")
    assert found.originating_agency == "WIMPD0063"
    assert found.vehicle == VehicleDescription(2003, "CHEV", "SUB", "LL", "BLK")
    assert dict(found.extra) == {"date_entered": "20200403", "plate_year": "2020", "license_type": "PC"}
    assert (found.source_line, found.raw) == (1, MI)


@pytest.mark.parametrize(
    ("reason", "category"),
    [
        ("MISSING PERSON MI", Category.MISSING_PERSON),
        ("STOLEN VEHICLE MI", Category.STOLEN_VEHICLE),
        ("STOLEN PLATE MI", Category.STOLEN_PLATE),
        ("WANTED PERSON MI", Category.WANTED_PERSON),
        ("SUPERVISED VISIT NCIC", Category.SUPERVISED_RELEASE),
        ("SUPERVISED RELEASE NCIC", Category.SUPERVISED_RELEASE),
        ("PROTECTION ORDER NCIC", Category.PROTECTION_ORDER),
        ("CPIC DATA RECORD NCIC", Category.CANADIAN),
        ("STOLEN PLATE NCIC", Category.STOLEN_PLATE),
        ("GANG OR SUSPECTED TERRORIST NCIC", Category.GANG_OR_TERRORIST),
        ("SEX OFFENDER NCIC", Category.SEX_OFFENDER),
        ("Wanted  Person Ncic", Category.WANTED_PERSON),
        ("ICLE MI", Category.STOLEN_VEHICLE),
        ("TE MI", Category.STOLEN_PLATE),
        ("SON MI", Category.UNMAPPED),
        ("VIOLENT PERSON NCIC", Category.VIOLENT_PERSON),
        ("NCIC", Category.MISSING_PERSON),
        ("", Category.MISSING_PERSON),
        ("SOMETHING NEW MI", Category.UNMAPPED),
    ],
)
def test_michigans_reasons(reason: str, category: Category) -> None:
    found = entry("mi", MI[:65] + reason)
    assert (found.category, found.source_code) == (category, reason or "M")


@pytest.mark.parametrize("code", "ABCFHKLMNPRTVWX")
def test_michigans_file_codes_count_where_the_reason_says_no_more(code: str) -> None:
    assert entry("mi", f"{code}{MI[1:65]}NCIC").category is category_map("ncic")[code]
    assert entry("mi", f"Q{MI[1:65]}NCIC").category is Category.UNMAPPED


def test_michigans_own_records_may_have_no_id() -> None:
    found = entry("mi", " " * 10 + MI[10:])
    assert (found.source_entry_id, found.category) == (None, Category.MISSING_PERSON)
    assert rejected("mi", " " * 10 + MI[10:65]).column == "REASON"


def test_michigans_text_after_the_reason_is_a_note() -> None:
    assert dict(entry("mi", f"{MI:<100}SEE LEIN").extra)["note"] == "SEE LEIN"


def test_a_michigan_row_that_lacks_columns_after_its_state_keeps_its_plate_and_loses_its_vehicle() -> None:
    found = entry("mi", MI[:45] + "STOLEN VEHICLE MI")
    assert (found.plate, found.category, found.vehicle) == ("AHG5263", Category.STOLEN_VEHICLE, None)
    assert found.source_code == "STOLEN VEHICLE MI"


def test_a_michigan_row_that_lacks_columns_before_its_plate_is_refused() -> None:
    short = MI[10:65] + "STOLEN VEHICLE MI"
    assert rejected("mi", short).column in ("NIC", "DATE", "LIC", "LIS")
    undated = MI[:19] + " " * 8 + MI[27:45] + "STOLEN VEHICLE MI"
    row = rejected("mi", undated)
    assert row.column == "LIC"
    assert "begins in column 45, 65 was expected" in row.reason


@settings(deadline=None)
@given(
    number=st.text(string.digits, min_size=9, max_size=9),
    reason=st.sampled_from(sorted(category_map("mi"))),
    origin=st.sampled_from(["MI", "NCIC"]),
    plate=PLATES,
    state=STATES,
    year=st.integers(1900, 2030),
    make=MAKES,
    color=COLORS,
    end=LINE_ENDS,
)
def test_a_rendered_michigan_row_reads_back(
    number: str, reason: str, origin: str, plate: str, state: str, year: int, make: str, color: str, end: str
) -> None:
    columns = f"V{number}MI812180020260101{plate:<10}{state}2026PC{year}{make:<4}MOD4D{color:<7}"
    row = rows("mi", f"HEADER\n{columns}{reason.upper()} {origin}{end}")[0]
    assert isinstance(row, HotlistEntry)
    assert (row.source_entry_id, row.originating_agency, row.plate) == (f"V{number}", "MI8121800", plate)
    assert (row.category, row.source_code) == (category_map("mi")[reason], f"{reason.upper()} {origin}")
    assert row.jurisdiction == f"US-{state.replace('0', 'O')}"
    assert row.vehicle == VehicleDescription(year, make, "MOD", "4D", color or None)
