"""Quotes of delimited text: where a quoted field ends, and where a quote is a stray one (`6" scar`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from functools import cache

from hotlists.fields.errors import FieldError
from hotlists.text.lines import MAX_LINE_BYTES, Line
from schemas.plates import MAX_PLATE_LENGTH, WILDCARD, normalize_plate, strange_characters

_MAX_LINES_PER_ROW = 50
_CERTAIN_COLUMNS = 3
"""A line of a note has two fields often enough; as many as such a table's rows, with a plate among them, it has not."""

_WRAPPED = re.compile(
    r"=\s*\"(.*)\"|'([^']*)'|[\u201c\u201d\u201e\u00ab](.*)[\u201c\u201d\u00bb]|\u2018(.*)\u2019", re.DOTALL
)
"""`="00123"`, as spreadsheets keep zeros, and quotes of other kinds around a whole field."""


class Quotes(Enum):
    """How a text's quotes stand at its end."""

    CLOSED = "closed"
    OPEN = "open"
    BROKEN = "broken"
    """A quoted field goes on after its closing quote."""


def split(text: str, delimiter: str) -> list[str]:
    """Return a row's fields; quoted fields may hold delimiters, doubled quotes and line ends.

    Blanks before a quote are no part of the field. A quote within an unquoted field is one of its characters.

    Raises:
        FieldError: A quoted field does not end.
    """
    if '"' not in text:
        return text.split(delimiter)
    match = _field(delimiter).match
    fields: list[str] = []
    position = 0
    while True:
        found = match(text, position)
        if found is None:
            raise FieldError("quotes", 'a quoted field begins and does not end; write a quote within a field as ""')
        quoted, after, plain = found.groups()
        fields.append(plain if quoted is None else quoted.replace('""', '"') + after)
        if found.end() >= len(text):
            return fields
        position = found.end() + 1


def split_columns(text: str, delimiter: str, columns: int) -> list[str]:
    """Return a row's fields; see `split`.

    Args:
        text: The row.
        delimiter: Between fields.
        columns: How many fields rows have.

    A quote that never ends is a character where the row has all its fields without it: it costs no row.

    Raises:
        FieldError: A quoted field does not end, or quotes join fields of a row that has all of them without that.
    """
    if '"' not in text:
        return text.split(delimiter)
    is_whole = "\n" not in text and text.count(delimiter) + 1 == columns
    try:
        fields = split(text, delimiter)
    except FieldError:
        if not is_whole:
            raise
        return [_literal(field) for field in text.split(delimiter)]
    if is_whole and len(fields) < columns:
        raise FieldError(
            "quotes",
            f"the row has {columns} fields if its quotes are characters, and {len(fields)} if they stand around fields",
        )
    return fields


def _literal(field: str) -> str:
    text = field.strip()
    return text[1:-1].replace('""', '"') if len(text) > 1 and text[0] == text[-1] == '"' else field


def unwrapped(text: str) -> str:
    """Return a field without quotes of another kind than `\"` around it."""
    found = _WRAPPED.fullmatch(text.strip())
    return text if found is None else next(part for part in found.groups() if part is not None)


class RowJoiner:
    """Makes rows of a table's lines, which go on over line ends within quotes.

    Args:
        delimiter: Between fields.
        columns: How many fields rows have.
        plate_at: The place of the plate's column; None: not known.
    """

    def __init__(self, delimiter: str, columns: int, plate_at: int | None) -> None:
        self._delimiter = delimiter
        self._columns = columns
        self._plate_at = plate_at

    def rows(self, lines: Iterator[Line]) -> Iterator[Line]:
        """Yield the rows; empty ones are left out.

        A stray quote spoils its own row alone, and not those after it: lines are joined only where the quotes of all of
        them fit, and none of them is a row of its own.
        """
        pending: list[Line] = []
        blank = f'{self._delimiter} "'
        while True:
            line = pending.pop(0) if pending else next(lines, None)
            if line is None:
                return
            # Spreadsheets export empty rows as bare delimiters.
            if not line.text.strip(blank):
                continue
            if '"' in line.text and quotes_of(line.text, self._delimiter) is Quotes.OPEN:
                joined = self._close(line, lines, pending)
                if joined is not None:
                    line = Line(line.number, joined)
            yield line

    def _close(self, line: Line, lines: Iterator[Line], pending: list[Line]) -> str | None:
        """Add following lines until the quoted field ends; where it never does, give them back and return None."""
        taken: list[Line] = []
        text = line.text
        while len(taken) < _MAX_LINES_PER_ROW and len(text) <= MAX_LINE_BYTES:
            following = pending.pop(0) if pending else next(lines, None)
            if following is None:
                break
            taken.append(following)
            text = f"{text}\n{following.text}"
            if '"' not in following.text:
                continue
            found = quotes_of(text, self._delimiter)
            if found is Quotes.CLOSED and not self._are_rows(taken):
                return text
            if found is not Quotes.OPEN:
                break
        pending[:0] = taken
        return None

    def _are_rows(self, lines: list[Line]) -> bool:
        rows = [self._is_row(line.text) for line in lines]
        return all(rows) or (self._columns >= _CERTAIN_COLUMNS and any(rows))

    def _is_row(self, text: str) -> bool:
        """Tell whether a line is a row without what stands before it: it has all columns, and a plate in its place."""
        fields = text.split(self._delimiter)
        if len(fields) < self._columns:
            return False
        if self._plate_at is None:
            return self._columns >= _CERTAIN_COLUMNS
        cell = unwrapped(fields[self._plate_at].strip(' "'))
        plate = normalize_plate(cell)
        if strange_characters(cell) or not 2 <= len(plate.replace(WILDCARD, "")) <= MAX_PLATE_LENGTH:
            return False
        return any(map(str.isdigit, plate)) or (cell.isupper() and " " not in cell)


def quotes_of(text: str, delimiter: str) -> Quotes:
    """Return how a text's quotes stand at its end."""
    closed, open_end = _closed_field(delimiter), _open_field(delimiter)
    position = 0
    while position <= len(text):
        found = closed.match(text, position)
        if found is None:
            return Quotes.OPEN if open_end.match(text, position) else Quotes.BROKEN
        position = found.end() + 1
    return Quotes.CLOSED


@cache
def _parts(delimiter: str) -> tuple[str, str]:
    """Return the patterns of a blank before or after quotes, and of a field's character, in a delimited text."""
    escaped = re.escape(delimiter)
    return rf"(?:(?!{escaped})[^\S\n])", rf"[^{escaped}]"


@cache
def _field(delimiter: str) -> re.Pattern[str]:
    blank, other = _parts(delimiter)
    return re.compile(rf'{blank}*+"((?:[^"]|"")*+)"({other}*)|(?!{blank}*+")({other}*)')


@cache
def _closed_field(delimiter: str) -> re.Pattern[str]:
    blank, other = _parts(delimiter)
    end = rf"(?={re.escape(delimiter)}|\Z)"
    return re.compile(rf'{blank}*+"(?:[^"]|"")*+"{blank}*+{end}|(?!{blank}*+"){other}*')


@cache
def _open_field(delimiter: str) -> re.Pattern[str]:
    blank, _ = _parts(delimiter)
    return re.compile(rf'{blank}*+"(?:[^"]|"")*+\Z')
