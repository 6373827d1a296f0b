"""Minnesota and both lists of Texas: comma-separated columns without names, as real files have them."""

from __future__ import annotations

import io
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotlists.codes.maps import category_map
from hotlists.layouts.registry import parser_for
from hotlists.text.parsing import ParsedList, ParsedRow
from schemas.errors import InvalidInput
from schemas.plates import normalize_plate
from schemas.types import Category, HotlistEntry, RejectedRow, VehicleDescription

MN = "C845996328,0H0671200,20211122,JFJ4764,0H,2022,TK,2013,CHEV,AVA,PK,CRM"
TX_NCIC = "C165399977,0H0671200,20200124,GGX6728,0H,2021,2009,D0DG,CHA,4D,GRY"
TX_TCIC = "TW1026325915,17MFM5,TX,2009,FORD,TK,PK,WHI"
SAMPLES = {"mn": MN, "tx-ncic": TX_NCIC, "tx-tcic": TX_TCIC}
STATES = {"mn": "0H", "tx-ncic": "0H", "tx-tcic": "TX"}


def read(layout: str, data: str | bytes, state: str | None = None) -> ParsedList:
    raw = data if isinstance(data, bytes) else data.encode()
    return parser_for(layout)(io.BytesIO(raw), file_name="list.csv", hotlist_id=layout, default_state=state)


def rows(layout: str, data: str | bytes, state: str | None = None) -> list[ParsedRow]:
    return list(read(layout, data, state).rows)


def entry(layout: str, line: str, state: str | None = None) -> HotlistEntry:
    (row,) = rows(layout, f"{line}\n", state)
    assert isinstance(row, HotlistEntry), row
    return row


def test_every_field_of_minnesotas_sample() -> None:
    found = entry("mn", MN)
    assert (found.plate, found.jurisdiction, found.category) == ("JFJ4764", "US-OH", Category.SUPERVISED_RELEASE)
    assert (found.source_entry_id, found.source_code) == ("C845996328", "C")
    assert found.originating_agency == "0H0671200"
    assert found.vehicle == VehicleDescription(2013, "CHEV", "AVA", "PK", "CRM")
    assert dict(found.extra) == {"date_entered": "20211122", "plate_year": "2022", "license_type": "TK"}
    assert (found.source_line, found.raw, found.valid_from) == (1, MN, None)


def test_every_field_of_texas_sample_of_ncics_records() -> None:
    found = entry("tx-ncic", TX_NCIC)
    assert (found.plate, found.jurisdiction, found.category) == ("GGX6728", "US-OH", Category.SUPERVISED_RELEASE)
    assert (found.source_entry_id, found.source_code) == ("C165399977", "C")
    assert found.originating_agency == "0H0671200"
    assert found.vehicle == VehicleDescription(2009, "DODG", "CHA", "4D", "GRY"), "the model is no year"
    assert dict(found.extra) == {"date_entered": "20200124", "plate_year": "2021"}


def test_every_field_of_texas_sample_of_its_own_records() -> None:
    found = entry("tx-tcic", TX_TCIC)
    assert (found.plate, found.jurisdiction, found.category) == ("17MFM5", "US-TX", Category.WANTED_PERSON)
    assert (found.source_entry_id, found.source_code) == ("TW1026325915", "W")
    assert found.vehicle == VehicleDescription(2009, "FORD", "TK", "PK", "WHI")
    assert found.extra == ()


@pytest.mark.parametrize("layout", SAMPLES)
@pytest.mark.parametrize(
    ("shape", "what"),
    [
        ("\ufeff{0}\r\n", "BOM and CRLF"),
        ("{0}   \n\n,,,,,,,,,,,\n\x1a", "trailing blanks, blank and empty rows, DOS end of file"),
        ("{0},,,\n", "commas at the end"),
        ("{0}", "no line end at the end"),
        ("LPR FILE 20260102 0630\n{0}\n", "a title"),
        ("Record ID,Column,Other\n{0}\n", "names"),
        ('LPR FILE\n"Record ID","Column"\n{0}\n', "a title and quoted names"),
        ("{0}\nTOTAL,1\n", "a footer"),
        ("{0}\nEND OF FILE\n", "an end mark"),
    ],
)
def test_tolerates(layout: str, shape: str, what: str) -> None:
    (row,) = rows(layout, shape.format(SAMPLES[layout]))
    assert isinstance(row, HotlistEntry), what
    assert row.vehicle == entry(layout, SAMPLES[layout]).vehicle


