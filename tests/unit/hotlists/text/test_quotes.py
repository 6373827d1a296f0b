"""Stray quotes, quotes of other kinds, and blanks before them: no row is lost and none is invented."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotlists.fields.errors import FieldError
from hotlists.text.lines import Line
from hotlists.text.quotes import Quotes, RowJoiner, quotes_of, split, split_columns
from schemas.plates import MAX_PLATE_LENGTH
from schemas.types import HotlistEntry, RejectedRow
from tests.unit.hotlists.importing.surveying import look
from tests.unit.hotlists.list_samples import entries, rejects, rows

HEADER = "plate,state,category,notes"
PLAIN = [f"BBB1{number:03d},VA,stolen vehicle,ok" for number in range(40)]


def plates(text: str) -> list[str]:
    return [row.plate for row in rows("csv", text) if isinstance(row, HotlistEntry)]


@pytest.mark.parametrize(
    "stray",
    ['"tall', '"wanted 6 ft', '""tall', '6" scar', '"', '"""', '"tall "big" man', 'a "nick" b', '"6" tall', '"6""'],
)
@pytest.mark.parametrize("closing", ["", 'has 6" scar', '6"', '"x"', '"say ""hi"", ok"', '""', "5' 6\""])
@pytest.mark.parametrize("between", [0, 1, 5, 30])
def test_a_stray_quote_costs_no_other_row(stray: str, closing: str, between: int) -> None:
    last = f"CCC1001,VA,stolen vehicle,{closing}"
    lines = [HEADER, f"AAA1001,VA,stolen vehicle,{stray}", *PLAIN[:between], last, "DDD1001,VA,stolen plate,x"]
    found = rows("csv", "\n".join(lines) + "\n")
    assert len(found) == len(lines) - 1
    wanted = {f"BBB1{number:03d}" for number in range(between)} | {"CCC1001", "DDD1001"}
    assert wanted <= {row.plate for row in found if isinstance(row, HotlistEntry)}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_stray_quote_is_a_character_where_its_row_has_all_fields(delimiter: str) -> None:
    lines = [HEADER, 'AAA1001,VA,stolen vehicle,"tall', *PLAIN, 'CCC1001,VA,stolen vehicle,6" scar']
    found = entries("csv", "\n".join(lines).replace(",", delimiter) + "\n")
    assert len(found) == len(lines) - 1
    assert dict(found[0].extra)["notes"] == '"tall'


def test_a_stray_quote_in_another_column_than_the_last() -> None:
    text = "plate,notes,state,category\n"
    text += 'AAA1001,"tall,VA,stolen vehicle\nBBB1001,5\' 6",MD,stolen vehicle\nCCC1001,x,DC,stolen plate\n'
    assert [(entry.plate, entry.jurisdiction) for entry in entries("csv", text)] == [
        ("AAA1001", "US-VA"),
        ("BBB1001", "US-MD"),
        ("CCC1001", "US-DC"),
    ]


def test_a_row_that_quotes_may_shorten_is_not_guessed() -> None:
    (bad,) = rejects("csv", 'plate,notes,state,more\nAAA1001,"tall,VA,6"\n')
    assert bad.column == "quotes"


def test_notes_over_lines_stay_one_row() -> None:
    text = f'{HEADER}\nAAA1001,VA,stolen vehicle,"first\n\nsecond, with 2 words\nthird"\n{PLAIN[0]}\n'
    first, second = entries("csv", text)
    assert dict(first.extra)["notes"] == "first\nsecond, with 2 words\nthird"
    assert second.source_line == 6


@pytest.mark.parametrize("quote", [('"', '"'), ("'", "'"), ("\u201c", "\u201d"), ("\u2018", "\u2019"), ('="', '"')])
@pytest.mark.parametrize("blank", ["", " ", "\t", "\u00a0"])
def test_quotes_of_other_kinds_and_blanks_before_them(quote: tuple[str, str], blank: str) -> None:
    values = [["plate", "state", "category", "expires"], ["ABC1234", "VA", "stolen vehicle", "12/31/2026"]]
    begin, end = quote
    text = "\n".join(f",{blank}".join(f"{begin}{value}{end}" for value in row) for row in values)
    (entry,) = entries("csv", text + "\n")
    assert (entry.plate.strip(), entry.jurisdiction, entry.source_code) == ("ABC1234", "US-VA", "stolen vehicle")
    assert entry.valid_until is not None


@pytest.mark.parametrize("more", ["", ",", ",,"])
def test_rows_that_all_end_with_a_delimiter_are_read(more: str) -> None:
    text = "plate,state\n" + "".join(f"ABC12{number:02d},VA{more}\n" for number in range(30))
    assert len(entries("csv", text)) == 30


@pytest.mark.parametrize("row", ["ABC1234,DOE, JANE,VA,stolen vehicle,", "ABC1234,DOE, JANE,VA,stolen vehicle"])
@pytest.mark.parametrize("others", [0, 1, 30])
def test_a_comma_in_a_name_does_not_shift_the_row(row: str, others: int) -> None:
    text = f"plate,name,state,category,notes\n{row}\n" + "DEF5678,ROE,VA,stolen vehicle,\n" * others
    (bad,) = rejects("csv", text)
    assert (bad.line, bad.column) == (2, "row")


