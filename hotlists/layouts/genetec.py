"""Genetec AutoVu hotlists: `Category;PlateState;PlateNumber;EffectiveDate;ExpiryDate`, mostly without a header line.

The delimiter is a semicolon by default, or a comma, a tab or a colon. A header line is understood, in any order and
with further attributes. Two columns are a Cloudrunner list: `PlateNumber;PlateState`. An asterisk in a plate is one
unknown character. EffectiveDate and ExpiryDate are the first and the last day; a priority goes from 0 (highest) to 100.

Source: Genetec Security Center Administrator Guide ("Default hotlist and permit attributes", "Creating hotlists",
"Wildcard hotlists"); AutoVu Cloudrunner User Guide ("About hotlists"). That an asterisk is exactly one character is the
wildcard page's wording ("when you don't know the character"), otherwise unconfirmed. Lists of fixed columns, which the
guide allows too, differ from site to site and are not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO, Final

from hotlists.fields.columns import heading
from hotlists.fields.errors import FieldError
from hotlists.fields.jurisdictions import parse_jurisdiction
from hotlists.fields.moments import Moments
from hotlists.text.delimited import Table
from hotlists.text.entries import EntryMaker
from hotlists.text.lines import Line, read_lines
from hotlists.text.parsing import ParsedList
from hotlists.text.records import RowMaker, headings_of, table_list, words_classifier
from hotlists.text.tables import COLON, cells, first_line, header_delimiter, table
from schemas.errors import InvalidInput

ATTRIBUTES: Final = ("Category", "PlateState", "PlateNumber", "EffectiveDate", "ExpiryDate")
"""The columns of a list without a header, in order."""

_CLOUDRUNNER: Final = ("PlateNumber", "PlateState")
_DELIMITERS: Final = (";", "\t", ",", COLON)


def parse(stream: BinaryIO, *, file_name: str, hotlist_id: str, default_state: str | None = None) -> ParsedList:
    """Read a Genetec hotlist; see `hotlists.text.parsing.HotlistParser`."""
    maker = RowMaker(
        EntryMaker("genetec", hotlist_id, default_state, "plate"),
        words_classifier("genetec"),
        plate_of=lambda text: text.replace("*", "?"),
    )
    lines = read_lines(stream, file_name)
    return table_list(_open(lines, file_name), file_name, maker, headings_of("genetec"))


def _open(lines: Iterator[Line], file_name: str) -> Table:
    first = first_line(lines)
    plates = frozenset(key for key, field in headings_of("genetec").items() if field == "plate")
    delimiter = header_delimiter(first.text, plates, _DELIMITERS)
    if delimiter is not None:
        header = cells(first.text, delimiter)
        return table(
            first, header, delimiter, lines, next(i for i, name in enumerate(header) if heading(name) in plates)
        )
    delimiter, row = _divide(first, file_name)
    names = ATTRIBUTES if len(row) > len(_CLOUDRUNNER) else _CLOUDRUNNER
    _check_row(dict(zip(names, row, strict=False)), first, file_name)
    more = tuple(f"attribute {number}" for number in range(len(names) + 1, len(row) + 1))
    return table(Line(0, ""), (*names, *more), delimiter, chain((first,), lines), names.index("PlateNumber"))


def _divide(first: Line, file_name: str) -> tuple[str, tuple[str, ...]]:
    divided = [(delimiter, cells(first.text, delimiter)) for delimiter in _DELIMITERS]
    for least in (len(ATTRIBUTES) - 2, len(_CLOUDRUNNER)):
        for delimiter, row in divided:
            if len(row) >= least:
                return delimiter, row
    raise InvalidInput(
        f"the first line '{first.text[:120]}' is not divided by semicolon, tab, comma or colon; "
        f"{';'.join(ATTRIBUTES)} was expected",
        source=file_name,
        line=first.number,
    )


def _check_row(row: dict[str, str], first: Line, file_name: str) -> None:
    """Refuse a first line that is another layout's: its columns would be taken for plates."""
    state = row.get("PlateState", "")
    if not state or parse_jurisdiction(state, "genetec"):
        return
    dates = [text for text in (row.get("EffectiveDate", ""), row.get("ExpiryDate", "")) if text]
    if dates and all(_is_date(text) for text in dates):
        return
    raise InvalidInput(
        f"the first line '{first.text[:120]}' is neither a header with PlateNumber nor a row of "
        f"{';'.join(ATTRIBUTES)} ('{state[:40]}' is no state)",
        source=file_name,
        line=first.number,
    )


def _is_date(text: str) -> bool:
    try:
        Moments().end(text, "date")
    except FieldError:
        return False
    return True
