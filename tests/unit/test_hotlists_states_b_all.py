"""What holds for every one of the state lists: odd files, repeated rows, any bytes, dates."""

from __future__ import annotations

import string
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotlists.fields.dates import us_date
from schemas.errors import InvalidInput
from schemas.types import HotlistEntry, RejectedRow
from tests.unit.hotlists_state_samples import (
    PLATES,
    ROWS,
    rows,
)


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


@pytest.mark.parametrize("layout", sorted(ROWS))
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
def test_tolerates_what_files_really_are(layout: str, wrap: Callable[[str], bytes]) -> None:
    (row,) = rows(layout, wrap(ROWS[layout]))
    assert isinstance(row, HotlistEntry), row
    assert row.plate == PLATES[layout]


def test_a_row_twice_is_one_entry_twice() -> None:
    for layout, row in ROWS.items():
        first, second = rows(layout, f"{row}\n{row}\n")
        assert isinstance(first, HotlistEntry)
        assert isinstance(second, HotlistEntry)
        assert (first.entry_id, first.source_line, second.source_line) == (second.entry_id, 1, 2)


@pytest.mark.parametrize("layout", sorted(ROWS))
@settings(max_examples=200)
@given(data=st.binary(max_size=400), row=st.booleans())
def test_any_bytes_give_rows_rejects_or_one_refusal(layout: str, data: bytes, row: bool) -> None:
    raw = ROWS[layout].encode() + b"\n" + data if row else data
    try:
        found = rows(layout, raw)
    except InvalidInput:
        return
    assert all(isinstance(item, (HotlistEntry, RejectedRow)) for item in found)


@pytest.mark.parametrize("layout", sorted(ROWS))
@settings(max_examples=200)
@given(text=st.text(string.ascii_uppercase + string.digits + ' /*,;"\u00e9\n', max_size=160), cut=st.integers(0, 120))
def test_any_text_after_half_a_row_gives_rows_or_rejects(layout: str, text: str, cut: int) -> None:
    row = ROWS[layout]
    found = rows(layout, f"{row}\n{row[:cut]}{text}\n")
    assert isinstance(found[0], HotlistEntry)
