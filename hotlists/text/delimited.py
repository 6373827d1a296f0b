"""Delimited text: tables with named columns, rows that go on over line ends, and their fields."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from hotlists.fields.errors import FieldError
from hotlists.text.lines import MAX_LINE_BYTES, Line

DELIMITERS = (",", ";", "\t", "|")
_MAX_LINES_PER_ROW = 50
_FIELD = {
    delimiter: re.compile(
        rf'"(?:[^"]|"")*+"[^{re.escape(delimiter)}]*|[^"{re.escape(delimiter)}][^{re.escape(delimiter)}]*|'
    )
    for delimiter in DELIMITERS
}


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is being read: its header's line, its columns' names as given, and its rows' texts one by one."""

    header: Line
    names: tuple[str, ...]
    delimiter: str
    records: Iterator[Line]

    def fields(self, line: Line) -> list[str]:
        """Return a row's fields, as many as there are columns, as they are written.

        Raises:
            FieldError: The row has more fields than columns, or a quoted field does not end.
        """
        columns = len(self.names)
        fields = split(line.text, self.delimiter)
        if any(field.strip() for field in fields[columns:]):
            reason = (
                f"the row has {len(fields)} fields, the header {columns}; quote fields that hold '{self.delimiter}'"
            )
            raise FieldError("row", reason)
        return [*fields[:columns], *("",) * (columns - len(fields))]


def column_key(name: str) -> str:
    """Return a column's name without case, blanks, dashes and underscores, so that `Case Number` is `case_number`."""
    return re.sub(r"[\s_\-]+", "", name).casefold()


def split(text: str, delimiter: str) -> list[str]:
    """Return a row's fields; quoted fields may hold delimiters, doubled quotes and line ends.

    Raises:
        FieldError: A quoted field does not end, or a line end stands outside quotes.
    """
    if '"' not in text and "\r" not in text:
        return text.split(delimiter)
    if _open_quote(text, delimiter):
        raise FieldError("quotes", "a quoted field begins and does not end")
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error as error:
        raise FieldError("row", f"the row cannot be split into fields ({error})") from error


def joined_rows(lines: Iterator[Line], delimiter: str) -> Iterator[Line]:
    """Yield a table's rows: lines, joined where a quoted field goes on over line ends; empty rows are left out.

    A quoted field that never ends spoils its own row alone, and not those after it.

    Args:
        lines: The lines after the header.
        delimiter: Between fields.
    """
    pending: list[Line] = []
    blank = f'{delimiter} "'
    while True:
        line = pending.pop(0) if pending else next(lines, None)
        if line is None:
            return
        # Spreadsheets export empty rows as bare delimiters.
        if not line.text.strip(blank):
            continue
        if '"' in line.text and _open_quote(line.text, delimiter):
            joined = _close_quote(line, lines, pending, delimiter)
            if joined is not None:
                line = Line(line.number, joined)
        yield line


def _close_quote(line: Line, lines: Iterator[Line], pending: list[Line], delimiter: str) -> str | None:
    """Add following lines until the quoted field ends; where it never does, give them back and return None."""
    taken: list[Line] = []
    text = line.text
    while len(taken) < _MAX_LINES_PER_ROW:
        following = pending.pop(0) if pending else next(lines, None)
        if following is None:
            break
        taken.append(following)
        text = f"{text}\n{following.text}"
        if len(text) > MAX_LINE_BYTES:
            break
        if '"' in following.text and not _open_quote(text, delimiter):
            return text
    # One stray quote must not swallow the rows after it.
    pending[:0] = taken
    return None


def _open_quote(text: str, delimiter: str) -> bool:
    """Tell whether a quoted field is still open at the end of a text."""
    if '"' not in text:
        return False
    position = 0
    while position <= len(text):
        match = _FIELD[delimiter].match(text, position)
        if match is None or (match.end() < len(text) and text[match.end()] != delimiter):
            return True
        position = match.end() + 1
    return False
