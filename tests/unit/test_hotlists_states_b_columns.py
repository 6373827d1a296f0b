"""State lists with fixed columns: California CLEW, Washington WACIC, Illinois LEADS."""

from __future__ import annotations

import io
import string
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotlists.codemap import category_map
from hotlists.parsing import FOOTER_MISSING, ParsedList, ParsedRow
from hotlists.sources import parser_for
from schemas.errors import InvalidInput
from schemas.types import Category, HotlistEntry, RejectedRow

CLEW_HEADER = "DATE07/02/2018 09:00"
CLEW_ROW = "ABC1234 CA1220190515"
WACIC_ROW = "21V0128839WAKCS000020211006BN0W111   WA2022PC"
LEADS_ROW = "660JEM  WIPCSTOLEN VYR/05 VMA/DODG VMO/MAG VST/4D VCO/RED     DOT/010315 LDS/V16A0661"
PERSON_ROW = f"{'ZZ9 123':<8}ILPCMISSING{'DOE,JANE A  F W 01021980':<58}LDS/M15B0042"

NAMES = {"ca-clew": "svs.tbl", "wa-wacic": "WACIC.txt", "il-leads": "ISPLITH.TXT"}
ROWS = {"ca-clew": CLEW_ROW, "wa-wacic": WACIC_ROW, "il-leads": LEADS_ROW}
PLATES = {"ca-clew": "ABC1234", "wa-wacic": "BN0W111", "il-leads": "660JEM"}


def read(source: str, data: str | bytes, name: str | None = None, state: str | None = None) -> ParsedList:
    raw = data if isinstance(data, bytes) else data.encode()
    parse = parser_for(source)
    return parse(io.BytesIO(raw), source_name=name or NAMES[source], hotlist_id=source, default_state=state)


def rows(source: str, data: str | bytes, name: str | None = None, state: str | None = None) -> list[ParsedRow]:
    return list(read(source, data, name, state).rows)


def entry(source: str, line: str, name: str | None = None, state: str | None = None) -> HotlistEntry:
    (row,) = rows(source, f"{line}\n", name, state)
    assert isinstance(row, HotlistEntry), row
    return row


def rejected(source: str, line: str) -> RejectedRow:
    # Behind a good row, so that it is not taken for a header.
    good, bad = rows(source, f"{ROWS[source]}\n{line}\n")
    assert isinstance(good, HotlistEntry)
    assert isinstance(bad, RejectedRow), bad
    assert bad.line == 2
    return bad


# California CLEW


def test_clew_row_gives_plate_state_county_and_date_of_loss() -> None:
    found = entry("ca-clew", CLEW_ROW)
    assert (found.plate, found.jurisdiction, found.category) == ("ABC1234", "US-CA", Category.STOLEN_VEHICLE)
    assert (found.source_code, found.source_entry_id, found.vehicle) == ("SVS", None, None)
    assert found.extra == (("county", "12"), ("date_of_loss", "20190515"))
    assert found.valid_from is None, "a recording older than the entry must still be matched"
    assert (found.source_line, found.raw) == (1, CLEW_ROW)


def test_clew_table_with_header_and_footer() -> None:
    parsed = read("ca-clew", f"{CLEW_HEADER}\r\n{CLEW_ROW}\r\nXYZ999  CA0220180430\r\nTOTAL RECORD 0000002\r\n")
    assert parsed.header == CLEW_HEADER
    assert parsed.as_of == datetime(2018, 7, 2, 9, 0, tzinfo=UTC)
    assert [row.plate for row in parsed.rows if isinstance(row, HotlistEntry)] == ["ABC1234", "XYZ999"]
    assert parsed.declared_rows() == 2