@pytest.mark.parametrize("layout", SAMPLES)
def test_fields_may_be_quoted_and_blank_padded(layout: str) -> None:
    plain = entry(layout, SAMPLES[layout])
    quoted = entry(layout, ",".join(f'"{field} "' for field in SAMPLES[layout].split(",")))
    padded = entry(layout, " , ".join(SAMPLES[layout].split(",")))
    for found in (quoted, padded):
        assert found._replace(raw=plain.raw) == plain


@pytest.mark.parametrize("layout", SAMPLES)
def test_commas_beyond_the_last_column_belong_to_it(layout: str) -> None:
    found = entry(layout, SAMPLES[layout] + ",PRIMER, ")
    plain = entry(layout, SAMPLES[layout])
    assert found.vehicle is not None
    assert plain.vehicle is not None
    assert found.vehicle.color == f"{plain.vehicle.color},PRIMER"
    assert found.vehicle.make == plain.vehicle.make


@pytest.mark.parametrize("layout", SAMPLES)
def test_a_row_may_end_after_its_state_and_not_before(layout: str) -> None:
    fields = SAMPLES[layout].split(",")
    place = fields.index(STATES[layout])
    short = entry(layout, ",".join(fields[: place + 1]))
    assert (short.plate, short.vehicle) == (fields[place - 1], None)
    assert short.entry_id == entry(layout, SAMPLES[layout]).entry_id
    good, cut = rows(layout, f"{SAMPLES[layout]}\n{','.join(fields[:place])}")
    assert isinstance(good, HotlistEntry)
    assert isinstance(cut, RejectedRow)
    assert (cut.line, cut.column) == (2, "LIS")
    assert f"has {place} of {len(fields)} fields" in cut.reason


@pytest.mark.parametrize("layout", SAMPLES)
def test_only_an_empty_state_is_the_default_one(layout: str) -> None:
    state = STATES[layout]
    assert entry(layout, SAMPLES[layout].replace(f",{state},", ",,"), "US-VA").jurisdiction == "US-VA"
    assert entry(layout, SAMPLES[layout].replace(f",{state},", ",,")).jurisdiction is None
    unknown = entry(layout, SAMPLES[layout].replace(f",{state},", ",ZZ,"), "US-VA")
    assert unknown.jurisdiction is None
    assert dict(unknown.extra)["state"] == "ZZ"
    assert entry(layout, SAMPLES[layout].replace(f",{state},", ",NB,")).jurisdiction == "US-NE"


@pytest.mark.parametrize(("layout", "known"), [("mn", "ABCFHKLMNPRTVWX"), ("tx-ncic", "ABCFHKLMNPRTVWX")])
def test_ncics_file_codes(layout: str, known: str) -> None:
    assert "".join(sorted(category_map(layout))) == known
    for code in known:
        found = entry(layout, code + SAMPLES[layout][1:])
        assert (found.category, found.source_code) == (category_map("ncic")[code], code)
    unknown = entry(layout, "Q" + SAMPLES[layout][1:])
    assert (unknown.category, unknown.source_code) == (Category.UNMAPPED, "Q")


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("E", Category.VIOLENT_PERSON),
        ("M", Category.MISSING_PERSON),
        ("O", Category.PROTECTION_ORDER),
        ("0", Category.PROTECTION_ORDER),
        ("P", Category.STOLEN_PLATE),
        ("T", Category.OFFICER_SAFETY),
        ("V", Category.STOLEN_VEHICLE),
        ("W", Category.WANTED_PERSON),
        ("X", Category.SEX_OFFENDER),
        ("Y", Category.CHILD_SAFETY_CHECK),
        ("C", Category.UNMAPPED),
        ("7", Category.UNMAPPED),
    ],
)
def test_texas_own_codes_stand_second_in_the_id(code: str, category: Category) -> None:
    found = entry("tx-tcic", f"T{code}{TX_TCIC[2:]}")
    assert (found.category, found.source_code) == (category, "O" if code == "0" else code)
    assert found.source_entry_id == f"T{code}1026325915"


