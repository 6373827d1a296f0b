"""The first and last lines of a list that are none of its rows: titles, column names, counts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import chain

from hotlists.text.extract import header_date
from hotlists.text.lines import Line
from hotlists.text.parsing import ParsedList
from schemas.types import HotlistEntry

_WORD = (
    r"grand|total|totals|end|eof|of|report|trailer|footer|count|number|records?|rows?|entries|lines|file|list|extract"
    r"|data"
)
_FOOTER = re.compile(
    rf"[\W_]*(?:(?:{_WORD})\b[\W_]*)++(?P<after>\d[\d,]{{0,11}})?[\W_]*"
    rf"|[\W_]*(?P<before>\d[\d,]{{0,11}})\s+(?:records?|rows?|entries)(?:\s+(?:affected|selected|found|written))?[\W_]*",
    re.IGNORECASE,
)
"""`TOTAL RECORD 0000072`, `END OF FILE`, `Total,72`, `(72 rows affected)`: nothing but such words and one number."""

_LONGEST_FOOTER = 60

_SERIAL = re.compile(r"\W*(?:[a-z]{1,3}[- ]?\d{2,4}|\d{2,4}[- ]?[a-z]{1,3})\W*", re.IGNORECASE)
"""A line of nothing but a plate that has such a word in it: `END-1234`, `123 ROW`."""


def is_footer(text: str) -> bool:
    """Tell whether a line of a table is a count or an end rather than a row (`TOTAL,72`, `END OF FILE`)."""
    return len(text) <= _LONGEST_FOOTER and _FOOTER.fullmatch(text) is not None and _SERIAL.fullmatch(text) is None


class _Rows:
    """A list's rows as they are read, and what its footer says about them."""

    def __init__(self, lines: Iterator[Line], headers: int) -> None:
        self._lines = lines
        self._others = headers
        self._count = 0
        self._declared: int | None = None

    def read(self) -> Iterator[Line]:
        for line in self._lines:
            if len(line.text) <= _LONGEST_FOOTER and (match := _FOOTER.fullmatch(line.text)):
                self._others += 1
                number = match["after"] or match["before"]
                self._declared = int(number.replace(",", "")) if number else self._declared
            else:
                self._count += 1
                yield line

    def declared(self) -> int | None:
        """Return how many rows the footer states; some counts take the header and the footer in."""
        if self._declared is not None and self._count <= self._declared <= self._count + self._others:
            return self._count
        return self._declared


def read_rows(
    lines: Iterator[Line],
    entry_of: Callable[[Line], HotlistEntry],
    *,
    is_row: Callable[[str], bool],
    most_headers: int = 1,
    check_header: Callable[[Line], None] | None = None,
) -> ParsedList:
    """Return a list without its header and footer lines.

    Args:
        lines: All lines.
        entry_of: Makes a row's entry.
        is_row: Tells whether one of the first lines begins like a row, usable or not.
        most_headers: How many of the first lines may be no rows.
        check_header: Looks at a header line; raises `InvalidInput` where it is another layout's.

    Raises:
        InvalidInput: The file is no text, or the header another layout's.
    """
    headers: list[str] = []
    dates: list[datetime] = []
    line = next(lines, None)
    while line is not None and len(headers) < most_headers and not is_row(line.text):
        if check_header is not None:
            check_header(line)
        headers.append(line.text)
        date = header_date(line.text)
        dates += [date] if date else []
        line = next(lines, None)
    rows = _Rows(chain((line,), lines) if line is not None else iter(()), len(headers))
    return ParsedList(
        rows.read(),
        entry_of,
        dates[0] if dates else None,
        " / ".join(headers) or None,
        declared_rows=rows.declared,
    )
