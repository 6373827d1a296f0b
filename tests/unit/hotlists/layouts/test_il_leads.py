"""Illinois LEADS: fixed columns and tags."""

from __future__ import annotations

import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlists.codes.maps import category_map
from schemas.types import Category
from tests.unit.hotlists.list_samples import (
    LEADS_ROW,
    PLATES,
    entry,
    read,
    rejected,
    says_something,
)

PERSON_ROW = f"{'ZZ9 123':<8}ILPCMISSING{'DOE,JANE A  F W 01021980':<58}LDS/M15B0042"


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
        ("660JE93MISSINGDOE", "LIST", "begins in column 7"),
        ("660W1WANTED DOE,JANE", "LIST", "begins in column 5"),
    ],
)
def test_leads_rows_that_may_name_another_vehicle_are_rejected(line: str, column: str, words: str) -> None:
    row = rejected("il-leads", line)
    assert row.column == column
    assert words in row.reason


@pytest.mark.parametrize("plate", ["1MISSING", "WANTED", "1WANTED", "STOLEN"])
def test_a_plate_may_be_a_word_that_is_also_a_lists_name(plate: str) -> None:
    found = entry("il-leads", f"{plate:<8}ILPCNEWLIST")
    assert (found.plate, found.jurisdiction, found.source_code) == (plate, "US-IL", "NEWLIST")


def test_leads_line_of_blanks_takes_no_longer_than_others() -> None:
    started = time.process_time()
    found = entry("il-leads", f"660JEM  WIPCWANTED {' ' * 60_000}DOE,JANE")
    assert dict(found.extra)["person"] == "DOE,JANE"
    assert time.process_time() - started < 5


def test_leads_title_is_no_row() -> None:
    parsed = read("il-leads", f"ILLINOIS LEADS HOT FILE\n{LEADS_ROW}\n{PERSON_ROW}\n2 RECORDS\n")
    assert len(list(parsed.rows)) == 2
    assert (parsed.header, parsed.declared_rows()) == ("ILLINOIS LEADS HOT FILE", 2)


plates = PLATES.filter(lambda text: len(text) <= 8 and "DATE" not in text)

states = st.sampled_from([("CA", "US-CA"), ("0H", "US-OH"), ("OR", "US-OR"), ("NV", "US-NV"), ("NB", "US-NE")])

digits = st.text(string.digits, min_size=8, max_size=8)

codes = st.text(string.ascii_uppercase, min_size=1, max_size=4).filter(says_something)


@given(plate=plates, state=states, year=st.integers(0, 99), make=codes, color=codes, number=digits)
def test_a_rendered_leads_row_reads_back(
    plate: str, state: tuple[str, str], year: int, make: str, color: str, number: str
) -> None:
    found = entry("il-leads", f"{plate:<8}{state[0]}PCSTOLEN VYR/{year:02} VMA/{make:<4} VCO/{color:<7} LDS/V{number}")
    assert (found.plate, found.jurisdiction, found.source_entry_id) == (plate, state[1], f"V{number}")
    assert found.vehicle is not None
    assert found.vehicle.year == (2000 + year if year <= 40 else 1900 + year)
    assert (found.vehicle.make, found.vehicle.color) == (make, color)
