"""Tables whose columns are told by a header with known headings, or by a declared or fixed order."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator
from functools import cache
from itertools import chain, islice

from hotlists.fields.columns import heading
from hotlists.fields.errors import FieldError
from hotlists.text.delimited import DELIMITERS, Table, spare_fields
from hotlists.text.lines import Line
from hotlists.text.quotes import RowJoiner, split
from schemas.errors import InvalidInput

_FIRST_ROWS = 200
"""So many rows tell how a table's rows end."""

_MOST_HEADER_LINES = 20
"""A spreadsheet's header with line breaks in its cells has so many at most."""

COLON = ":"
"""Divides fields on some lists, which have no quotes then."""


class QuotedTable(Table):
    """A table most of whose quoted rows are plain: these are split without looking for quotes that do not fit."""

    __slots__ = ()

    def _divided(self, text: str) -> list[str]:
        if '"' in text and _plainly_quoted(self.delimiter).fullmatch(text):
            fields = next(csv.reader([text], delimiter=self.delimiter))
            if len(fields) == len(self.names):
                return fields
        return Table._divided(self, text)


@cache
def _plainly_quoted(delimiter: str) -> re.Pattern[str]:
    """Return the pattern of rows that have quotes around whole fields only, and no line end within them."""
    field = rf'(?:"(?:[^"\r\n]|"")*+"|[^"\r\n{re.escape(delimiter)}]*+)'
    return re.compile(rf"{field}(?:{re.escape(delimiter)}{field})*+")


class UnquotedTable(Table):
    """A table whose fields are never quoted."""

    __slots__ = ()

    def _divided(self, text: str) -> list[str]:
        return text.split(self.delimiter)


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


def table(
    header: Line, names: tuple[str, ...], delimiter: str, rows: Iterator[Line], plate_at: int | None = None
) -> Table:
    """Return the table of rows whose columns are known.

    Args:
        header: The header's line; number 0 where the file has none.
        names: The columns' names.
        delimiter: Between fields; a colon's fields have no quotes.
        rows: The lines after the header.
        plate_at: The place of the plate's column; None: not known.
    """
    if delimiter == COLON:
        records: Iterator[Line] = (line for line in rows if line.text.strip(": "))
    else:
        records = _rows(rows, delimiter, RowJoiner(delimiter, len(names), plate_at))
    first = list(islice(records, _FIRST_ROWS))
    spare = spare_fields(first, delimiter, len(names))
    kind = UnquotedTable if delimiter == COLON else QuotedTable
    return kind(header, names, delimiter, chain(first, records), spare)


def _rows(lines: Iterator[Line], delimiter: str, joiner: RowJoiner) -> Iterator[Line]:
    """Yield a table's rows; from the first one on that may go on over line ends, quotes are looked at closely."""
    plain = _plainly_quoted(delimiter).fullmatch
    blank = f'{delimiter} "'
    for line in lines:
        if '"' in line.text and not plain(line.text):
            yield from joiner.rows(chain((line,), lines))
            return
        if line.text.strip(blank):
            yield line


def _whole_header(header: Line, lines: Iterator[Line], wanted: Collection[str]) -> tuple[Line, str | None]:
    """Return the header, which may go on over line ends within quotes, and its delimiter."""
    whole = header
    for _ in range(_MOST_HEADER_LINES):
        delimiter = header_delimiter(whole.text, wanted)
        following = None if delimiter or whole.text.count('"') % 2 == 0 else next(lines, None)
        if following is None:
            break
        whole = Line(whole.number, f"{whole.text}\n{following.text}")
    return (whole, delimiter) if delimiter else (header, None)


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
    header, delimiter = _whole_header(header, lines, wanted)
    if delimiter is None:
        raise InvalidInput(
            f"no column is named '{called}' in the header '{header.text[:120]}'; the first line has to name the "
            "columns, divided by comma, semicolon, tab or |",
            source=file_name,
            line=header.number,
        )
    names = cells(header.text, delimiter)
    plate_at = next(place for place, name in enumerate(names) if heading(name) in wanted)
    return table(header, names, delimiter, lines, plate_at)