@pytest.mark.parametrize(
    ("end", "declared"),
    [
        ("TOTAL RECORD 0000001\n", 1),
        ("TOTAL RECORDS: 1\n", 1),
        ("TOTAL RECORD 0000072\n", 72),
        ("TOTAL RECORD 00000", 0),
        (f"TOTAL RECORD {'9' * 5000}", 999_999_999_999),
        ("TOTAL RECORD", FOOTER_MISSING),
        ("TOTAL RECO", FOOTER_MISSING),
        ("", FOOTER_MISSING),
    ],
)
def test_clew_footer_tells_whether_the_table_is_whole(end: str, declared: int) -> None:
    parsed = read("ca-clew", f"{CLEW_HEADER}\n{CLEW_ROW}\n{end}")
    assert len(list(parsed.rows)) == 1, "a footer, cut off or not, is no row"
    assert parsed.declared_rows() == declared


def test_clew_tables_that_were_joined_add_up() -> None:
    table = f"{CLEW_HEADER}\n{CLEW_ROW}\nTOTAL RECORD 0000001\n"
    parsed = read("ca-clew", table + table)
    assert len(list(parsed.rows)) == 2
    assert parsed.declared_rows() == 2


def test_clew_header_may_be_missing_and_an_impossible_date_is_none() -> None:
    assert read("ca-clew", CLEW_ROW).header is None
    assert read("ca-clew", f"DATE02/30/2018 09:00\n{CLEW_ROW}").as_of is None
    assert read("ca-clew", f"DATE07/02/2018\n{CLEW_ROW}").as_of == datetime(2018, 7, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "code", "category"),
    [
        ("svs.tbl", "SVS", Category.STOLEN_VEHICLE),
        ("sfr.tbl", "SFR", Category.FELONY_VEHICLE),
        ("slr.tbl", "SLR", Category.STOLEN_PLATE),
        ("SVS_20180702.TBL", "SVS", Category.STOLEN_VEHICLE),
        ("clew-sfr-today.txt", "SFR", Category.FELONY_VEHICLE),
        ("slr20180702.tbl", "SLR", Category.STOLEN_PLATE),
    ],
)
def test_clew_file_name_is_the_list_type(name: str, code: str, category: Category) -> None:
    found = entry("ca-clew", CLEW_ROW, name)
    assert (found.source_code, found.category) == (code, category)
    assert read("ca-clew", CLEW_ROW, name).context == code, "the same row means something else in another table"


def test_every_clew_table_has_a_category() -> None:
    assert dict(category_map("ca-clew")) == {
        "SVS": Category.STOLEN_VEHICLE,
        "SFR": Category.FELONY_VEHICLE,
        "SLR": Category.STOLEN_PLATE,
    }


@pytest.mark.parametrize("name", ["hotlist.tbl", "dslr.tbl", "svs-and-sfr.tbl", ""])
def test_clew_file_whose_name_tells_no_type_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parser_for("ca-clew")(io.BytesIO(CLEW_ROW.encode()), source_name=name, hotlist_id="x")
    assert all(table in str(refused.value) for table in ("svs.tbl", "sfr.tbl", "slr.tbl"))


@pytest.mark.parametrize(
    ("line", "plate", "state"),
    [
        ("ABC123 CA0120180627", "ABC123", "US-CA"),
        ("2N0NCAL NC0120180627", "2N0NCAL", "US-NC"),
        ("ABC123 NC0120180627", "ABC123", "US-NC"),
        ("ABC123  0R0120180627", "ABC123", "US-OR"),
        ("ABC123  CA", "ABC123", "US-CA"),
        ("ABC123  CA  20180627", "ABC123", "US-CA"),
        ("12345678CA0120180627", "12345678", "US-CA"),
        ("AB 1234 CA0120180627", "AB 1234", "US-CA"),
    ],
)
def test_clew_rows_as_they_really_are(line: str, plate: str, state: str) -> None:
    found = entry("ca-clew", line)
    assert (found.plate, found.jurisdiction) == (plate, state)


def test_clew_row_with_one_blank_is_refused_in_a_table_that_pads_its_plates() -> None:
    good, bad = rows("ca-clew", "ABC123  CA0120180627\nBC1234 CA0120180627\n")
    assert isinstance(good, HotlistEntry)
    assert isinstance(bad, RejectedRow), "it may be ABC1234 without its first letter"