@pytest.mark.parametrize("layout", ["mn", "tx-ncic"])
def test_the_first_column_may_hold_the_code_alone(layout: str) -> None:
    fields = SAMPLES[layout].split(",")
    rest = ",".join(fields[1:])
    one, again, other = (entry(layout, line) for line in (f"V,{rest}", f"V,{rest}", f"P,{rest}"))
    assert (one.source_entry_id, one.category) == (None, Category.STOLEN_VEHICLE)
    assert one.entry_id == again.entry_id
    assert one.entry_id != other.entry_id


def test_texas_own_code_may_stand_alone() -> None:
    assert entry("tx-tcic", f"TV,{TX_TCIC.partition(',')[2]}").source_entry_id is None


@pytest.mark.parametrize(
    ("written", "kept"), [("2021-11-22", "20211122"), ("11/22/2021", "20211122"), ("20211122", "20211122")]
)
def test_dates_as_spreadsheets_write_them(written: str, kept: str) -> None:
    assert dict(entry("mn", MN.replace("20211122", written)).extra)["date_entered"] == kept


@pytest.mark.parametrize(("written", "year"), [("09", 2009), ("98", 1998), ("UNK", None), ("", None)])
@pytest.mark.parametrize("layout", SAMPLES)
def test_vehicle_years(layout: str, written: str, year: int | None) -> None:
    vehicle_year = "2013" if layout == "mn" else "2009"
    found = entry(layout, SAMPLES[layout].replace(f",{vehicle_year},", f",{written},"))
    assert found.vehicle is not None
    assert found.vehicle.year == year
    assert dict(found.extra).get("vehicle_year") == ("UNK" if written == "UNK" else None)


@pytest.mark.parametrize(
    ("layout", "line", "column", "reason"),
    [
        ("mn", "C84599632," + MN.partition(",")[2], "NIC", "nine digits"),
        ("mn", "," + MN.partition(",")[2], "NIC", "nine digits"),
        ("mn", MN.replace("20211122", "2O211122"), "DATE", "yyyymmdd"),
        ("mn", MN.replace("JFJ4764", ""), "LIC", "empty"),
        ("mn", MN.replace("JFJ4764", "JFJ*764"), "LIC", "'*'"),
        ("mn", MN.replace(",0H,", ",0HI0,"), "LIS", "two letters"),
        ("mn", MN.replace("CHEV", '"CHEV'), "quotes", "does not end"),
        ("mn", TX_NCIC, "VYR", "without a license type"),
        ("mn", TX_TCIC, "NIC", "nine digits"),
        ("tx-ncic", MN, "VYR", "with a license type"),
        ("tx-ncic", TX_NCIC.replace(",20200124,", ",20200124,X1,"), "LIS", "two letters"),
        ("tx-tcic", TX_NCIC, "LIS", "two letters"),
        ("tx-tcic", "TW10,26325915,17MFM5,TX,2009,FORD,TK,PK,WHI", "LIS", "two letters"),
        ("tx-tcic", "T" + TX_TCIC[12:], "ID", "TW1026325915"),
        ("tx-tcic", "TW-1026325915" + TX_TCIC[12:], "ID", "TW1026325915"),
        ("tx-tcic", "TW1026325915", "LIC", "1 of 8 fields"),
    ],
)
def test_unusable_rows_are_rejected_with_line_column_and_reason(
    layout: str, line: str, column: str, reason: str
) -> None:
    good, row, after = rows(layout, f"{SAMPLES[layout]}\n{line}\n{SAMPLES[layout]}\n")
    assert isinstance(good, HotlistEntry)
    assert isinstance(after, HotlistEntry), "one bad row must not stop the others"
    assert isinstance(row, RejectedRow), row
    assert (row.line, row.column, row.raw) == (2, column, line)
    assert reason in row.reason


