"""State lists with delimited fields: Washington's stolen vehicles, Florida, Ohio LEADS."""

from __future__ import annotations

import io
import string
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotlists.codemap import category_map
from hotlists.dates import us_date
from hotlists.parsing import ParsedList, ParsedRow
from hotlists.sources import parser_for
from schemas.errors import InvalidInput
from schemas.types import Category, HotlistEntry, RejectedRow

WA_HEADER = "MKE,ORI,LIC,LIS,LIY,LIT,VIN,VYR,VMA,VMO,VST,VCO,DOT,OCA,MIS"
WA_MIS = "VERIFY 425 391 1035, BOTH PLATES ON VEHICLE, YES TO SEARCH, YES TO IMPOUND"
WA_ROW = f"EVS,WA0170600,921RQE,WA,2023,PC,5J6YH28573L041133,2003,HOND,ELE,4D,SIL,07/31/2022,22-08882,{WA_MIS}"
FL_ROW = (
    "STOLEN LICENSE PLATE;FL0123456;TALLAHASSEE POLICE DEPARTMENT;11-1234;;P123456789;P554433221;01/03/2019;N;"
    "01/01/2019 00:03:00;ABC123;2019;FL;PC;01/06/2019 16:03:04"
)
OH_ROW = "1 ABC123 MI 01/01/2017 04/11/2021 UHAU TL 2015 0NG/WHI M12345678 V987654321"
OH_OWN_ROW = "1 GGX6728 0H 07/07/2007 04/11/2021 CHEV IMP 2015 GRY 0H STOLEN VEHICLE"
OH_CALIBRATION = "1 TEST123 0H 07/07/2007 04/11/2021 F0RD TST 2015 WHI 0H LPR CALIBRATION RECORD"

ROWS = {"wa-stolen": WA_ROW, "fl": FL_ROW, "oh-leads": OH_ROW}
PLATES = {"wa-stolen": "921RQE", "fl": "ABC123", "oh-leads": "ABC123"}


def read(source: str, data: str | bytes, state: str | None = None) -> ParsedList:
    raw = data if isinstance(data, bytes) else data.encode()
    parse = parser_for(source)
    return parse(io.BytesIO(raw), source_name="list.txt", hotlist_id=source, default_state=state)


def rows(source: str, data: str | bytes, state: str | None = None) -> list[ParsedRow]:
    return list(read(source, data, state).rows)


def entry(source: str, line: str, state: str | None = None) -> HotlistEntry:
    (row,) = rows(source, f"{line}\n", state)
    assert isinstance(row, HotlistEntry), row
    return row


def entries(source: str, data: str) -> list[HotlistEntry]:
    return [row for row in rows(source, data) if isinstance(row, HotlistEntry)]


def rejected(source: str, line: str) -> RejectedRow:
    # Behind a good row, so that it is not taken for a header.
    good, bad = rows(source, f"{ROWS[source]}\n{line}\n")
    assert isinstance(good, HotlistEntry)
    assert isinstance(bad, RejectedRow), bad
    assert bad.line == 2
    return bad


def description(found: HotlistEntry) -> tuple[object, ...]:
    vehicle = found.vehicle
    assert vehicle is not None
    return vehicle.year, vehicle.make, vehicle.model, vehicle.style, vehicle.color


# Washington's stolen vehicles


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


# Florida


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
        (FL_ROW.replace("FL0123456", '"FL0123456'), "quotes"),
    ],
)
def test_fl_rows_that_may_name_another_vehicle_are_rejected(line: str, column: str) -> None:
    assert rejected("fl", line).column == column


# Ohio LEADS


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


# All of them


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("07/31/2022", "2022-07-31"),
        ("7/9/2020 6:55:57 PM", "2020-07-09 6:55:57 PM"),
        ("12/31/99", "1999-12-31"),
        ("010315", "2015-01-03"),
        ("02/30/2022", "02/30/2022"),
        ("UNKNOWN", "UNKNOWN"),
        ("", ""),
    ],
)
def test_dates_of_states_become_iso_or_stay_as_they_are(text: str, expected: str) -> None:
    assert us_date(text) == expected


@pytest.mark.parametrize("source", sorted(ROWS))
@pytest.mark.parametrize(
    "wrap",
    [
        lambda row: f"\ufeff{row}\r\n".encode(),
        lambda row: f"{row:<240}\r\n\r\n\x1a".encode(),
        lambda row: row.encode(),
        lambda row: f"{row}\n".encode("utf-16"),
    ],
    ids=["BOM and CRLF", "trailing blanks, DOS end of file", "no line end", "UTF-16"],
)
def test_tolerates_what_files_really_are(source: str, wrap: Callable[[str], bytes]) -> None:
    (row,) = rows(source, wrap(ROWS[source]))
    assert isinstance(row, HotlistEntry), row
    assert row.plate == PLATES[source]


plates = st.text(string.ascii_uppercase + string.digits, min_size=2, max_size=10).filter(lambda text: text.strip("0"))
states = st.sampled_from([("CA", "US-CA"), ("0H", "US-OH"), ("OR", "US-OR"), ("NV", "US-NV"), ("NB", "US-NE")])
digits = st.text(string.digits, min_size=8, max_size=8)
codes = st.text(string.ascii_uppercase, min_size=1, max_size=3)
years = st.integers(1940, 2030)
days = st.dates()
words = st.text(string.ascii_uppercase + " ,;'/", max_size=30).map(str.strip)


@given(plate=plates, state=states, year=years, make=codes, case=digits, remarks=words)
def test_a_rendered_wa_row_reads_back(
    plate: str, state: tuple[str, str], year: int, make: str, case: str, remarks: str
) -> None:
    found = entry("wa-stolen", f"EVS,WA0170600,{plate},{state[0]},2023,PC,,{year},{make},,,,,{case},{remarks}")
    assert (found.plate, found.jurisdiction, found.case_number) == (plate, state[1], case)
    assert (found.instructions or "") == remarks
    assert description(found) == (year, make, None, None, None)


@given(plate=plates, state=states, number=digits, case=digits)
def test_a_rendered_fl_row_reads_back(plate: str, state: tuple[str, str], number: str, case: str) -> None:
    fields = ["STOLEN VEHICLE", "FL0123456", "", case, "", "", f"V0{number}", "", "", "", plate, "", state[0], "", ""]
    found = entry("fl", ";".join(fields))
    assert (found.plate, found.jurisdiction, found.case_number) == (plate, state[1], case)
    assert (found.source_entry_id, found.category) == (f"V0{number}", Category.STOLEN_VEHICLE)


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


@pytest.mark.parametrize("source", sorted(ROWS))
@settings(max_examples=200)
@given(data=st.binary(max_size=400), row=st.booleans())
def test_any_bytes_give_rows_rejects_or_one_refusal(source: str, data: bytes, row: bool) -> None:
    raw = ROWS[source].encode() + b"\n" + data if row else data
    try:
        found = rows(source, raw)
    except InvalidInput:
        return
    assert all(isinstance(item, (HotlistEntry, RejectedRow)) for item in found)


@pytest.mark.parametrize("source", sorted(ROWS))
@settings(max_examples=200)
@given(text=st.text(string.ascii_uppercase + string.digits + ' /*,;"\u00e9\n', max_size=160), cut=st.integers(0, 120))
def test_any_text_after_half_a_row_gives_rows_or_rejects(source: str, text: str, cut: int) -> None:
    row = ROWS[source]
    found = rows(source, f"{row}\n{row[:cut]}{text}\n")
    assert isinstance(found[0], HotlistEntry)