@settings(deadline=None)
@given(
    st.lists(st.text("AB1 ,\"'\n", max_size=8), min_size=3, max_size=3),
    st.lists(st.text("AB1 ,\"'\n", max_size=30), max_size=5),
)
def test_every_row_is_an_entry_a_repeated_one_or_a_reject(first: list[str], lines: list[str]) -> None:
    body = "\n".join([",".join(first), *lines])
    found, active = look(f"plate,state,notes\n{PLAIN[0]}\n{body}\nZZ1001,VA,x\n")
    assert found.rows == found.entries + found.duplicates + len(found.rejects)
    assert found.entries == len(active)


@settings(deadline=None)
@given(st.lists(st.text("A1 \",;'\t", max_size=6), min_size=1, max_size=5), st.sampled_from([",", ";", "\t", "|"]))
def test_what_is_written_by_the_rules_is_split_by_them(fields: list[str], delimiter: str) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="").writerow(fields)
    assert split(text.getvalue(), delimiter) == fields
    assert quotes_of(text.getvalue(), delimiter) is Quotes.CLOSED


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('a,"b', Quotes.OPEN),
        ('a, "b""', Quotes.OPEN),
        ('a,"b"c,d', Quotes.BROKEN),
        ('a,b"c,d', Quotes.CLOSED),
        ('"a" ,"b"', Quotes.CLOSED),
    ],
)
def test_how_quotes_stand_at_the_end(text: str, found: Quotes) -> None:
    assert quotes_of(text, ",") is found


def test_a_quote_that_never_ends_is_refused_where_fields_are_missing() -> None:
    with pytest.raises(FieldError):
        split_columns('a,"b', ",", 3)
    assert split_columns('"a",b,"c', ",", 3) == ["a", "b", '"c']


def test_a_reject_names_its_line() -> None:
    found = rows("csv", f'{HEADER}\n{PLAIN[0]}\nAAA1001,VA,"tall\n{PLAIN[1]}\n')
    assert [row.line for row in found if isinstance(row, RejectedRow)] == [3]
    assert len(found) == 3


@pytest.mark.parametrize(
    ("cell", "is_row"),
    [
        *(("A1", True), ("A", False), ("1", False), ("", False), ("A?", False), ("A?1", True), ("??", False)),
        *((f"{'A' * (MAX_PLATE_LENGTH - 1)}1", True), (f"{'A' * MAX_PLATE_LENGTH}1", False), ("AB*1", False)),
        *(("ABC", True), ("abc", False), ("AB C", False), ("ab1", True), ("AB 1", True), (" 'A1' ", True)),
    ],
)
def test_a_line_with_a_plate_in_its_place_is_no_end_of_a_note(cell: str, is_row: bool) -> None:
    found = rows("csv", f'plate,note\nABC123,"open\n{cell},end"\n')
    if is_row:
        bad, row = found
        assert isinstance(bad, HotlistEntry), "its quote is a character: it has all of its fields"
        assert dict(bad.extra) == {"note": '"open'}
        assert isinstance(row, HotlistEntry)
        assert (row.source_line, dict(row.extra)) == (3, {"note": 'end"'})
        return
    (row,) = found
    assert isinstance(row, HotlistEntry)
    assert dict(row.extra) == {"note": f"open\n{cell},end"}


@pytest.mark.parametrize("last", ['"open', '"'])
def test_where_one_quote_is_a_character_those_around_other_fields_are_not(last: str) -> None:
    (row,) = rows("csv", f'plate,note,more\n"ABC123", "say ""hi""" ,{last}\n')
    assert isinstance(row, HotlistEntry)
    assert (row.plate, dict(row.extra)) == ("ABC123", {"note": 'say "hi"', "more": last})


@pytest.mark.parametrize(
    ("columns", "plate_at", "lines", "is_joined"),
    [
        # Of lines with two columns a note may have some; with three and more it has none that is whole.
        (2, 0, ['A1,"open', "B1,x", 'no,y"'], True),
        (2, 0, ['A1,"open', "B1,x", 'B2,y"'], False),
        (3, 0, ['A1,z,"open', "B1,x,z", 'no,y"'], False),
        (3, 0, ['A1,z,"open', "B1,x", 'no,y"'], True),
        # Where the plate's column is not known, all columns are enough, and two of them are not.
        (2, None, ['A1,"open', 'B1,y"'], True),
        (3, None, ['A1,z,"open', 'b,c,y"'], False),
        (3, None, ['A1,z,"open', 'b,y"'], True),
        (3, None, ['A1,z,"open', "b", "", 'end"'], True),
    ],
)
def test_lines_are_joined_where_none_of_them_is_a_row_of_its_own(
    columns: int, plate_at: int | None, lines: list[str], is_joined: bool
) -> None:
    given = [Line(number, text) for number, text in enumerate(lines, start=1)]
    found = list(RowJoiner(",", columns, plate_at).rows(iter([*given, Line(9, "last,1,2")])))
    joined = [Line(1, "\n".join(lines))] if is_joined else given
    assert found == [*joined, Line(9, "last,1,2")]
