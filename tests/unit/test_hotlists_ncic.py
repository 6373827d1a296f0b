"""NCIC LPR extract: fields, tolerance of what extracts really look like, and reasons for what is refused."""

from __future__ import annotations

import io
import string
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotlists.layouts.ncic import parse
from hotlists.text.parsing import ParsedList, ParsedRow
from schemas.errors import InvalidInput
from schemas.types import Category, HotlistEntry, RejectedRow

SAMPLE = "V123456789LA057020020190509AB123456  CA2009MC2009YAMACYLMCBLK"
HEADER = "VEHICLE EXTRACT 20260102 0630"


def read(data: str | bytes, **options: str) -> ParsedList:
    raw = data if isinstance(data, bytes) else data.encode()
    return parse(io.BytesIO(raw), file_name="VEHEXTRT.txt", hotlist_id="ncic", default_state=options.get("state"))


def rows(data: str | bytes, **options: str) -> list[ParsedRow]:
    return list(read(data, **options).rows)


def entry(line: str) -> HotlistEntry:
    (row,) = rows(f"{HEADER}\n{line}\n")
    assert isinstance(row, HotlistEntry), row
    return row


def test_every_field_of_the_public_sample_lands_in_its_place() -> None:
    found = entry(SAMPLE)
    assert (found.plate, found.jurisdiction, found.category) == ("AB123456", "US-CA", Category.STOLEN_VEHICLE)
    assert (found.source_entry_id, found.source_code) == ("V123456789", "V")
    assert found.originating_agency == "LA0570200"
    assert found.vehicle is not None
    vehicle = found.vehicle
    assert (vehicle.year, vehicle.make, vehicle.model, vehicle.style, vehicle.color) == (
        2009,
        "YAMA",
        "CYL",
        "MC",
        "BLK",
    )
    assert dict(found.extra) == {"date_entered": "20190509", "plate_year": "2009", "license_type": "MC"}
    assert found.valid_from is None, "a recording older than the entry must still be matched"
    assert (found.source_line, found.raw) == (2, SAMPLE)


def test_header_carries_the_date_of_the_content() -> None:
    assert read(f"{HEADER}\r\n{SAMPLE}\r\n").as_of == datetime(2026, 1, 2, 6, 30, tzinfo=UTC)
    assert read(f"NCIC LPR EXTRACT\n{SAMPLE}\n").as_of is None


def test_a_first_line_that_is_a_record_is_a_record() -> None:
    parsed = read(f"{SAMPLE}\n{SAMPLE.replace('V123456789', 'V123456780')}\n")
    assert parsed.header is None
    assert [row.source_line for row in parsed.rows if isinstance(row, HotlistEntry)] == [1, 2]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (f"\ufeff{HEADER}\r\n{SAMPLE}\r\n".encode(), "BOM and CRLF"),
        (f"\ufeff{SAMPLE}\n".encode(), "BOM before a record"),
        (f"{HEADER}\n{SAMPLE:<120}\n\n\x1a".encode(), "trailing blanks, blank lines, DOS end of file"),
        (f"{HEADER}\n{SAMPLE}".encode(), "no line end at the end"),
    ],
)
def test_tolerates(data: bytes, what: str) -> None:
    (row,) = rows(data)
    assert isinstance(row, HotlistEntry), what
    assert (row.plate, row.raw) == ("AB123456", SAMPLE)


def test_utf16_text_with_its_mark_is_read() -> None:
    (row,) = rows(f"{HEADER}\r\n{SAMPLE}\r\n".encode("utf-16"))
    assert isinstance(row, HotlistEntry)
    assert (row.plate, row.source_line, row.raw) == ("AB123456", 2, SAMPLE)


def test_latin1_text_in_a_field_does_not_shift_the_columns() -> None:
    (row,) = rows(f"{HEADER}\n{SAMPLE[:49]}CITRO\n".encode() + SAMPLE.replace("YAMA", "CITÉ").encode("latin-1"))[1:]
    assert isinstance(row, HotlistEntry)
    assert row.vehicle is not None
    assert (row.vehicle.make, row.vehicle.color) == ("CITÉ", "BLK")


@pytest.mark.parametrize(
    ("lis", "jurisdiction"), [("0H", "US-OH"), ("VA", "US-VA"), ("NB", "US-NE"), ("0N", "CA-ON"), ("C0", "US-CO")]
)
def test_states_are_read_with_zero_for_the_letter_o(lis: str, jurisdiction: str) -> None:
    assert entry(SAMPLE[:37] + lis + SAMPLE[39:]).jurisdiction == jurisdiction


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (SAMPLE[:27] + "ABC123   VA2026PC2009YAMACYLMCBLK", "LIS"),
        (f"{SAMPLE[:19]}       ABC123    VA2026PC2009YAMACYLMCBLK", "DATE"),
        (SAMPLE[:27] + "STRASSEß  " + SAMPLE[37:], "LIC"),
    ],
)
def test_a_row_that_would_name_another_plate_is_rejected(row: str, column: str) -> None:
    (found,) = rows(f"{HEADER}\n{row}\n")
    assert isinstance(found, RejectedRow)
    assert found.column == column


