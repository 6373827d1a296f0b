"""Columns that are shifted: a row may be refused, and never names another vehicle."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotlists.fields.errors import FieldError
from hotlists.text.alignment import check_alignment, fits, is_extract_row, refuse_extract
from schemas.types import RejectedRow
from tests.unit.hotlists.list_samples import (
    CO,
    COLUMN_ROWS,
    MI,
    NJ,
    rejected,
    rows,
)


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


@pytest.mark.parametrize("layout", ["ny", "co", "nj", "mi"])
@settings(deadline=None)
@given(plate=st.from_regex(r"[A-Z]{3}[0-9]{1,5}", fullmatch=True), at=st.integers(0, 200), blank=st.booleans())
def test_a_blank_too_few_or_too_many_never_names_another_vehicle(layout: str, plate: str, at: int, blank: bool) -> None:
    sample = COLUMN_ROWS[layout]
    begin = sample.index({"ny": "ABC1234", "co": "ABC123", "nj": "ABC123", "mi": "AHG5263"}[layout])
    line = f"{sample[:begin]}{plate:<10}{sample[begin + 10 :]}"
    blanks = [place for place, character in enumerate(line[: begin + 10]) if character == " "]
    place = blanks[at % len(blanks)]
    shifted = line[:place] + "  " + line[place + 1 :] if blank else line[:place] + line[place + 1 :]
    for row in rows(layout, f"{sample}\n{shifted}\n")[1:]:
        assert isinstance(row, RejectedRow) or row.plate == plate


@pytest.mark.parametrize(
    ("lic", "lis", "column"),
    [
        *(
            ("ABC1234   ", "NY", None),
            ("ABC1234   ", "ny", None),
            ("ABC1234   ", "0H", None),
            ("ABC1234   ", "  ", None),
        ),
        *(
            ("ABC1234   ", "N ", "LIS"),
            ("ABC1234   ", " N", "LIS"),
            ("ABC1234   ", "N1", "LIS"),
            ("ABC1234   ", "NYP", "LIS"),
        ),
        *(
            ("ABC-1234  ", "ZZ", None),
            ("ABC  1234 ", "NY", "LIC"),
            ("ABC\t1234  ", "NY", "LIC"),
            ("ABC 1234  ", "NY", None),
        ),
        *(
            (" ABC 12345", "NY", None),
            ("ABC 123456", "NY", "LIC"),
            ("ABC 1234  ", "ZZ", "LIC"),
            ("ABC 1234  ", "  ", None),
        ),
        ("          ", "NY", None),
    ],
)
def test_what_may_be_a_plate_and_its_state(lic: str, lis: str, column: str | None) -> None:
    if column is None:
        check_alignment(lic, lis, "ny")
        return
    with pytest.raises(FieldError) as refusal:
        check_alignment(lic, lis, "ny")
    assert refusal.value.column == column


@pytest.mark.parametrize(
    ("lic", "lis", "is_row"),
    [
        *(
            ("ABC1234   ", "NY", True),
            ("ABC1234   ", "ZZ", True),
            ("ABCDEFG   ", "NY", True),
            ("ABCDEFG   ", "ZZ", False),
        ),
        *(
            ("ABCDEFG   ", "  ", True),
            ("NEW YORK  ", "NY", False),
            ("A 1       ", "NY", True),
            ("          ", "NY", False),
        ),
        *(("ABC  1234 ", "NY", False), ("ABC1234   ", "N1", False)),
    ],
)
def test_a_row_is_told_from_a_title_by_its_plate_and_state(lic: str, lis: str, is_row: bool) -> None:
    assert fits(lic, lis, "ny") is is_row


@pytest.mark.parametrize(
    ("text", "is_row"),
    [
        *((MI, True), (MI.lower(), True), ("V12345678", False), ("V123456789", True), ("VX12345678", True)),
        *((" " * 10 + MI[10:], True), (" " * 10 + MI[10:39], True), (" " * 10 + MI[10:38], False)),
        *((" " * 10 + MI[10:19] + "2O260101" + MI[27:], False), (" " * 10 + MI[10:19] + " " * 8 + MI[27:], True)),
        (" " * 10 + MI[10:27] + " " * 10 + MI[37:], False),
    ],
)
def test_a_row_of_ncics_columns_is_told_by_its_id_or_its_other_columns(text: str, is_row: bool) -> None:
    assert is_extract_row(text, "mi") is is_row


def test_a_row_of_ncics_columns_is_refused_where_the_plate_comes_first() -> None:
    with pytest.raises(FieldError, match="another layout"):
        refuse_extract(MI)
    with pytest.raises(FieldError, match="another layout"):
        refuse_extract(MI[:27])
    for text in (MI[:26], MI[:19] + "2020040X" + MI[27:], CO, ""):
        refuse_extract(text)
