"""Delimited rows: quotes, line ends within fields, too many and too few of them."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotlists.fields.errors import FieldError
from hotlists.text.delimited import Table, spare_fields
from hotlists.text.lines import Line
from schemas.errors import InvalidInput
from schemas.types import HotlistEntry, RejectedRow
from tests.unit.hotlists.list_samples import (
    PLATES,
    entries,
    lines_in,
    rows,
)


def test_quoted_fields_hold_delimiters_quotes_and_line_ends() -> None:
    text = 'plate,note,state\r\nABC123,"red, with ""bars""\r\nand a dent",VA\r\nDEF456,plain,MD\r\n'
    first, second = entries("csv", text)
    assert dict(first.extra) == {"note": 'red, with "bars"\nand a dent'}
    assert (first.source_line, second.source_line) == (2, 4)
    assert second.jurisdiction == "US-MD"


def test_one_stray_quote_costs_its_own_row_only() -> None:
    text = 'plate,note\nABC123,"never, closed\n' + "".join(f"DEF{i:03d},ok\n" for i in range(100))
    bad, *good = rows("csv", text)
    assert isinstance(bad, RejectedRow)
    assert (bad.line, bad.column) == (2, "quotes")
    assert len(good) == 100
    assert all(isinstance(row, HotlistEntry) for row in good)


def test_a_row_with_too_many_fields_is_not_shifted_into_the_wrong_columns() -> None:
    good, bad = rows("csv", "plate,note,state\nABC123,fine,VA,,\nDEF456,red, dented,VA\n")
    assert isinstance(good, HotlistEntry), "empty fields at the end are harmless"
    assert isinstance(bad, RejectedRow)
    assert "4 fields, the header 3" in bad.reason


def test_short_rows_empty_rows_and_the_line_that_excel_adds() -> None:
    text = "sep=;\nplate;state;note\nABC123\n;;\nDEF456;VA\n"
    assert [(entry.plate, entry.source_line) for entry in entries("csv", text)] == [("ABC123", 3), ("DEF456", 5)]


plates = PLATES

notes = st.text(st.characters(codec="utf-8", exclude_characters="\0\x1a", exclude_categories=["Cs"]), max_size=12)


@settings(deadline=None)
@given(st.lists(st.tuples(plates, notes), min_size=1, max_size=8), st.sampled_from([",", ";", "\t", "|"]))
def test_rendered_rows_read_back_whatever_their_notes_hold(table: list[tuple[str, str]], delimiter: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(["plate", "note"])
    writer.writerows(table)
    assert [entry.plate for entry in entries("csv", text.getvalue())] == [plate for plate, _ in table]


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_arbitrary_bytes_after_a_header_never_crash(data: bytes) -> None:
    try:
        found = rows("csv", b"plate,state\n" + data)
    except InvalidInput:
        return
    assert len(found) <= lines_in(data)


@settings(deadline=None)
@given(st.text("ABC123,;|\"'\n \t?", max_size=200))
def test_every_line_is_an_entry_a_reject_or_part_of_a_quoted_field(body: str) -> None:
    found = rows("csv", "plate,state\nAB12,VA\n" + body)
    lines = [row.line if isinstance(row, RejectedRow) else row.source_line or 0 for row in found]
    assert lines == sorted(set(lines))


def fields(text: str, spare: int = 0) -> list[str] | str:
    """A row's fields in a table of three columns, or why it has none."""
    table = Table(Line(1, "a,b,c"), ("a", "b", "c"), ",", iter(()), spare)
    try:
        return table.fields(Line(2, text))
    except FieldError as error:
        return f"{error.column}: {error.reason}"


@pytest.mark.parametrize(
    ("text", "spare", "expected"),
    [
        *(("1,2,3", 0, ["1", "2", "3"]), ("1,2", 0, ["1", "2", ""]), ("1", 0, ["1", "", ""]), ("", 0, ["", "", ""])),
        *(("1,2,3", 2, ["1", "2", "3"]), ("1,2,3, ", 1, ["1", "2", "3"]), ("1,2,3,,", 2, ["1", "2", "3"])),
        *(
            (" 1 ,2,3", 0, [" 1 ", "2", "3"]),
            ("1,'2',=\"03\"", 0, ["1", "2", "03"]),
            ("\u201c1\u201d,2,3", 0, ["1", "2", "3"]),
        ),
        *(
            (f"1,2,3{more}", spare, f"row: the row has {count} fields, the header 3; quote fields that hold ','")
            for more, spare, count in ((",", 0, 4), (",4", 1, 5 - 1), (",,", 1, 5), (",,5", 2, 5), (",,,", 2, 6))
        ),
    ],
)
def test_a_row_has_as_many_fields_as_there_are_columns_or_is_refused(
    text: str, spare: int, expected: list[str] | str
) -> None:
    assert fields(text, spare) == expected


@pytest.mark.parametrize(
    ("rows", "spare"),
    [
        *((["1,2,3", "1,2,3", "1,2,3,"], 0), (["1,2,3,", "1,2,3,", "1,2,3"], 1), (["1,2,3,,", "1,2,3,,"], 2)),
        # Of as many each, fewer; short rows end in none; what is not empty says nothing, nor what has no end.
        *((["1,2,3", "1,2,3,"], 0), (["1,2,3,,", "1,2,3,"], 1), (["1", "1,2", "1,2,3,"], 0), ([], 0)),
        *((["1,2,3,4", "1,2,3,5", "1,2,3,"], 1), (['"1,2', '"1,2', "1,2,3,,"], 2), (["1,2,3, ", "1,2,3"], 0)),
    ],
)
def test_most_rows_say_how_many_empty_fields_come_after_the_last_column(rows: list[str], spare: int) -> None:
    assert spare_fields([Line(number, row) for number, row in enumerate(rows)], ",", 3) == spare
