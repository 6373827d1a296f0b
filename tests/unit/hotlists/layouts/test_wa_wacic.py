"""Washington's WACIC extract."""

from __future__ import annotations

import string
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlists.codes.maps import category_map
from schemas.types import Category, RejectedRow
from tests.unit.hotlists.list_samples import (
    PLATES,
    WACIC_ROW,
    entry,
    read,
    rejected,
    rows,
)


def test_wacic_row_gives_number_agency_date_plate_and_license() -> None:
    found = entry("wa-wacic", WACIC_ROW)
    assert (found.plate, found.jurisdiction, found.category) == ("BN0W111", "US-WA", Category.STOLEN_VEHICLE)
    assert (found.source_entry_id, found.source_code) == ("21V0128839", "V")
    assert (found.originating_agency, found.vehicle) == ("WAKCS0000", None)
    assert dict(found.extra) == {"date_entered": "20211006", "plate_year": "2022", "license_type": "PC"}


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("A", Category.CHILD_ABDUCTION),
        ("C", Category.SUPERVISED_RELEASE),
        ("F", Category.FELONY_VEHICLE),
        ("H", Category.PROTECTION_ORDER),
        ("K", Category.PROTECTIVE_INTEREST),
        ("L", Category.VIOLENT_PERSON),
        ("M", Category.MISSING_PERSON),
        ("P", Category.STOLEN_PLATE),
        ("R", Category.CANADIAN),
        ("T", Category.GANG_OR_TERRORIST),
        ("V", Category.STOLEN_VEHICLE),
        ("W", Category.WANTED_PERSON),
        ("X", Category.SEX_OFFENDER),
        ("Q", Category.UNMAPPED),
    ],
)
def test_wacic_code_is_the_third_character_of_the_number(code: str, category: Category) -> None:
    found = entry("wa-wacic", WACIC_ROW.replace("21V", f"21{code}"))
    assert (found.category, found.source_code) == (category, code)


def test_every_wacic_code_is_in_that_table() -> None:
    assert set(category_map("wa-wacic")) == set("ACFHKLMPRTVWX")


def test_wacic_header_is_no_row_and_dates_the_list() -> None:
    parsed = read("wa-wacic", f"WACIC LPR EXTRACT 20211007 0500\n{WACIC_ROW}\n")
    assert (parsed.header, parsed.as_of) == ("WACIC LPR EXTRACT 20211007 0500", datetime(2021, 10, 7, 5, tzinfo=UTC))
    assert len(list(parsed.rows)) == 1


@pytest.mark.parametrize("number", ["21V01-8839", "21V012883 ", "21V012883\N{FULLWIDTH DIGIT NINE}", "21V012883\u00e9"])
def test_wacic_damaged_first_row_is_rejected_and_not_taken_for_a_header(number: str) -> None:
    (row,) = rows("wa-wacic", WACIC_ROW.replace("21V0128839", number))
    assert isinstance(row, RejectedRow)
    assert row.column == "WAC"


def test_wacic_vehicle_is_read_where_there_is_one_and_other_text_is_a_note() -> None:
    vehicle = entry("wa-wacic", f"{WACIC_ROW}2009YAMACYLMC0NG").vehicle
    assert vehicle is not None
    assert (vehicle.year, vehicle.make, vehicle.color) == (2009, "YAMA", "ONG")
    noted = entry("wa-wacic", f"{WACIC_ROW}HOLD FOR PRINTS")
    assert noted.vehicle is None
    assert dict(noted.extra)["note"] == "HOLD FOR PRINTS"


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (WACIC_ROW[:36], "LIC"),
        (WACIC_ROW[:38], "LIS"),
        (WACIC_ROW[:5], "NIC"),
        (WACIC_ROW.replace("20211006", "2021-006"), "DATE"),
        (WACIC_ROW.replace("BN0W111   WA", "BN0W111  WA2"), "LIS"),
        (WACIC_ROW.replace("BN0W111", "       "), "LIC"),
    ],
)
def test_wacic_rows_that_may_name_another_vehicle_are_rejected(line: str, column: str) -> None:
    assert rejected("wa-wacic", line).column == column


def test_wacic_row_may_end_after_its_state_and_write_states_with_zero() -> None:
    assert entry("wa-wacic", WACIC_ROW[:39]).plate == "BN0W111"
    assert entry("wa-wacic", WACIC_ROW.replace("WA2022", "0R2022")).jurisdiction == "US-OR"
    assert entry("wa-wacic", WACIC_ROW.replace("WA2022", "NB2022")).jurisdiction == "US-NE"


plates = PLATES.filter(lambda text: len(text) <= 8 and "DATE" not in text)

states = st.sampled_from([("CA", "US-CA"), ("0H", "US-OH"), ("OR", "US-OR"), ("NV", "US-NV"), ("NB", "US-NE")])

digits = st.text(string.digits, min_size=8, max_size=8)


@given(plate=plates, state=states, code=st.sampled_from("VPWM"), number=st.integers(0, 9_999_999), date=digits)
def test_a_rendered_wacic_row_reads_back(plate: str, state: tuple[str, str], code: str, number: int, date: str) -> None:
    found = entry("wa-wacic", f"21{code}{number:07}WAKCS0000{date}{plate:<10}{state[0]}2022PC")
    assert (found.plate, found.jurisdiction, found.source_code) == (plate, state[1], code)
    assert found.source_entry_id == f"21{code}{number:07}"
    assert dict(found.extra)["date_entered"] == date