def test_clew_row_without_a_state_is_of_the_default_one() -> None:
    assert entry("ca-clew", "ABC1234   1220190515").jurisdiction is None
    assert entry("ca-clew", "ABC1234   1220190515", state="US-CA").jurisdiction == "US-CA"


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("ABC12", "LIC", "ends at column 5"),
        ("ABC1234 C", "LIS", "ends at column 9"),
        ("        CA1220190515", "LIC", "empty"),
        ("ABC1*34 CA1220190515", "LIC", "holds '*'"),
        ("ABC1234 CA12201905", "DATE", "eight digits"),
        ("ABC1234 CA12MAY 2019", "DATE", "eight digits"),
        ("ABC123 NC01", "LIC", "shifted"),
        ("ABC1234 CA1", "COUNTY", "two digits"),
        ("AB 123 CA0120180627", "LIC", "shifted"),
        ("ABC1234  CA1220190515", "LIS", "shifted"),
        ("ABC123 XX0120180627", "LIC", "shifted"),
    ],
)
def test_clew_rows_that_may_name_another_vehicle_are_rejected(line: str, column: str, words: str) -> None:
    row = rejected("ca-clew", line)
    assert (row.column, row.raw) == (column, line)
    assert words in row.reason


def test_one_number_in_two_states_is_two_entries() -> None:
    first, second, again = (entry("ca-clew", line) for line in (CLEW_ROW, "ABC1234 NV1220190515", CLEW_ROW))
    assert first.entry_id != second.entry_id
    assert first.entry_id == again.entry_id


# Washington WACIC


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


# Illinois LEADS


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


# All of them


@pytest.mark.parametrize("source", sorted(ROWS))
@pytest.mark.parametrize(
    "wrap",
    [
        lambda row: f"\ufeff{row}\r\n".encode(),
        lambda row: f"{row:<160}\r\n\r\n\x1a".encode(),
        lambda row: row.encode(),
        lambda row: f"{row}\n".encode("utf-16"),
    ],
    ids=["BOM and CRLF", "trailing blanks, DOS end of file", "no line end", "UTF-16"],
)
def test_tolerates_what_files_really_are(source: str, wrap: Callable[[str], bytes]) -> None:
    (row,) = rows(source, wrap(ROWS[source]))
    assert isinstance(row, HotlistEntry), row
    assert row.plate == PLATES[source]


def test_a_row_twice_is_one_entry_twice() -> None:
    for source, row in ROWS.items():
        first, second = rows(source, f"{row}\n{row}\n")
        assert isinstance(first, HotlistEntry)
        assert isinstance(second, HotlistEntry)
        assert (first.entry_id, first.source_line, second.source_line) == (second.entry_id, 1, 2)


plates = st.text(string.ascii_uppercase + string.digits, min_size=2, max_size=8).filter(lambda text: "DATE" not in text)
states = st.sampled_from([("CA", "US-CA"), ("0H", "US-OH"), ("OR", "US-OR"), ("NV", "US-NV"), ("NB", "US-NE")])
digits = st.text(string.digits, min_size=8, max_size=8)
codes = st.text(string.ascii_uppercase, min_size=1, max_size=4)


@given(plate=plates, state=states, county=st.integers(1, 58), date=st.one_of(st.just(""), digits))
def test_a_rendered_clew_row_reads_back(plate: str, state: tuple[str, str], county: int, date: str) -> None:
    found = entry("ca-clew", f"{plate:<8}{state[0]}{county:02}{date}")
    assert (found.plate, found.jurisdiction) == (plate, state[1])
    assert dict(found.extra) == {"county": f"{county:02}", **({"date_of_loss": date} if date else {})}


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
@given(text=st.text(string.ascii_uppercase + string.digits + " /*,\u00e9\n", max_size=120), cut=st.integers(0, 60))
def test_any_text_after_half_a_row_gives_rows_or_rejects(source: str, text: str, cut: int) -> None:
    row = ROWS[source]
    found = rows(source, f"{row}\n{row[:cut]}{text}\n")
    assert isinstance(found[0], HotlistEntry)
