"""Washington's stolen vehicles."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlists.codes.maps import category_map
from schemas.errors import InvalidInput
from schemas.types import Category
from tests.unit.hotlists.list_samples import (
    PLATES,
    WA_MIS,
    WA_ROW,
    description,
    entries,
    entry,
    read,
    rejected,
    rows,
    says_something,
)

WA_HEADER = "MKE,ORI,LIC,LIS,LIY,LIT,VIN,VYR,VMA,VMO,VST,VCO,DOT,OCA,MIS"


def test_wa_row_gives_every_column() -> None:
    found = entry("wa-stolen", WA_ROW)
    assert (found.plate, found.jurisdiction, found.category) == ("921RQE", "US-WA", Category.STOLEN_VEHICLE)
    assert (found.source_code, found.originating_agency, found.case_number) == ("EVS", "WA0170600", "22-08882")
    assert description(found) == (2003, "HOND", "ELE", "4D", "SIL")
    assert found.instructions == WA_MIS, "the last column keeps its commas"
    assert dict(found.extra) == {
        "plate_year": "2023",
        "license_type": "PC",
        "vin": "5J6YH28573L041133",
        "date_of_theft": "2022-07-31",
    }
    assert (found.valid_from, found.valid_until) == (None, None)


@pytest.mark.parametrize("before", ["", f"{WA_HEADER}\n", f"Active Stolen Vehicles\n{WA_HEADER.lower()}\r\n"])
def test_wa_header_may_be_missing(before: str) -> None:
    parsed = read("wa-stolen", f"{before}{WA_ROW}\n")
    assert len(list(parsed.rows)) == 1
    assert (parsed.header is None) == (before == "")


def test_wa_header_may_name_a_column_otherwise() -> None:
    assert len(entries("wa-stolen", f"{WA_HEADER.replace('OCA,MIS', 'CASE NO,MISC')},\n{WA_ROW}\n")) == 1


def test_wa_header_of_another_order_is_refused() -> None:
    with pytest.raises(InvalidInput, match="orders them in another way"):
        rows("wa-stolen", f"{WA_HEADER.replace('ORI,LIC', 'LIC,ORI')}\n{WA_ROW}\n")


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("EVS", Category.STOLEN_VEHICLE),
        ("evs", Category.STOLEN_VEHICLE),
        ("EVS-C", Category.STOLEN_VEHICLE),
        ("EXX", Category.UNMAPPED),
    ],
)
def test_wa_message_key_is_the_category(code: str, category: Category) -> None:
    found = entry("wa-stolen", WA_ROW.replace("EVS", code))
    assert (found.category, found.source_code) == (category, code)


def test_every_wa_message_key_is_in_that_table() -> None:
    assert set(category_map("wa-stolen")) == {"EVS"}


@pytest.mark.parametrize(
    ("line", "plate", "instructions"),
    [
        ("EVS,WA0170600,921RQE,WA", "921RQE", None),
        ("EVS,WA0170600,921RQE,,2023", "921RQE", None),
        (WA_ROW.replace(WA_MIS, f'"{WA_MIS}"'), "921RQE", WA_MIS),
        (WA_ROW.replace(WA_MIS, '"SAYS ""HOLD"", CALL"'), "921RQE", 'SAYS "HOLD", CALL'),
        (WA_ROW.replace(WA_MIS, '20" RIMS, DENT'), "921RQE", '20" RIMS, DENT'),
        (",".join(f'"{field}"' for field in WA_ROW.split(",", 14)), "921RQE", WA_MIS),
        (WA_ROW.replace("22-08882", '"22,08882"'), "921RQE", WA_MIS),
        (WA_ROW.replace(",", " , ", 14), "921RQE", WA_MIS),
        (WA_ROW.replace("921RQE", "92-1RQE"), "92-1RQE", WA_MIS),
    ],
)
def test_wa_rows_as_they_really_are(line: str, plate: str, instructions: str | None) -> None:
    found = entry("wa-stolen", line)
    assert (found.plate, found.instructions) == (plate, instructions)


def test_wa_quoted_text_may_go_on_over_lines_but_never_over_a_record() -> None:
    broken = WA_ROW.replace(WA_MIS, '"HOLD\r\nFOR PRINTS"')
    first, second = entries("wa-stolen", f"{broken}\n{WA_ROW}\n")
    assert (first.instructions, second.instructions) == ("HOLD\r\nFOR PRINTS".replace("\r", ""), WA_MIS)
    stray = WA_ROW.replace(WA_MIS, '"HOLD')
    assert len(entries("wa-stolen", f"{stray}\n{WA_ROW}\n{stray}\n")) == 3


@pytest.mark.parametrize("dot", ["07/31/2022", "7/31/22", "07/31/22", "07-31-2022"])
def test_wa_date_of_theft_may_have_a_two_digit_year(dot: str) -> None:
    assert dict(entry("wa-stolen", WA_ROW.replace("07/31/2022", dot)).extra)["date_of_theft"] == "2022-07-31"


def test_wa_codes_with_zero_for_the_letter_o_get_it_back() -> None:
    found = entry("wa-stolen", WA_ROW.replace("HOND", "H0ND").replace("SIL", "0NG").replace(",WA,", ",0R,"))
    assert description(found) == (2003, "HOND", "ELE", "4D", "ONG")
    assert found.jurisdiction == "US-OR"


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("EVS,WA0170600,921R", "LIC", "ends after 3 of 15"),
        ("BOTH PLATES ON VEHICLE", "MKE", "ends after 1 of 15"),
        (WA_ROW.replace("WA0170600,", "WA0170600"), "LIS", "shifted"),
        (WA_ROW.replace(",WA,", "WA,"), "LIS", "shifted"),
        (WA_ROW.replace("PC,", "PC,,"), "VYR", "shifted"),
        (WA_ROW.replace("2003", "9" * 5000), "VYR", "shifted"),
        (WA_ROW.replace("921RQE", "0"), "LIC", "zeros"),
        (WA_ROW.replace("921RQE", "000"), "LIC", "zeros"),
        (WA_ROW.replace("921RQE", ""), "LIC", "empty"),
        (WA_ROW.replace("921RQE", '"921RQE'), "quotes", "does not end"),
    ],
)
def test_wa_unusable_rows_are_rejected(line: str, column: str, words: str) -> None:
    row = rejected("wa-stolen", line)
    assert row.column == column
    assert words in row.reason


def test_wa_same_plate_in_two_cases_is_two_entries() -> None:
    first, second = entries("wa-stolen", f"{WA_ROW}\n{WA_ROW.replace('22-08882', '22-08883')}\n")
    assert first.entry_id != second.entry_id


plates = PLATES

states = st.sampled_from([("CA", "US-CA"), ("0H", "US-OH"), ("OR", "US-OR"), ("NV", "US-NV"), ("NB", "US-NE")])

digits = st.text(string.digits, min_size=8, max_size=8)

codes = st.text(string.ascii_uppercase, min_size=1, max_size=3).filter(says_something)

years = st.integers(1940, 2030)

words = st.text(string.ascii_uppercase + " ,;'/", max_size=30).map(str.strip).filter(says_something)


@given(plate=plates, state=states, year=years, make=codes, case=digits, remarks=words)
def test_a_rendered_wa_row_reads_back(
    plate: str, state: tuple[str, str], year: int, make: str, case: str, remarks: str
) -> None:
    found = entry("wa-stolen", f"EVS,WA0170600,{plate},{state[0]},2023,PC,,{year},{make},,,,,{case},{remarks}")
    assert (found.plate, found.jurisdiction, found.case_number) == (plate, state[1], case)
    assert (found.instructions or "") == remarks
    assert description(found) == (year, make, None, None, None)