@pytest.mark.parametrize(
    ("layout", "header"),
    [
        ("mn", "Plate,State,Year,Make"),
        ("tx-ncic", "NIC,LIC,LIS"),
        ("tx-tcic", "NIC,ORI,DATE,LIC,LIS,LIY,LIT,VYR"),
        ("tx-tcic", '"Record","State","License Plate"'),
    ],
)
def test_names_of_another_layout_are_refused(layout: str, header: str) -> None:
    with pytest.raises(InvalidInput, match="names the plate as column") as caught:
        read(layout, f"{header}\n{SAMPLES[layout]}\n")
    assert caught.value.line == 1


def test_names_of_this_layout_are_a_header() -> None:
    parsed = read("tx-tcic", f"Record ID,Plate Number,State,Year,Make,Model,Body,Color\n{TX_TCIC}\n")
    assert parsed.header is not None
    assert [row.plate for row in parsed.rows if isinstance(row, HotlistEntry)] == ["17MFM5"]


_LETTERS = st.text(string.ascii_uppercase, min_size=3, max_size=4)
_DIGITS9 = st.text(string.digits, min_size=9, max_size=9)
_PLATE = st.text(string.ascii_uppercase + string.digits, min_size=2, max_size=10)
_STATE = st.sampled_from(["VA", "MD", "0H", "NY", "TX", "C0"])
_COLOR = st.sampled_from(["BLK", "RED/BLK", "WHI", ""])
_END = st.sampled_from(["\n", "\r\n", "   \r\n", ",\n"])


@pytest.mark.parametrize("layout", SAMPLES)
@settings(deadline=None)
@given(
    number=_DIGITS9,
    plate=_PLATE,
    state=_STATE,
    year=st.integers(1900, 2030),
    make=_LETTERS,
    model=_LETTERS,
    color=_COLOR,
    end=_END,
    quoted=st.booleans(),
    data=st.data(),
)
def test_a_rendered_row_reads_back(
    layout: str,
    number: str,
    plate: str,
    state: str,
    year: int,
    make: str,
    model: str,
    color: str,
    end: str,
    quoted: bool,
    data: st.DataObject,
) -> None:
    code = data.draw(st.sampled_from(sorted(category_map(layout))))
    record = f"T{code}1{number}" if layout == "tx-tcic" else f"{code}{number}"
    before = {"mn": ["0H0671200", "20260101"], "tx-ncic": ["", "20260101"], "tx-tcic": []}[layout]
    license_columns = {"mn": ["2027", "PC"], "tx-ncic": ["2027"], "tx-tcic": []}[layout]
    fields = [record, *before, plate, state, *license_columns, str(year), make, model, "4D", color]
    row = rows(layout, ",".join(f'"{field}"' if quoted else field for field in fields) + end)[0]
    assert isinstance(row, HotlistEntry)
    assert (row.source_entry_id, row.plate, row.category) == (record, plate, category_map(layout)[code])
    assert row.jurisdiction == f"US-{state.replace('0', 'O')}"
    assert row.vehicle == VehicleDescription(year, make, model, "4D", color or None)


def _mangled(sample: str) -> st.SearchStrategy[bytes]:
    raw = sample.encode()

    def cut(at: int, skip: int, put: bytes) -> bytes:
        return raw[:at] + put + raw[at + skip :]

    row = st.builds(cut, st.integers(0, len(sample)), st.integers(0, 12), st.binary(max_size=6))
    return st.lists(row, min_size=1, max_size=4).map(b"\n".join)


@pytest.mark.parametrize("layout", SAMPLES)
@settings(deadline=None)
@given(data=st.data())
def test_any_bytes_give_rows_rejects_or_one_clear_refusal(layout: str, data: st.DataObject) -> None:
    raw = data.draw(st.one_of(st.binary(max_size=400), _mangled(SAMPLES[layout])))
    try:
        found = rows(layout, raw)
    except InvalidInput:
        return
    assert all(isinstance(row, RejectedRow) or len(normalize_plate(row.plate)) >= 2 for row in found)
    assert len(found) <= raw.count(b"\n") + 1
