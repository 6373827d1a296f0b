"""State lists with fixed columns: Washington WACIC, Illinois LEADS."""

from __future__ import annotations

import string
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlists.codes.maps import category_map
from schemas.types import Category, RejectedRow
from tests.unit.hotlists_state_samples import (
    LEADS_ROW,
    WACIC_ROW,
    entry,
    read,
    rejected,
    rows,
)

PERSON_ROW = f"{'ZZ9 123':<8}ILPCMISSING{'DOE,JANE A  F W 01021980':<58}LDS/M15B0042"


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


def test_wacic_damaged_first_row_is_rejected_and_not_taken_for_a_header() -> None:
    (row,) = rows("wa-wacic", WACIC_ROW.replace("21V0128839", "21V01-8839"))
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


def test_leads_stolen_row_gives_every_tagged_field() -> None:
    found = entry("il-leads", LEADS_ROW)
    assert (found.plate, found.jurisdiction, found.category) == ("660JEM", "US-WI", Category.STOLEN_VEHICLE)
    assert (found.source_code, found.source_entry_id) == ("STOLEN", "V16A0661")
    vehicle = found.vehicle
    assert vehicle is not None
    assert (vehicle.year, vehicle.make, vehicle.model, vehicle.style, vehicle.color) == (
        2005,
        "DODG",
        "MAG",
        "4D",
        "RED",
    )
    assert dict(found.extra) == {"license_type": "PC", "date_of_theft": "2015-01-03"}


def test_leads_person_row_keeps_what_is_said_of_the_person() -> None:
    found = entry("il-leads", PERSON_ROW)
    assert (found.plate, found.jurisdiction, found.category) == ("ZZ9 123", "US-IL", Category.MISSING_PERSON)
    assert (found.source_entry_id, found.vehicle) == ("M15B0042", None)
    assert dict(found.extra) == {"license_type": "PC", "person": "DOE,JANE A  F W 01021980"}


def test_leads_person_number_is_found_by_its_column_where_it_has_another_tag() -> None:
    found = entry("il-leads", PERSON_ROW.replace("LDS/", "NBR/"))
    assert found.source_entry_id == "M15B0042"
    assert dict(found.extra)["person"] == "DOE,JANE A  F W 01021980"
    bare = entry("il-leads", PERSON_ROW.replace("LDS/M15B0042", "    NONE"))
    assert (bare.source_entry_id, dict(bare.extra)["person"].split()[-1]) == (None, "NONE")


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("STOLEN", Category.STOLEN_VEHICLE),
        ("MISSING", Category.MISSING_PERSON),
        ("WANTED", Category.WANTED_PERSON),
        ("GANG", Category.UNMAPPED),
        ("", Category.UNMAPPED),
    ],
)
def test_leads_list_is_the_category(code: str, category: Category) -> None:
    found = entry("il-leads", f"660JEM  WIPC{code:<7}VYR/05")
    assert (found.category, found.source_code) == (category, code or None)


def test_every_leads_code_is_in_that_table() -> None:
    assert set(category_map("il-leads")) == {"STOLEN", "MISSING", "WANTED"}


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("VYR/98 VMA/D0DG VCO/BLK/0NG", (1998, "DODG", None, "BLK/ONG")),
        ("VYR/2015 VMA/ VMO/MAG", (2015, None, "MAG", None)),
        ("VMO/MAG   VYR/22", (2022, None, "MAG", None)),
        ("VYR/XX VMA/FORD", (None, "FORD", None, None)),
    ],
)
def test_leads_tags_may_be_missing_or_stand_in_any_order(tags: str, expected: tuple[object, ...]) -> None:
    vehicle = entry("il-leads", f"660JEM  WIPCSTOLEN {tags} LDS/V16A0661").vehicle
    assert vehicle is not None
    assert (vehicle.year, vehicle.make, vehicle.model, vehicle.color) == expected


def test_leads_other_tags_and_odd_years_are_kept() -> None:
    found = entry("il-leads", "660JEM  WIPCSTOLEN VYR/XX OCA/15-42 DOT/UNK")
    assert dict(found.extra) == {
        "license_type": "PC",
        "vehicle_year": "XX",
        "oca": "15-42",
        "date_of_theft": "UNK",
    }


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        (f"        {LEADS_ROW[8:]}", "LIC", "empty"),
        (LEADS_ROW.replace("VYR/05", f"VYR/{'9' * 5000}"), "VYR", "shifted"),
        (f"{'0':<8}{LEADS_ROW[8:]}", "LIC", "1 characters"),
        ("660JEM", "LIC", "ends at column 6"),
        ("660JEM  W", "LIS", "ends at column 9"),
        (f"660JEM {LEADS_ROW[8:]}", "LIC", "shifted"),
    ],
)
def test_leads_rows_that_may_name_another_vehicle_are_rejected(line: str, column: str, words: str) -> None:
    row = rejected("il-leads", line)
    assert row.column == column
    assert words in row.reason


def test_leads_line_of_blanks_takes_no_longer_than_others() -> None:
    started = time.process_time()
    found = entry("il-leads", f"660JEM  WIPCWANTED {' ' * 60_000}DOE,JANE")
    assert dict(found.extra)["person"] == "DOE,JANE"
    assert time.process_time() - started < 5


def test_leads_title_is_no_row() -> None:
    parsed = read("il-leads", f"ILLINOIS LEADS HOT FILE\n{LEADS_ROW}\n{PERSON_ROW}\n2 RECORDS\n")
    assert len(list(parsed.rows)) == 2
    assert (parsed.header, parsed.declared_rows()) == ("ILLINOIS LEADS HOT FILE", 2)


plates = st.text(string.ascii_uppercase + string.digits, min_size=2, max_size=8).filter(lambda text: "DATE" not in text)
states = st.sampled_from([("CA", "US-CA"), ("0H", "US-OH"), ("OR", "US-OR"), ("NV", "US-NV"), ("NB", "US-NE")])
digits = st.text(string.digits, min_size=8, max_size=8)
codes = st.text(string.ascii_uppercase, min_size=1, max_size=4)


@given(plate=plates, state=states, code=st.sampled_from("VPWM"), number=st.integers(0, 9_999_999), date=digits)
def test_a_rendered_wacic_row_reads_back(plate: str, state: tuple[str, str], code: str, number: int, date: str) -> None:
    found = entry("wa-wacic", f"21{code}{number:07}WAKCS0000{date}{plate:<10}{state[0]}2022PC")
    assert (found.plate, found.jurisdiction, found.source_code) == (plate, state[1], code)
    assert found.source_entry_id == f"21{code}{number:07}"
    assert dict(found.extra)["date_entered"] == date


@given(plate=plates, state=states, year=st.integers(0, 99), make=codes, color=codes, number=digits)
def test_a_rendered_leads_row_reads_back(
    plate: str, state: tuple[str, str], year: int, make: str, color: str, number: str
) -> None:
    found = entry("il-leads", f"{plate:<8}{state[0]}PCSTOLEN VYR/{year:02} VMA/{make:<4} VCO/{color:<7} LDS/V{number}")
    assert (found.plate, found.jurisdiction, found.source_entry_id) == (plate, state[1], f"V{number}")
    assert found.vehicle is not None
    assert found.vehicle.year == (2000 + year if year <= 40 else 1900 + year)
    assert (found.vehicle.make, found.vehicle.color) == (make, color)
