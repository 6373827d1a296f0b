"""Lines of files as they really are: marks, line ends, encodings, and what is no text."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hotlists.text.lines import read_lines
from schemas.errors import InvalidInput
from schemas.types import HotlistEntry
from tests.unit.hotlists.list_samples import (
    CO,
    NCIC,
    NCIC_HEADER,
    OTHER_PLATES,
    OTHER_ROWS,
    entries,
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


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("layout", sorted(OTHER_ROWS))
def test_utf16_text_without_its_mark_is_read(layout: str, encoding: str) -> None:
    text = f"{OTHER_ROWS[layout]}\r\n"
    (row,) = rows(layout, text.encode(encoding))
    assert row == rows(layout, text)[0]


def test_utf16_json_without_its_mark_is_read() -> None:
    (row,) = entries("csv", '{"plate": "ABC1234"}\n'.encode("utf-16-le"))
    assert row.plate == "ABC1234"


@pytest.mark.parametrize("encoding", ["utf-32", "utf-32-be"])
def test_utf32_text_is_named(encoding: str) -> None:
    raw = "plate\nABC1234\n".encode(encoding)
    with pytest.raises(InvalidInput, match="UTF-32"):
        rows("csv", raw if encoding == "utf-32" else b"\0\0\xfe\xff" + raw)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_windows_text_that_was_taken_for_latin1_is_still_that(end: str) -> None:
    raw = f"plate,instructions{end}ABC1234,Driver\u2019s son \u2013 Mu\u00f1oz{end}".encode("cp1252")
    (row,) = entries("csv", raw.decode("latin-1").encode())
    assert (row.instructions, row.raw) == (
        "Driver\u2019s son \u2013 Mu\u00f1oz",
        "ABC1234,Driver\u2019s son \u2013 Mu\u00f1oz",
    )


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
@example(b"\x01\r\x01\r\x01")
def test_arbitrary_bytes_give_rows_or_one_clear_refusal(data: bytes) -> None:
    try:
        found = rows("ncic", data)
    except InvalidInput:
        return
    # A carriage return ends a line, too, alone or before a line feed.
    parts = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r", b"\n").split(b"\n")
    lines = [line for line in parts if line.strip(b" \t\x1a")]
    assert len(lines) - 1 <= len(found) <= len(lines), "every line but a header is an entry or a reject"


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\r\r\n"])
@pytest.mark.parametrize("marks", [True, False])
def test_lines_end_as_every_system_ends_them(end: bytes, marks: bool) -> None:
    raw = end.join([b"plate,note", b"ABC1234,\x92x\x96", b"DEF5678,y"]) + (end if marks else b"")
    found = entries("csv", raw)
    assert [(entry.plate, entry.source_line) for entry in found] == [("ABC1234", 2), ("DEF5678", 3)]
    assert dict(found[0].extra)["note"] == "\u2019x\u2013"


class Dripping(io.BytesIO):
    """A file that gives one byte at a time, so that every line end is cut somewhere."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size or 1, 1) if size != -1 else -1)


@given(st.lists(st.sampled_from(["AB12", "\r", "\n", "\r\n", "\r\r\n", "\u2019"]), max_size=30))
def test_line_ends_are_the_same_wherever_the_file_is_cut(parts: list[str]) -> None:
    raw = ("x" + "".join(parts)).encode()
    assert list(read_lines(Dripping(raw), "f")) == list(read_lines(io.BytesIO(raw), "f"))


@pytest.mark.parametrize("layout", ["ncic", "co", "csv"])
def test_mixed_line_ends_lose_no_row(layout: str) -> None:
    row = {"ncic": NCIC, "co": CO, "csv": "plate\nABC1234"}[layout]
    assert (
        len(entries(layout, f"{row}\n" + "".join(f"{row.split(chr(10))[-1]}{end}" for end in ("\r\n", "\r", "\n"))))
        == 4
    )


@pytest.mark.parametrize("before", [0, 7, 300_000, 700_000])
def test_a_line_too_long_is_named_by_its_number_however_far_down_it_stands(before: int) -> None:
    text = "plate,state\n" + "ABC123,VA\n" * before + "x" * 2_000_000 + "\n"
    with pytest.raises(InvalidInput, match="not a hotlist with one row per line") as refusal:
        list(read_lines(io.BytesIO(text.encode()), "list.csv"))
    assert refusal.value.line == before + 2
