"""Florida: fields between semicolons."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlists.codes.maps import category_map
from schemas.errors import InvalidInput
from schemas.types import Category, HotlistEntry
from tests.unit.hotlists.list_samples import (
    FL_ROW,
    PLATES,
    entries,
    entry,
    read,
    rejected,
    rows,
)


def test_fl_row_gives_every_column() -> None:
    found = entry("fl", FL_ROW)
    assert (found.plate, found.jurisdiction, found.category) == ("ABC123", "US-FL", Category.STOLEN_PLATE)
    assert (found.source_entry_id, found.source_code) == ("P554433221", "STOLEN LICENSE PLATE")
    assert (found.originating_agency, found.case_number, found.vehicle) == ("FL0123456", "11-1234", None)
    assert dict(found.extra) == {
        "agency": "TALLAHASSEE POLICE DEPARTMENT",
        "pcn": "P123456789",
        "column 8": "2019-01-03",
        "column 9": "N",
        "column 10": "2019-01-01 00:03:00",
        "plate_year": "2019",
        "license_type": "PC",
        "updated": "2019-01-06 16:03:04",
    }


@pytest.mark.parametrize(
    ("reason", "category"),
    [
        ("STOLEN LICENSE PLATE", Category.STOLEN_PLATE),
        ("STOLEN LICENCE PLATE", Category.STOLEN_PLATE),
        ("STOLEN TAG", Category.STOLEN_PLATE),
        ("STOLEN VEHICLE", Category.STOLEN_VEHICLE),
        ("Stolen  Vehicle", Category.STOLEN_VEHICLE),
        ("FELONY VEHICLE", Category.FELONY_VEHICLE),
        ("SOMETHING NEW", Category.UNMAPPED),
        ("", Category.UNMAPPED),
    ],
)
def test_fl_reason_is_the_category(reason: str, category: Category) -> None:
    found = entry("fl", FL_ROW.replace("STOLEN LICENSE PLATE", reason))
    assert (found.category, found.source_code) == (category, reason or None)


def test_every_fl_reason_is_in_that_table() -> None:
    assert set(category_map("fl")) == {"stolen license plate", "stolen licence plate", "stolen tag", "stolen vehicle"}


def test_fl_row_without_an_id_is_told_apart_by_its_case() -> None:
    bare = FL_ROW.replace("P554433221", "")
    first, second = entries("fl", f"{bare}\n{bare.replace('11-1234', '11-1235')}\n")
    assert (first.source_entry_id, second.source_entry_id) == (None, None)
    assert first.entry_id != second.entry_id


@pytest.mark.parametrize(
    "header", ["", "REASON;ORI;AGENCY;OCA;OAN;PCN;NIC;DOE;X;Y;LIC;LIY;LIS;LIT;UPDATED\n", "FCIC DUMP\n"]
)
def test_fl_header_may_be_missing(header: str) -> None:
    parsed = read("fl", f"{header}{FL_ROW}\n;;;;;;;;;;;;;;\n")
    assert len(list(parsed.rows)) == 1
    assert parsed.header == (header.strip() or None)


def test_fl_header_with_the_plate_in_another_place_is_refused() -> None:
    with pytest.raises(InvalidInput, match="names the plate as column 1"):
        rows("fl", f"Plate;State;Reason\n{FL_ROW}\n")


@pytest.mark.parametrize(
    ("line", "state"),
    [
        (FL_ROW[: FL_ROW.index(";PC")], "US-FL"),
        (f"{FL_ROW};", "US-FL"),
        (FL_ROW.replace(";FL;", ";0H;"), "US-OH"),
        (FL_ROW.replace(";FL;", ";;"), None),
        (FL_ROW.replace(";FL;", ";ZZ;"), None),
        (FL_ROW.replace("TALLAHASSEE POLICE DEPARTMENT", '"TALLAHASSEE; POLICE"'), "US-FL"),
        (FL_ROW.replace(";2019;", ";NX;"), "US-FL"),
    ],
)
def test_fl_rows_as_they_really_are(line: str, state: str | None) -> None:
    found = entry("fl", line)
    assert (found.plate, found.jurisdiction) == ("ABC123", state)


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (FL_ROW[: FL_ROW.index(";2019;FL")], "LIY"),
        (FL_ROW[: FL_ROW.index(";FL;PC")], "LIS"),
        (FL_ROW.replace("TALLAHASSEE", "TALLA;HASSEE"), "row"),
        (FL_ROW.replace("N;01", "01"), "LIY"),
        (FL_ROW.replace("N;01", "N;;01")[: -len(";01/06/2019 16:03:04")], "LIS"),
        (FL_ROW.replace("ABC123", ""), "LIC"),
        (FL_ROW.replace("ABC123", "NONE GIVEN AT ALL"), "LIC"),
    ],
)
def test_fl_rows_that_may_name_another_vehicle_are_rejected(line: str, column: str) -> None:
    assert rejected("fl", line).column == column


def test_a_quote_that_does_not_end_is_a_character_where_the_row_has_all_its_fields() -> None:
    (entry,) = rows("fl", FL_ROW.replace("FL0123456", '"FL0123456') + "\n")
    assert isinstance(entry, HotlistEntry)
    assert (entry.plate, entry.originating_agency) == ("ABC123", '"FL0123456')


plates = PLATES

states = st.sampled_from([("CA", "US-CA"), ("0H", "US-OH"), ("OR", "US-OR"), ("NV", "US-NV"), ("NB", "US-NE")])

digits = st.text(string.digits, min_size=8, max_size=8)


@given(plate=plates, state=states, number=digits, case=digits)
def test_a_rendered_fl_row_reads_back(plate: str, state: tuple[str, str], number: str, case: str) -> None:
    fields = ["STOLEN VEHICLE", "FL0123456", "", case, "", "", f"V0{number}", "", "", "", plate, "", state[0], "", ""]
    found = entry("fl", ";".join(fields))
    assert (found.plate, found.jurisdiction, found.case_number) == (plate, state[1], case)
    assert (found.source_entry_id, found.category) == (f"V0{number}", Category.STOLEN_VEHICLE)
