"""Headers, titles and footers: what they say, and that none of them is a row."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hotlists.fields.errors import FieldError
from hotlists.text.edges import read_rows
from hotlists.text.lines import Line
from hotlists.text.parsing import ParsedList
from schemas.types import HotlistEntry
from tests.unit.hotlists.list_samples import (
    COLUMN_ROWS,
    NY,
    read,
    rows,
)


@pytest.mark.parametrize("layout", COLUMN_ROWS)
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
    (row,) = rows(layout, shape.format(COLUMN_ROWS[layout]))
    assert isinstance(row, HotlistEntry), what
    assert row.raw == COLUMN_ROWS[layout]


@pytest.mark.parametrize("layout", COLUMN_ROWS)
def test_header_and_footer_say_what_the_file_holds(layout: str) -> None:
    parsed = read(layout, f"LPR FILE 20260102 0630\n{COLUMN_ROWS[layout]}\nTOTAL RECORDS: 0,000,007\n")
    assert parsed.as_of == datetime(2026, 1, 2, 6, 30, tzinfo=UTC)
    assert parsed.header == "LPR FILE 20260102 0630"
    assert len(list(parsed.rows)) == 1
    assert parsed.declared_rows() == 7
    assert read(layout, COLUMN_ROWS[layout]).declared_rows() is None


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
    parsed = read(layout, f"{header}\n{COLUMN_ROWS[layout]}\n")
    assert parsed.header == header
    assert len(list(parsed.rows)) == 1


def test_a_file_of_a_header_alone_has_no_rows() -> None:
    assert rows("ny", "LPR FILE\n") == []


def test_a_footer_that_counts_one_more_than_all_lines_is_a_file_cut_off() -> None:
    for declared, said in ((3, 1), (4, 4), (0, 0)):
        parsed = read("ny", f"LPR FILE\n{NY}\nTOTAL {declared}\n")
        assert len(list(parsed.rows)) == 1
        assert parsed.declared_rows() == said


def test_a_long_line_is_no_footer_and_the_last_number_counts() -> None:
    parsed = read("ny", f"LPR FILE\n{NY}\nTOTAL RECORDS 5\nTOTAL RECORDS 7\nEND OF FILE\n")
    assert len(list(parsed.rows)) == 1
    assert parsed.declared_rows() == 7


def test_a_second_title_is_a_row_that_is_rejected_and_not_dropped_in_silence() -> None:
    found = rows("ny", f"LPR FILE\nNEW YORK STATE POLICE\n{NY}\n")
    assert [isinstance(row, HotlistEntry) for row in found] == [False, True]


@pytest.mark.parametrize(
    ("line", "declared"),
    [
        *(("TOTAL RECORD 0000072", 72), ("END OF FILE", None), ("Total,72", 72), ("(72 rows affected)", 72)),
        *(("72 records found", 72), ("-- 1,234 entries --", 1234), ("Grand Total: 72", 72), ("EOF", None)),
        *(("END OF REPORT", None), ("Trailer 72", 72), ("FOOTER", None), ("Count: 72", 72), ("Number of rows: 72", 72)),
        *(("TOTALS 72", 72), ("END OF LIST", None), ("End of Extract", None), ("END OF DATA", None), ("LINES 72", 72)),
        *(("Total entries 72", 72), ("72 rows selected", 72), ("72 rows written.", 72), ("72 records affected", 72)),
        *(("1 record", 1), ("1 row selected", 1), ("TOTAL 123456789012", 123456789012)),
        *(("*" * 40 + " TOTAL 72" + " " * 9 + "--", 72),),
    ],
)
def test_lines_that_count_the_rows_are_none_of_them(line: str, declared: int | None) -> None:
    parsed = read("ny", f"{NY}\n{line}\n")
    assert len(list(parsed.rows)) == 1
    assert parsed.declared_rows() == declared


@pytest.mark.parametrize(
    "line", ["72", "TOTAL 72 KG", "72 VEHICLES", "TOTALLY 72", "TOTAL " + "*" * 52 + " 72", "TOTAL 1234567890123"]
)
def test_lines_that_only_look_like_that_are_rows(line: str) -> None:
    parsed = read("ny", f"{NY}\n{line}\n")
    assert len(list(parsed.rows)) == 2
    assert parsed.declared_rows() is None


def test_so_many_of_the_first_lines_may_be_titles() -> None:
    def opened(text: str, most: int) -> ParsedList:
        lines = (Line(number, line) for number, line in enumerate(text.splitlines(), start=1))
        return read_rows(lines, entry_of, is_row=str.isdigit, most_headers=most, check_header=seen.append)

    def entry_of(line: Line) -> HotlistEntry:
        raise FieldError("row", line.text)

    seen: list[Line] = []
    parsed = opened("TITLE\nMADE 2026-01-02\nMADE 2026-01-03\n1\n2\nTOTAL 2\n", 3)
    assert [line.number for line in parsed.records] == [4, 5]
    assert (parsed.header, parsed.as_of) == (
        "TITLE / MADE 2026-01-02 / MADE 2026-01-03",
        datetime(2026, 1, 2, tzinfo=UTC),
    )
    assert [line.text for line in seen] == ["TITLE", "MADE 2026-01-02", "MADE 2026-01-03"]
    # The header and the footer may be counted, but no more.
    for declared, said in ((2, 2), (3, 2), (6, 2), (7, 7), (1, 1)):
        parsed = opened(f"TITLE\nMADE\nMADE\n1\n2\nTOTAL {declared}\n", 3)
        assert len(list(parsed.records)) == 2
        assert parsed.declared_rows() == said
    fewer = opened("TITLE\nMADE\n1\n", 1)
    assert [line.number for line in fewer.records] == [2, 3]
    assert (fewer.header, fewer.as_of) == ("TITLE", None)
    bare = opened("1\n2\n", 3)
    assert ([line.number for line in bare.records], bare.header) == ([1, 2], None)
    for text in ("", "TITLE\n"):
        assert list(opened(text, 3).records) == []
