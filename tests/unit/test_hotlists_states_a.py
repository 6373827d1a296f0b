"""Michigan, New Jersey, New York, Colorado: fixed columns, as real files have them, and rows that are shifted."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from hotlists.codes.maps import category_map
from hotlists.layouts.registry import parser_for
from hotlists.text.parsing import ParsedList, ParsedRow
from schemas.types import Category, HotlistEntry, RejectedRow, VehicleDescription

MI = "M035777045WIMPD006320200403AHG5263   WI2020PC2003CHEVSUBLLBLK    MISSING PERSON NCIC"
NJ = "S                          ABC123    NJ      1985NIS SEN04BLUE"
NY = "ABC1234   NYPASXBUICWH"
CO = "ABC123    COAttempt To Locate     2002 FORD FOC BLK"
SAMPLES = {"mi": MI, "nj": NJ, "ny": NY, "co": CO}


def read(layout: str, data: str | bytes, state: str | None = None) -> ParsedList:
    raw = data if isinstance(data, bytes) else data.encode()
    return parser_for(layout)(io.BytesIO(raw), file_name="list.txt", hotlist_id=layout, default_state=state)


def rows(layout: str, data: str | bytes, state: str | None = None) -> list[ParsedRow]:
    return list(read(layout, data, state).rows)


def entry(layout: str, line: str, state: str | None = None) -> HotlistEntry:
    (row,) = rows(layout, f"{line}\n", state)
    assert isinstance(row, HotlistEntry), row
    return row


def rejected(layout: str, line: str) -> RejectedRow:
    good, row, after = rows(layout, f"{SAMPLES[layout]}\n{line}\n{SAMPLES[layout]}\n")
    assert isinstance(good, HotlistEntry)
    assert isinstance(after, HotlistEntry), "one bad row must not stop the others"
    assert isinstance(row, RejectedRow), row
    assert row.line == 2
    return row


def test_every_field_of_michigans_sample() -> None:
    found = entry("mi", MI)
    assert (found.plate, found.jurisdiction, found.category) == ("AHG5263", "US-WI", Category.MISSING_PERSON)
    assert (found.source_entry_id, found.source_code) == ("M035777045", "MISSING PERSON NCIC")
    assert found.originating_agency == "WIMPD0063"
    assert found.vehicle == VehicleDescription(2003, "CHEV", "SUB", "LL", "BLK")
    assert dict(found.extra) == {"date_entered": "20200403", "plate_year": "2020", "license_type": "PC"}
    assert (found.source_line, found.raw) == (1, MI)


def test_every_field_of_new_jerseys_sample() -> None:
    found = entry("nj", NJ)
    assert (found.plate, found.jurisdiction, found.category) == ("ABC123", "US-NJ", Category.SUSPENDED_LICENSE)
    assert (found.source_entry_id, found.source_code, found.originating_agency) == (None, "S", None)
    assert found.vehicle == VehicleDescription(1985, "NIS", "SEN", "04", "BLUE")
    assert found.extra == ()


def test_every_field_of_new_yorks_sample() -> None:
    found = entry("ny", NY)
    assert (found.plate, found.jurisdiction) == ("ABC1234", "US-NY")
    assert (found.category, found.source_code) == (Category.SUSPENDED_REGISTRATION, "X")
    assert found.vehicle == VehicleDescription(None, "BUIC", None, None, "WH")
    assert dict(found.extra) == {"license_type": "PAS"}


def test_every_field_of_colorados_sample() -> None:
    found = entry("co", CO)
    assert (found.plate, found.jurisdiction) == ("ABC123", "US-CO")
    assert (found.category, found.source_code) == (Category.WATCH, "Attempt To Locate")
    assert found.vehicle == VehicleDescription(2002, "FORD", "FOC", None, "BLK")
    assert found.extra == ()


@pytest.mark.parametrize("layout", SAMPLES)
@pytest.mark.parametrize(
    ("shape", "what"),
    [
        ("\ufeff{0}\r\n", "BOM and CRLF"),
        ("{0:<140}\n\n\x1a", "trailing blanks, blank lines, DOS end of file"),
        ("{0}", "no line end at the end"),
        ("LPR FILE 20260102 0630\n{0}\n", "a header"),
        ("STATE HOTLIST\r\n{0}\r\n", "a title"),
        ("{0}\nTOTAL RECORD 0000001\n", "a footer"),
        ("{0}\nEND OF FILE\n", "an end mark"),
        ("{0}\n(1 rows affected)\n", "what a database prints"),
    ],
)
def test_tolerates(layout: str, shape: str, what: str) -> None:
    (row,) = rows(layout, shape.format(SAMPLES[layout]))
    assert isinstance(row, HotlistEntry), what
    assert row.raw == SAMPLES[layout]


@pytest.mark.parametrize("layout", SAMPLES)
def test_header_and_footer_say_what_the_file_holds(layout: str) -> None:
    parsed = read(layout, f"LPR FILE 20260102 0630\n{SAMPLES[layout]}\nTOTAL RECORDS: 0,000,007\n")
    assert parsed.as_of == datetime(2026, 1, 2, 6, 30, tzinfo=UTC)
    assert parsed.header == "LPR FILE 20260102 0630"
    assert len(list(parsed.rows)) == 1
    assert parsed.declared_rows() == 7
    assert read(layout, SAMPLES[layout]).declared_rows() is None


@pytest.mark.parametrize("declared", [1, 2, 3])
def test_a_footer_may_count_the_header_and_itself(declared: int) -> None:
    parsed = read("ny", f"LPR FILE\n{NY}\nTOTAL {declared}\n")
    assert len(list(parsed.rows)) == 1
    assert parsed.declared_rows() == 1


def test_a_plate_that_is_a_footers_word_is_a_plate() -> None:
    found = rows("ny", f"{NY}\n{'TOTAL':<10}NYPASVFORDBLK\n")
    assert [row.plate for row in found if isinstance(row, HotlistEntry)] == ["ABC1234", "TOTAL"]


@pytest.mark.parametrize(
    "header", ["NEW YORK LPR FILE 2026", "PLATE     STTYPE", "LPRINFO  01/02/2026", "CCIC VEHICLES"]
)
@pytest.mark.parametrize("layout", ["ny", "co"])
def test_a_title_is_no_plate(layout: str, header: str) -> None:
    parsed = read(layout, f"{header}\n{SAMPLES[layout]}\n")
    assert parsed.header == header
    assert len(list(parsed.rows)) == 1


def test_a_file_of_a_header_alone_has_no_rows() -> None:
    assert rows("ny", "LPR FILE\n") == []


@pytest.mark.parametrize("layout", SAMPLES)
def test_states_and_makes_are_read_with_zero_for_the_letter_o(layout: str) -> None:
    line, state = SAMPLES[layout], {"mi": "WI", "nj": "NJ", "ny": "NY", "co": "CO"}[layout]
    line = line.replace(f" {state}", " 0H").replace("CHEV", "F0RD").replace("NIS ", "F0RD").replace("BUIC", "F0RD")
    found = entry(layout, line.replace(" FORD ", " F0RD "))
    assert found.jurisdiction == "US-OH"
    assert found.vehicle is not None
    assert found.vehicle.make == "FORD"


@pytest.mark.parametrize("layout", SAMPLES)
def test_only_an_empty_state_is_the_default_one(layout: str) -> None:
    line, state = SAMPLES[layout], {"mi": "WI", "nj": "NJ", "ny": "NY", "co": "CO"}[layout]
    assert entry(layout, line.replace(f" {state}", "   "), "US-VA").jurisdiction == "US-VA"
    assert entry(layout, line.replace(f" {state}", "   ")).jurisdiction is None
    unknown = entry(layout, line.replace(f" {state}", " ZZ"), "US-VA")
    assert unknown.jurisdiction is None
    assert dict(unknown.extra)["state"] == "ZZ"


def test_one_number_in_two_states_is_two_entries_and_a_repeated_row_one() -> None:
    one, other, again = (entry("ny", line).entry_id for line in (NY, NY.replace("NY", "NJ"), NY.replace("WH", "BK")))
    assert one != other
    assert one == again


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


def test_new_jerseys_codes() -> None:
    assert dict(category_map("nj")) == {"E": Category.EXPIRED_REGISTRATION, "S": Category.SUSPENDED_LICENSE}
    assert entry("nj", "E" + NJ[1:]).category is Category.EXPIRED_REGISTRATION
    unknown = entry("nj", "V" + NJ[1:])
    assert (unknown.category, unknown.source_code) == (Category.UNMAPPED, "V")


def test_a_new_jersey_row_may_hold_more_in_its_first_column() -> None:
    assert entry("nj", "S123456789" + NJ[10:]).source_entry_id == "S123456789"
    assert dict(entry("nj", "S 77      " + NJ[10:]).extra) == {"record": "S 77"}
    assert rejected("nj", "  " + NJ[2:]).column == "CODE"


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("M", Category.MISSING_PERSON),
        ("P", Category.STOLEN_PLATE),
        ("R", Category.STOLEN_PLATE),
        ("S", Category.SEX_OFFENDER),
        ("T", Category.GANG_OR_TERRORIST),
        ("V", Category.STOLEN_VEHICLE),
        ("W", Category.WANTED_PERSON),
        ("X", Category.SUSPENDED_REGISTRATION),
        ("Z", Category.SUSPENDED_LICENSE),
        ("A", Category.UNMAPPED),
        ("7", Category.UNMAPPED),
    ],
)
def test_new_yorks_codes(code: str, category: Category) -> None:
    found = entry("ny", NY[:15] + code + NY[16:])
    assert (found.category, found.source_code) == (category, code)


def test_a_list_in_small_letters_is_read() -> None:
    for layout, line in SAMPLES.items():
        found, small = entry(layout, line), entry(layout, line.lower())
        assert (small.category, small.jurisdiction) == (found.category, found.jurisdiction)
        assert small.entry_id == found.entry_id


def test_new_yorks_row_may_end_after_its_code_and_color_may_have_two_parts() -> None:
    short = entry("ny", "ABC1234   NYPASV")
    assert (short.vehicle, short.category) == (None, Category.STOLEN_VEHICLE)
    two = entry("ny", "10        ILPC VMELRYEL/BLK")
    assert two.vehicle == VehicleDescription(None, "MELR", None, None, "YEL/BLK")
    assert dict(two.extra) == {"license_type": "PC"}
    assert dict(entry("ny", NY + "   STOLEN IN UTICA").extra)["note"] == "STOLEN IN UTICA"


@pytest.mark.parametrize(
    ("reason", "category"),
    [
        ("Attempt To Locate", Category.WATCH),
        ("Felony Warrant", Category.WANTED_PERSON),
        ("Local Warrant", Category.WANTED_PERSON),
        ("Reported Lost", Category.LOST_PLATE),
        ("Sexual Offender", Category.SEX_OFFENDER),
        ("Stolen/Car Jacking/Ca", Category.STOLEN_VEHICLE),
        ("Stolen/Car Jacking/Car", Category.STOLEN_VEHICLE),
        ("Stolen Plate", Category.STOLEN_PLATE),
        ("Stolen Vehicle", Category.STOLEN_VEHICLE),
        ("STOLEN VEHICLE", Category.STOLEN_VEHICLE),
        ("Used in Felony or By", Category.FELONY_VEHICLE),
        ("Used in Misdemeanor or", Category.MISDEMEANOR_VEHICLE),
        ("Used in Misdemeanor o", Category.MISDEMEANOR_VEHICLE),
        ("Missing Person", Category.MISSING_PERSON),
        ("Something Else", Category.UNMAPPED),
    ],
)
def test_colorados_reasons(reason: str, category: Category) -> None:
    found = entry("co", f"{CO[:12]}{reason:<22}{CO[34:]}")
    assert (found.category, found.source_code) == (category, reason)
    assert found.vehicle == VehicleDescription(2002, "FORD", "FOC", None, "BLK")
    assert entry("co", CO[:12] + reason).vehicle is None


@pytest.mark.parametrize(
    ("text", "vehicle", "extra"),
    [
        ("2002 BMW  325 BLK/WHI", VehicleDescription(2002, "BMW", "325", None, "BLK/WHI"), {}),
        ("2002 BMW 325 BLK", VehicleDescription(2002, "BMW", "325", None, "BLK"), {}),
        ("02 D0DG RAM", VehicleDescription(2002, "DODG", "RAM"), {}),
        ("     FORD FOC GRN", VehicleDescription(None, "FORD", "FOC", None, "GRN"), {}),
        ("FORD GRN", VehicleDescription(None, "FORD", None, None, "GRN"), {}),
        ("1998 FORD F150 PK BLU", VehicleDescription(1998, "FORD", "F150", "PK", "BLU"), {}),
        ("2002", VehicleDescription(2002), {}),
        ("SEE THE REPORT OF THE SHERIFF", None, {"vehicle_text": "SEE THE REPORT OF THE SHERIFF"}),
    ],
)
def test_colorados_vehicles(text: str, vehicle: VehicleDescription | None, extra: dict[str, str]) -> None:
    found = entry("co", CO[:34] + text)
    assert found.vehicle == vehicle
    assert dict(found.extra) == extra


@pytest.mark.parametrize(
    ("layout", "line", "column", "reason"),
    [
        ("ny", "ABC123", "LIC", "ends at column 6"),
        ("ny", "ABC1234   N", "LIS", "ends at column 11"),
        ("ny", "ABC1234   NYPAS", "CODE", "ends at column 15"),
        ("ny", "ABC1234   NYPAS BUICWH", "CODE", "blank"),
        ("ny", "          NYPASXBUICWH", "LIC", "empty"),
        ("ny", "A*C1234   NYPASXBUICWH", "LIC", "'*'"),
        ("ny", "ABC1234  NYPASXBUICWH", "LIC", "gap"),
        ("ny", "ABC12345 NYPASXBUICWH", "LIC", "shifted"),
        ("ny", "ABC1234    NYPASXBUICWH", "LIS", "shifted"),
        ("ny", "ABC\t1234  NYPASXBUICWH", "LIC", "tabs"),
        ("ny", "ABC 1234  ZZPASXBUICWH", "LIC", "no state"),
        ("ny", MI, "LIC", "another layout"),
        ("ny", CO.replace("Attempt To Locate", "Stolen Vehicle   "), "CODE", "capital"),
        ("co", MI, "LIC", "another layout"),
        ("co", "ABC123", "LIC", "ends at column 6"),
        ("co", "ABC123    CO", "REASON", "blank"),
        ("co", "ABC123   COAttempt To Locate     2002 FORD", "LIC", "gap"),
        ("co", "ABC123     COAttempt To Locate     2002 FORD", "LIS", "shifted"),
        ("co", "ABC123,CO,Stolen Vehicle,2002", "LIC", "','"),
        ("nj", NJ[:31], "LIC", "ends at column 31"),
        ("nj", NJ[:38], "LIS", "ends at column 38"),
        ("nj", NJ[1:], "DATE", "yyyymmdd"),
        ("nj", "S" + NJ[2:], "DATE", "yyyymmdd"),
        ("nj", NJ[:1] + " " + NJ[1:], "LIS", "shifted"),
        ("nj", NJ[:19] + "2O260101" + NJ[27:], "DATE", "yyyymmdd"),
        ("mi", MI[:38], "LIS", "ends at column 38"),
        ("mi", "12  456789" + MI[10:], "NIC", "nine digits"),
        ("mi", MI[1:], "DATE", "yyyymmdd"),
        ("mi", MI[:27] + MI[28:], "LIS", "shifted"),
    ],
)
def test_unusable_rows_are_rejected_with_line_column_and_reason(
    layout: str, line: str, column: str, reason: str
) -> None:
    row = rejected(layout, line)
    assert row.column == column
    assert reason in row.reason
    assert row.raw == line