def test_an_unknown_state_is_kept_and_not_guessed() -> None:
    (row,) = rows(f"{HEADER}\n{SAMPLE[:37]}ZZ{SAMPLE[39:]}\n", state="US-VA")
    assert isinstance(row, HotlistEntry)
    assert row.jurisdiction is None
    assert dict(row.extra)["state"] == "ZZ"


def test_an_empty_state_is_the_default_one() -> None:
    (row,) = rows(f"{HEADER}\n{SAMPLE[:37]}  {SAMPLE[39:]}\n", state="US-VA")
    assert isinstance(row, HotlistEntry)
    assert row.jurisdiction == "US-VA"


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("A", Category.CHILD_ABDUCTION),
        ("P", Category.STOLEN_PLATE),
        ("X", Category.SEX_OFFENDER),
        ("T", Category.GANG_OR_TERRORIST),
        ("M", Category.MISSING_PERSON),
        ("Q", Category.UNMAPPED),
        ("7", Category.UNMAPPED),
    ],
)
def test_the_first_character_of_the_nic_is_the_category(code: str, category: Category) -> None:
    found = entry(code + SAMPLE[1:])
    assert (found.category, found.source_code) == (category, code)


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("V123456789LA0570200", "DATE", "ends at column 19"),
        (SAMPLE[:31], "LIC", "ends at column 31"),
        (SAMPLE[:36], "LIC", "within or before LIC"),
        (SAMPLE[:38], "LIS", "39 columns were expected"),
        (SAMPLE[:27] + "          " + SAMPLE[37:], "LIC", "empty"),
        (SAMPLE[:27] + "A*123     " + SAMPLE[37:], "LIC", "'*'"),
        (SAMPLE[:27] + "A         " + SAMPLE[37:], "LIC", "1 characters"),
        (SAMPLE[:27] + "A?????    " + SAMPLE[37:], "LIC", "fewer than 2"),
        (SAMPLE[:19] + "2019O5O9" + SAMPLE[27:], "DATE", "yyyymmdd"),
        ("12  456789" + SAMPLE[10:], "NIC", "nine digits"),
    ],
)
def test_unusable_rows_are_rejected_with_line_column_and_reason(line: str, column: str, reason: str) -> None:
    good, bad, after = rows(f"{HEADER}\n{SAMPLE}\n{line}\n{SAMPLE}\n")
    assert isinstance(bad, RejectedRow)
    assert (bad.line, bad.column) == (3, column)
    assert reason in bad.reason
    assert bad.raw == line.rstrip()
    assert isinstance(good, HotlistEntry)
    assert isinstance(after, HotlistEntry), "one bad row must not stop the others"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x1f\x8b\x08\x00rest", "gzip"),
        (b"PK\x03\x04rest", "zip"),
        (b"\xff\xfeV\x001\x00\xd8", "damaged UTF-16"),
        (b"V1\x00\x00\x00", "NUL"),
        (b"", "empty"),
        (b"\r\n  \r\n", "empty"),
        (b"V" * 100_000, "longer than 65536 bytes"),
    ],
)
def test_files_that_are_no_text_lists_are_refused(data: bytes, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        rows(data)


def field(width: int, alphabet: str = string.ascii_uppercase + string.digits) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=width, max_size=width)


@settings(deadline=None)
@given(
    nic=st.builds(str.__add__, field(1, "ABCFHKLMNPRTVWX"), field(9, string.digits)),
    ori=field(9),
    plate=st.text(string.ascii_uppercase + string.digits, min_size=2, max_size=10),
    state=st.sampled_from(["VA", "MD", "0H", "NY", "TX"]),
    year=st.integers(1900, 2030),
    make=field(4, string.ascii_uppercase),
    color=st.sampled_from(["BLK", "RED/BLK", "WHI"]),
    end=st.sampled_from(["\n", "\r\n", "   \r\n"]),
)
def test_a_rendered_row_reads_back(
    nic: str, ori: str, plate: str, state: str, year: int, make: str, color: str, end: str
) -> None:
    line = f"{nic}{ori}20260101{plate:<10}{state}2026PC{year}{make}MOD4D{color:<7}"
    (row,) = rows(f"HEADER\n{line}{end}")
    assert isinstance(row, HotlistEntry)
    assert (row.source_entry_id, row.originating_agency, row.plate) == (nic, ori, plate)
    assert row.jurisdiction == f"US-{state.replace('0', 'O')}"
    assert row.vehicle is not None
    assert (row.vehicle.year, row.vehicle.make, row.vehicle.color) == (year, make, color)


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_arbitrary_bytes_give_rows_or_one_clear_refusal(data: bytes) -> None:
    try:
        found = rows(data)
    except InvalidInput:
        return
    lines = [line for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.strip(b" \t\r\x1a")]
    assert len(lines) - 1 <= len(found) <= len(lines), "every line but a header is an entry or a reject"
