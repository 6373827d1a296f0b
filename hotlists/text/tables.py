"""Tables whose columns are told by a header with known headings, or by a declared or fixed order."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator
from functools import cache
from itertools import chain

from hotlists.fields.columns import heading
from hotlists.fields.errors import FieldError
from hotlists.text.delimited import DELIMITERS, Table, joined_rows, split
from hotlists.text.lines import Line
from schemas.errors import InvalidInput

COLON = ":"
"""Divides fields on some lists, which have no quotes then."""


class QuotedTable(Table):
    """A table most of whose quoted rows are plain: these are split without looking for quotes that do not fit."""

    __slots__ = ()

    def fields(self, line: Line) -> list[str]:
        """Return a row's fields, as many as there are columns.

        Raises:
            FieldError: The row has more fields than columns, or a quoted field does not end.
        """
        text = line.text
        if '"' in text and _plainly_quoted(self.delimiter).fullmatch(text):
            fields = next(csv.reader([text], delimiter=self.delimiter))
            if len(fields) == len(self.names):
                return fields
        return Table.fields(self, line)


@cache
def _plainly_quoted(delimiter: str) -> re.Pattern[str]:
    """Return the pattern of rows that have quotes around whole fields only, and no line end within them."""
    field = rf'(?:"(?:[^"\r\n]|"")*+"|[^"\r\n{re.escape(delimiter)}]*+)'
    return re.compile(rf"{field}(?:{re.escape(delimiter)}{field})*+")


class UnquotedTable(Table):
    """A table whose fields are never quoted."""

    __slots__ = ()

    def fields(self, line: Line) -> list[str]:
        """Return a row's fields, as many as there are columns.

        Raises:
            FieldError: The row has more fields than columns.
        """
        fields = line.text.split(self.delimiter)
        columns = len(self.names)
        if any(field.strip() for field in fields[columns:]):
            raise FieldError("row", f"the row has {len(fields)} fields divided by '{self.delimiter}', not {columns}")
        return [*fields[:columns], *("",) * (columns - len(fields))]


def first_line(lines: Iterator[Line]) -> Line:
    """Return the first line that says something: Excel writes `sep=;` before it for itself."""
    line = next(lines)
    return next(lines, line) if re.fullmatch(r"sep=.?", line.text, re.IGNORECASE) else line


def cells(text: str, delimiter: str) -> tuple[str, ...]:
    """Return a line's fields without outer blanks; none where its quotes do not fit."""
    try:
        fields = text.split(delimiter) if delimiter == COLON else split(text, delimiter)
    except FieldError:
        return ()
    return tuple(field.strip() for field in fields)


def header_delimiter(text: str, wanted: Collection[str], delimiters: Collection[str] = DELIMITERS) -> str | None:
    """Return the delimiter that divides a header so that a wanted heading is among its columns; None: there is none.

    Args:
        text: The header.
        wanted: Headings as `hotlists.fields.columns.heading` makes them.
        delimiters: Those that may be.
    """
    for delimiter in delimiters:
        if any(heading(name) in wanted for name in cells(text, delimiter)):
            return delimiter
    return None


def table(header: Line, names: tuple[str, ...], delimiter: str, rows: Iterator[Line]) -> Table:
    """Return the table of rows whose columns are known.

    Args:
        header: The header's line; number 0 where the file has none.
        names: The columns' names.
        delimiter: Between fields; a colon's fields have no quotes.
        rows: The lines after the header.
    """
    if delimiter == COLON:
        return UnquotedTable(header, names, delimiter, (line for line in rows if line.text.strip(": ")))
    return QuotedTable(header, names, delimiter, _rows(rows, delimiter))


def _rows(lines: Iterator[Line], delimiter: str) -> Iterator[Line]:
    """Yield a table's rows; from the first one on that may go on over line ends, quotes are looked at closely."""
    plain = _plainly_quoted(delimiter).fullmatch
    blank = f'{delimiter} "'
    for line in lines:
        if '"' in line.text and not plain(line.text):
            yield from joined_rows(chain((line,), lines), delimiter)
            return
        if line.text.strip(blank):
            yield line


def read_header(lines: Iterator[Line], file_name: str, wanted: Collection[str], called: str) -> Table:
    """Read a table whose header names a wanted column.

    Args:
        lines: The file's lines.
        file_name: Its name, for errors.
        wanted: Headings of the column that has to be there; it also tells the delimiter.
        called: What that column is usually called, for the error.

    Raises:
        InvalidInput: The header has no such column.
    """
    header = first_line(lines)
    delimiter = header_delimiter(header.text, wanted)
    if delimiter is None:
        raise InvalidInput(
            f"no column is named '{called}' in the header '{header.text[:120]}'; the first line has to name the "
            "columns, divided by comma, semicolon, tab or |",
            source=file_name,
            line=header.number,
        )
    return table(header, cells(header.text, delimiter), delimiter, lines)
