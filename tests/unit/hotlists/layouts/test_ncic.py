"""NCIC LPR extract: fields, tolerance of what extracts really look like, and reasons for what is refused."""

from __future__ import annotations

import string
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.types import Category, HotlistEntry, RejectedRow
from tests.unit.hotlists.list_samples import NCIC, NCIC_HEADER, PLATES, read, rows, says_something


def entry(line: str) -> HotlistEntry:
    (row,) = rows("ncic", f"{NCIC_HEADER}\n{line}\n")
    assert isinstance(row, HotlistEntry), row
    return row


def test_every_field_of_the_public_sample_lands_in_its_place() -> None:
    found = entry(NCIC)
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
    assert (found.source_line, found.raw) == (2, NCIC)


def test_header_carries_the_date_of_the_content() -> None:
    assert read("ncic", f"{NCIC_HEADER}\r\n{NCIC}\r\n").as_of == datetime(2026, 1, 2, 6, 30, tzinfo=UTC)
    assert read("ncic", f"NCIC LPR EXTRACT\n{NCIC}\n").as_of is None


def test_a_first_line_that_is_a_record_is_a_record() -> None:
    parsed = read("ncic", f"{NCIC}\n{NCIC.replace('V123456789', 'V123456780')}\n")
    assert parsed.header is None
    assert [row.source_line for row in parsed.rows if isinstance(row, HotlistEntry)] == [1, 2]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (f"\ufeff{NCIC_HEADER}\r\n{NCIC}\r\n".encode(), "BOM and CRLF"),
        (f"\ufeff{NCIC}\n".encode(), "BOM before a record"),
        (f"{NCIC_HEADER}\n{NCIC:<120}\n\n\x1a".encode(), "trailing blanks, blank lines, DOS end of file"),
        (f"{NCIC_HEADER}\n{NCIC}".encode(), "no line end at the end"),
    ],
)
def test_tolerates(data: bytes, what: str) -> None:
    (row,) = rows("ncic", data)
    assert isinstance(row, HotlistEntry), what
    assert (row.plate, row.raw) == ("AB123456", NCIC)


@pytest.mark.parametrize(
    ("lis", "jurisdiction"), [("0H", "US-OH"), ("VA", "US-VA"), ("NB", "US-NE"), ("0N", "CA-ON"), ("C0", "US-CO")]
)
def test_states_are_read_with_zero_for_the_letter_o(lis: str, jurisdiction: str) -> None:
    assert entry(NCIC[:37] + lis + NCIC[39:]).jurisdiction == jurisdiction


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (NCIC[:27] + "ABC123   VA2026PC2009YAMACYLMCBLK", "LIS"),
        (f"{NCIC[:19]}       ABC123    VA2026PC2009YAMACYLMCBLK", "DATE"),
        (NCIC[:27] + "STRASSEß  " + NCIC[37:], "LIC"),
    ],
)
def test_a_row_that_would_name_another_plate_is_rejected(row: str, column: str) -> None:
    (found,) = rows("ncic", f"{NCIC_HEADER}\n{row}\n")
    assert isinstance(found, RejectedRow)
    assert found.column == column


def test_an_unknown_state_is_kept_and_not_guessed() -> None:
    (row,) = rows("ncic", f"{NCIC_HEADER}\n{NCIC[:37]}ZZ{NCIC[39:]}\n", state="US-VA")
    assert isinstance(row, HotlistEntry)
    assert row.jurisdiction is None
    assert dict(row.extra)["state"] == "ZZ"


def test_an_empty_state_is_the_default_one() -> None:
    (row,) = rows("ncic", f"{NCIC_HEADER}\n{NCIC[:37]}  {NCIC[39:]}\n", state="US-VA")
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
    found = entry(code + NCIC[1:])
    assert (found.category, found.source_code) == (category, code)


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("V123456789LA0570200", "DATE", "ends at column 19"),
        (NCIC[:31], "LIC", "ends at column 31"),
        (NCIC[:36], "LIC", "within or before LIC"),
        (NCIC[:38], "LIS", "39 columns were expected"),
        (NCIC[:27] + "          " + NCIC[37:], "LIC", "empty"),
        (NCIC[:27] + "A*123     " + NCIC[37:], "LIC", "'*'"),
        (NCIC[:27] + "A         " + NCIC[37:], "LIC", "1 characters"),
        (NCIC[:27] + "A?????    " + NCIC[37:], "LIC", "fewer than 2"),
        (NCIC[:19] + "2019O5O9" + NCIC[27:], "DATE", "yyyymmdd"),
        ("12  456789" + NCIC[10:], "NIC", "nine digits"),
    ],
)
def test_unusable_rows_are_rejected_with_line_column_and_reason(line: str, column: str, reason: str) -> None:
    good, bad, after = rows("ncic", f"{NCIC_HEADER}\n{NCIC}\n{line}\n{NCIC}\n")
    assert isinstance(bad, RejectedRow)
    assert (bad.line, bad.column) == (3, column)
    assert reason in bad.reason
    assert bad.raw == line.rstrip()
    assert isinstance(good, HotlistEntry)
    assert isinstance(after, HotlistEntry), "one bad row must not stop the others"


def field(width: int, alphabet: str = string.ascii_uppercase + string.digits) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=width, max_size=width).filter(says_something)


@settings(deadline=None)
@given(
    nic=st.builds(str.__add__, field(1, "ABCFHKLMNPRTVWX"), field(9, string.digits)),
    ori=field(9),
    plate=PLATES,
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
    (row,) = rows("ncic", f"HEADER\n{line}{end}")
    assert isinstance(row, HotlistEntry)
    assert (row.source_entry_id, row.originating_agency, row.plate) == (nic, ori, plate)
    assert row.jurisdiction == f"US-{state.replace('0', 'O')}"
    assert row.vehicle is not None
    assert (row.vehicle.year, row.vehicle.make, row.vehicle.color) == (year, make, color)
