"""Lines of files as they really are: marks, line ends, encodings, and what is no text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import InvalidInput
from schemas.types import HotlistEntry
from tests.unit.hotlists.list_samples import (
    NCIC,
    NCIC_HEADER,
    OTHER_PLATES,
    OTHER_ROWS,
    rows,
)


@pytest.mark.parametrize("layout", sorted(OTHER_ROWS))
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
    (row,) = rows(layout, wrap(OTHER_ROWS[layout]))
    assert isinstance(row, HotlistEntry), row
    assert row.plate == OTHER_PLATES[layout]


def test_a_row_twice_is_one_entry_twice() -> None:
    for layout, row in OTHER_ROWS.items():
        first, second = rows(layout, f"{row}\n{row}\n")
        assert isinstance(first, HotlistEntry)
        assert isinstance(second, HotlistEntry)
        assert (first.entry_id, first.source_line, second.source_line) == (second.entry_id, 1, 2)


def test_utf16_text_with_its_mark_is_read() -> None:
    (row,) = rows("ncic", f"{NCIC_HEADER}\r\n{NCIC}\r\n".encode("utf-16"))
    assert isinstance(row, HotlistEntry)
    assert (row.plate, row.source_line, row.raw) == ("AB123456", 2, NCIC)


def test_latin1_text_in_a_field_does_not_shift_the_columns() -> None:
    (row,) = rows(
        "ncic", f"{NCIC_HEADER}\n{NCIC[:49]}CITRO\n".encode() + NCIC.replace("YAMA", "CITÉ").encode("latin-1")
    )[1:]
    assert isinstance(row, HotlistEntry)
    assert row.vehicle is not None
    assert (row.vehicle.make, row.vehicle.color) == ("CITÉ", "BLK")


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
        rows("ncic", data)


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_arbitrary_bytes_give_rows_or_one_clear_refusal(data: bytes) -> None:
    try:
        found = rows("ncic", data)
    except InvalidInput:
        return
    lines = [line for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.strip(b" \t\r\x1a")]
    assert len(lines) - 1 <= len(found) <= len(lines), "every line but a header is an entry or a reject"
