"""Ohio LEADS: two forms of records, codes and words for the list, and the calibration record."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlists.codes.maps import category_map
from schemas.types import Category, HotlistEntry
from tests.unit.hotlists.list_samples import (
    OH_ROW,
    PLATES,
    description,
    entry,
    read,
    rejected,
    says_something,
)

OH_OWN_ROW = "1 GGX6728 0H 07/07/2007 04/11/2021 CHEV IMP 2015 GRY 0H STOLEN VEHICLE"

OH_CALIBRATION = "1 TEST123 0H 07/07/2007 04/11/2021 F0RD TST 2015 WHI 0H LPR CALIBRATION RECORD"


def padded(plate: str, make: str, misc: str, state: str = "0H") -> str:
    return f"1 {plate:<10} {state:<2} 07/07/2007 04/11/2021 {make:<24} IMP 2015 GRY     {misc}"


def test_oh_row_gives_every_field() -> None:
    found = entry("oh-leads", OH_ROW)
    assert (found.plate, found.jurisdiction, found.category) == ("ABC123", "US-MI", Category.STOLEN_VEHICLE)
    assert (found.source_entry_id, found.source_code) == ("V987654321", "V")
    assert description(found) == (2015, "UHAU", "TL", None, "ONG/WHI")
    assert dict(found.extra) == {"exp_date": "2017-01-01", "dow": "2021-04-11", "note": "M12345678"}
    assert found.valid_until is None, "the layout has a constant there; it must not end every entry"


def test_oh_own_row_says_its_list_in_words() -> None:
    found = entry("oh-leads", OH_OWN_ROW)
    assert (found.plate, found.jurisdiction, found.category) == ("GGX6728", "US-OH", Category.STOLEN_VEHICLE)
    assert (found.source_entry_id, found.source_code) == (None, "0H STOLEN VEHICLE")
    assert description(found) == (2015, "CHEV", "IMP", None, "GRY")


def test_oh_calibration_record_is_a_test_hit_of_its_own_category() -> None:
    found = entry("oh-leads", OH_CALIBRATION)
    assert (found.plate, found.category) == ("TEST123", Category.CALIBRATION)
    assert found.source_code == "0H LPR CALIBRATION RECORD"


@pytest.mark.parametrize(
    "misc",
    [
        "0H LPR CALIBRATION RECORD",
        "OH LPR CALIBRATION RECORD",
        "0H LPR CALIBRATI0N REC0RD",
        "LPR CALIBRATION RECORD V987654321",
        "0H STOLEN VEHICLE CALIBRATION",
        "0H LPR CALIBR",
    ],
)
def test_oh_calibration_record_is_never_a_wanted_vehicle(misc: str) -> None:
    collapsed = OH_CALIBRATION.replace("0H LPR CALIBRATION RECORD", misc)
    begin = "1 TEST123 0H 07/07/2007 04/11/2021"
    lacking = [f"{begin} {misc}", f"{begin}     {misc}", f"{begin} F0RD {misc}", f"{begin} F0RD 2015 {misc}"]
    for line in (collapsed, padded("TEST123", "F0RD", misc), *lacking):
        found = entry("oh-leads", line)
        assert (found.category, found.source_entry_id) == (Category.CALIBRATION, None), line


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("B", Category.STOLEN_BOAT),
        ("C", Category.SUPERVISED_RELEASE),
        ("H", Category.PROTECTION_ORDER),
        ("M", Category.MISSING_PERSON),
        ("N", Category.IMMIGRATION),
        ("P", Category.STOLEN_PLATE),
        ("R", Category.CANADIAN),
        ("S", Category.SEX_OFFENDER),
        ("T", Category.GANG_OR_TERRORIST),
        ("V", Category.STOLEN_VEHICLE),
        ("W", Category.WANTED_PERSON),
        ("X", Category.SUSPENDED_REGISTRATION),
        ("Q", Category.UNMAPPED),
    ],
)
def test_oh_file_code_is_the_first_character_of_the_nic(code: str, category: Category) -> None:
    found = entry("oh-leads", OH_ROW.replace("V987654321", f"{code}987654321"))
    assert (found.category, found.source_code) == (category, code)


@pytest.mark.parametrize(
    ("words", "code", "category"),
    [
        ("0H STOLEN VEHICLE", "0H STOLEN VEHICLE", Category.STOLEN_VEHICLE),
        ("OH STOLEN VEHICLE", "OH STOLEN VEHICLE", Category.STOLEN_VEHICLE),
        ("0H ST0LEN VEHICLE", "0H ST0LEN VEHICLE", Category.STOLEN_VEHICLE),
        ("0H WARRANT", "0H WARRANT", Category.WANTED_PERSON),
        ("0H WARRANT SUPP", "0H WARRANT SUPP", Category.WANTED_PERSON),
        ("0H WARRANT IDX/123456", "0H WARRANT", Category.WANTED_PERSON),
        ("0H MISSING", "0H MISSING", Category.MISSING_PERSON),
        ("0H S0METHING NEW", "0H S0METHING NEW", Category.UNMAPPED),
        ("KY STOLEN VEHICLE", "KY STOLEN VEHICLE", Category.UNMAPPED),
        ("NIC/W123456789", "W", Category.WANTED_PERSON),
        ("M12345678 V98765432", "V", Category.STOLEN_VEHICLE),
        ("", None, Category.UNMAPPED),
    ],
)
def test_oh_last_column_is_the_category(words: str, code: str | None, category: Category) -> None:
    found = entry("oh-leads", OH_OWN_ROW.replace("0H STOLEN VEHICLE", words))
    assert (found.category, found.source_code) == (category, code)


def test_every_oh_code_is_in_those_tables() -> None:
    assert set(category_map("oh-leads")) == set("BCHMNPRSTVWX")
    assert set(category_map("oh-leads", "state_categories")) == {
        "OH STOLEN VEHICLE",
        "OH WARRANT",
        "OH WARRANT SUPP",
        "OH MISSING",
        "OH LPR CALIBRATION RECORD",
    }


@pytest.mark.parametrize(
    ("line", "vehicle"),
    [
        (padded("GGX6728", "CHEV", "0H STOLEN VEHICLE"), (2015, "CHEV", "IMP", None, "GRY")),
        (padded("GGX6728", "LAND R0VER", "0H STOLEN VEHICLE"), (2015, "LAND ROVER", "IMP", None, "GRY")),
        (padded("GGX6728", "CHEV", "V987654321"), (2015, "CHEV", "IMP", None, "GRY")),
        (OH_OWN_ROW.replace("CHEV", "LAND R0VER"), (2015, "LAND ROVER", "IMP", None, "GRY")),
        (OH_OWN_ROW.replace("CHEV IMP 2015 GRY", "CHEV  2015 GRY"), (2015, "CHEV", None, None, "GRY")),
        (OH_OWN_ROW.replace(" IMP", ""), (2015, "CHEV", None, None, "GRY")),
        (OH_OWN_ROW.replace(" GRY", ""), (2015, "CHEV", "IMP", None, None)),
        (OH_OWN_ROW.replace(" IMP 2015 GRY", ""), (None, "CHEV", None, None, None)),
        (OH_OWN_ROW.replace(" 2015 GRY", ""), (None, "CHEV", "IMP", None, None)),
        (OH_OWN_ROW.replace(" GRY 0H STOLEN VEHICLE", " M12345678 V987654321"), (2015, "CHEV", "IMP", None, None)),
        (OH_OWN_ROW.replace("2015", "UNKN"), (None, "CHEV", "IMP", None, "GRY")),
        (OH_OWN_ROW.replace("04/11/2021", ""), (2015, "CHEV", "IMP", None, "GRY")),
    ],
)
def test_oh_rows_may_be_padded_and_may_lack_fields(line: str, vehicle: tuple[object, ...]) -> None:
    found = entry("oh-leads", line)
    assert (found.plate, found.jurisdiction, found.category) == ("GGX6728", "US-OH", Category.STOLEN_VEHICLE)
    assert description(found) == vehicle


def test_oh_vehicle_that_cannot_be_told_is_kept_as_text() -> None:
    found = entry("oh-leads", OH_OWN_ROW.replace("CHEV IMP 2015 GRY", "2015 A B C"))
    assert (found.plate, found.category, found.vehicle) == ("GGX6728", Category.STOLEN_VEHICLE, None)
    assert dict(found.extra)["vehicle_text"] == "2015 A B C"
    assert entry("oh-leads", OH_ROW.replace("2015", "9" * 5000)).source_entry_id == "V987654321"


def test_oh_plate_of_ten_is_read_in_both_forms() -> None:
    full = OH_OWN_ROW.replace("GGX6728", "ABCDEFGHIJ")
    assert description(entry("oh-leads", full)) == (2015, "CHEV", "IMP", None, "GRY")
    wide = entry("oh-leads", padded("ABCDEFGHIJ", "CHEV", "0H MISSING"))
    assert (wide.plate, wide.category) == ("ABCDEFGHIJ", Category.MISSING_PERSON)
    assert description(wide) == (2015, "CHEV", "IMP", None, "GRY")


def test_oh_padded_plate_may_hold_a_blank_and_the_state_may_be_empty() -> None:
    found = entry("oh-leads", padded("GGX 6728", "CHEV", "0H MISSING", state=""), state="US-OH")
    assert (found.plate, found.jurisdiction) == ("GGX 6728", "US-OH")


def test_oh_what_the_writing_program_said_is_no_row() -> None:
    data = f"{OH_ROW}\nSP2-0734: unknown command\nand to leave, type QUIT\n,,,,\n{OH_OWN_ROW}\n2 rows selected.\n"
    parsed = read("oh-leads", data)
    assert [row.plate for row in parsed.rows if isinstance(row, HotlistEntry)] == ["ABC123", "GGX6728"]
    assert parsed.declared_rows() == 2


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("1 ABC1", "LIC"),
        ("1 ABC123 M", "LIS"),
        (OH_ROW.replace("1 ", "2 ", 1), "OPERATION"),
        (OH_ROW.replace("ABC123 MI", "AB C123 MI"), "LIS"),
        (OH_ROW.replace(" MI ", " "), "LIS"),
        (OH_ROW.replace("01/01/2017 04/11/2021 ", ""), "EXP DATE"),
        ("1 ABC123     MI", "EXP DATE"),
        (OH_ROW.replace("ABC123", ""), "LIC"),
        ("garbage", "row"),
    ],
)
def test_oh_rows_that_may_name_another_vehicle_are_rejected(line: str, column: str) -> None:
    assert rejected("oh-leads", line).column == column


plates = PLATES

states = st.sampled_from([("CA", "US-CA"), ("0H", "US-OH"), ("OR", "US-OR"), ("NV", "US-NV"), ("NB", "US-NE")])

digits = st.text(string.digits, min_size=8, max_size=8)

codes = st.text(string.ascii_uppercase, min_size=1, max_size=3).filter(says_something)

years = st.integers(1940, 2030)


@given(plate=plates, state=states, year=years, make=codes, color=codes, number=digits, wide=st.booleans())
def test_a_rendered_oh_row_reads_back(
    plate: str, state: tuple[str, str], year: int, make: str, color: str, number: str, wide: bool
) -> None:
    widths = (10, 2, 24, 3, 7) if wide else (0, 0, 0, 0, 0)
    lic, lis, vma, vmo, vco = widths
    line = (
        f"1 {plate:<{lic}} {state[0]:<{lis}} 07/07/2007 04/11/2021 {make:<{vma}} {'TL':<{vmo}} {year} {color:<{vco}} "
        f"W0{number}"
    )
    found = entry("oh-leads", line)
    assert (found.plate, found.jurisdiction, found.source_entry_id) == (plate, state[1], f"W0{number}")
    assert (found.category, description(found)) == (Category.WANTED_PERSON, (year, make, "TL", None, color))
