"""Comma-separated columns without names, as real files have them."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotlists.codes.maps import category_map
from hotlists.fields.absent import absent_words
from schemas.errors import InvalidInput
from schemas.types import Category, HotlistEntry, RejectedRow, VehicleDescription
from tests.unit.hotlists.list_samples import (
    COLORS,
    MN,
    PLATES,
    STATES,
    TX_NCIC,
    TX_TCIC,
    UNHEADED_ROWS,
    entry,
    read,
    rows,
    says_something,
)

SAMPLE_STATES = {"mn": "0H", "tx-ncic": "0H", "tx-tcic": "TX"}


@pytest.mark.parametrize("layout", UNHEADED_ROWS)
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
    (row,) = rows(layout, shape.format(UNHEADED_ROWS[layout]))
    assert isinstance(row, HotlistEntry), what
    assert row.vehicle == entry(layout, UNHEADED_ROWS[layout]).vehicle


@pytest.mark.parametrize("layout", UNHEADED_ROWS)
def test_fields_may_be_quoted_and_blank_padded(layout: str) -> None:
    plain = entry(layout, UNHEADED_ROWS[layout])
    quoted = entry(layout, ",".join(f'"{field} "' for field in UNHEADED_ROWS[layout].split(",")))
    padded = entry(layout, " , ".join(UNHEADED_ROWS[layout].split(",")))
    for found in (quoted, padded):
        assert found._replace(raw=plain.raw) == plain


@pytest.mark.parametrize("layout", UNHEADED_ROWS)
def test_commas_beyond_the_last_column_belong_to_it(layout: str) -> None:
    found = entry(layout, UNHEADED_ROWS[layout] + ",PRIMER, ")
    plain = entry(layout, UNHEADED_ROWS[layout])
    assert found.vehicle is not None
    assert plain.vehicle is not None
    assert found.vehicle.color == f"{plain.vehicle.color},PRIMER"
    assert found.vehicle.make == plain.vehicle.make


@pytest.mark.parametrize("layout", UNHEADED_ROWS)
def test_a_row_may_end_after_its_state_and_not_before(layout: str) -> None:
    fields = UNHEADED_ROWS[layout].split(",")
    place = fields.index(SAMPLE_STATES[layout])
    short = entry(layout, ",".join(fields[: place + 1]))
    assert (short.plate, short.vehicle) == (fields[place - 1], None)
    assert short.entry_id == entry(layout, UNHEADED_ROWS[layout]).entry_id
    good, cut = rows(layout, f"{UNHEADED_ROWS[layout]}\n{','.join(fields[:place])}")
    assert isinstance(good, HotlistEntry)
    assert isinstance(cut, RejectedRow)
    assert (cut.line, cut.column) == (2, "LIS")
    assert f"has {place} of {len(fields)} fields" in cut.reason


@pytest.mark.parametrize("layout", UNHEADED_ROWS)
def test_only_an_empty_state_is_the_default_one(layout: str) -> None:
    state = SAMPLE_STATES[layout]
    assert entry(layout, UNHEADED_ROWS[layout].replace(f",{state},", ",,"), "US-VA").jurisdiction == "US-VA"
    assert entry(layout, UNHEADED_ROWS[layout].replace(f",{state},", ",,")).jurisdiction is None
    unknown = entry(layout, UNHEADED_ROWS[layout].replace(f",{state},", ",ZZ,"), "US-VA")
    assert unknown.jurisdiction is None
    assert dict(unknown.extra)["state"] == "ZZ"
    assert entry(layout, UNHEADED_ROWS[layout].replace(f",{state},", ",NB,")).jurisdiction == "US-NE"


@pytest.mark.parametrize(("layout", "known"), [("mn", "ABCFHKLMNPRTVWX"), ("tx-ncic", "ABCFHKLMNPRTVWX")])
def test_ncics_file_codes(layout: str, known: str) -> None:
    assert "".join(sorted(category_map(layout))) == known
    for code in known:
        found = entry(layout, code + UNHEADED_ROWS[layout][1:])
        assert (found.category, found.source_code) == (category_map("ncic")[code], code)
    unknown = entry(layout, "Q" + UNHEADED_ROWS[layout][1:])
    assert (unknown.category, unknown.source_code) == (Category.UNMAPPED, "Q")


@pytest.mark.parametrize("layout", ["mn", "tx-ncic"])
def test_the_first_column_may_hold_the_code_alone(layout: str) -> None:
    fields = UNHEADED_ROWS[layout].split(",")
    rest = ",".join(fields[1:])
    one, again, other = (entry(layout, line) for line in (f"V,{rest}", f"V,{rest}", f"P,{rest}"))
    assert (one.source_entry_id, one.category) == (None, Category.STOLEN_VEHICLE)
    assert one.entry_id == again.entry_id
    assert one.entry_id != other.entry_id


@pytest.mark.parametrize(("written", "year"), [("09", 2009), ("98", 1998), ("UNK", None), ("", None)])
@pytest.mark.parametrize("layout", UNHEADED_ROWS)
def test_vehicle_years(layout: str, written: str, year: int | None) -> None:
    vehicle_year = "2013" if layout == "mn" else "2009"
    found = entry(layout, UNHEADED_ROWS[layout].replace(f",{vehicle_year},", f",{written},"))
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
        ("mn", MN.replace("CHEV", '"CHEV').removesuffix(",CRM"), "quotes", "does not end"),
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
    good, row, after = rows(layout, f"{UNHEADED_ROWS[layout]}\n{line}\n{UNHEADED_ROWS[layout]}\n")
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
        read(layout, f"{header}\n{UNHEADED_ROWS[layout]}\n")
    assert caught.value.line == 1


_LETTERS = st.text(string.ascii_uppercase, min_size=3, max_size=4).filter(says_something)


_DIGITS9 = st.text(string.digits, min_size=9, max_size=9)


_END = st.sampled_from(["\n", "\r\n", "   \r\n", ",\n"])


@pytest.mark.parametrize("layout", UNHEADED_ROWS)
@settings(deadline=None)
@given(
    number=_DIGITS9,
    plate=PLATES,
    state=STATES,
    year=st.integers(1900, 2030),
    make=_LETTERS.filter(lambda text: text not in absent_words("coded")),
    model=_LETTERS.filter(lambda text: text not in absent_words("coded")),
    color=COLORS,
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
