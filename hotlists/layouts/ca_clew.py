"""California DOJ CLEW tables (`svs.tbl`, `sfr.tbl`, `slr.tbl`): fixed width; the file's name says what they list.

A header (`DATE07/02/2018 09:00`) dates the content, a footer (`TOTAL RECORD 0000072`) counts it.

Source: layout as in the public importer openalpr/openalpr_hotlist_import (2023).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain, islice
from typing import BinaryIO, Final

from hotlists.codes.maps import category_map
from hotlists.fields.errors import FieldError
from hotlists.fields.jurisdictions import parse_jurisdiction
from hotlists.text.alignment import check_alignment
from hotlists.text.entries import EntryMaker, Extra, named
from hotlists.text.lines import Line, read_lines
from hotlists.text.parsing import FOOTER_MISSING, ParsedList
from schemas.errors import InvalidInput
from schemas.types import HotlistEntry

LAYOUT: Final = "ca-clew"
COLUMNS: Final = {"LIC": (0, 8), "LIS": (8, 10), "COUNTY": (10, 12), "DATE": (12, 20)}
"""Fields by 0-based columns, end-exclusive."""

_NEEDED_LENGTH: Final = COLUMNS["LIS"][1]
_FIRST_LINES: Final = 200
"""So many lines tell whether a table pads its plates."""

_PADDED = re.compile(r"(?=.{8}[A-Z0]{2}[0-9]{10}$)[^ ]+  +[^ ]+")
_UNPADDED = re.compile(r"(\S{2,8}) ([A-Z0]{2})([0-9]{10})")
_COUNTY = re.compile(r"[0-9A-Z]{2}|\s*")
_HEADER = re.compile(r"DATE *([0-9]{2})/([0-9]{2})/([0-9]{4})(?: *([0-9]{2}):([0-9]{2}))?")
# A footer that is itself cut off must not become the plate TOTALRE of Colorado.
_FOOTER_START = "TOTAL RECO"
_FOOTER = re.compile(r"TOTAL RECORDS?[ :]*([0-9]{1,12})")


def parse(stream: BinaryIO, *, file_name: str, hotlist_id: str, default_state: str | None = None) -> ParsedList:
    """Read a CLEW table; see `hotlists.text.parsing.HotlistParser`.

    The header's time has no zone; it is taken as UTC, which makes a list look older than it is, never newer. Where
    tables were joined into one file their footers' counts are added up.

    Raises:
        InvalidInput: The file's name does not say which table it is.
    """
    kind = table_of(file_name)
    category = category_map(LAYOUT)[kind]
    make = EntryMaker(LAYOUT, hotlist_id, default_state)
    lines = read_lines(stream, file_name)
    first = list(islice(lines, _FIRST_LINES))
    is_padded = any(_PADDED.fullmatch(line.text) for line in first)

    def entry_of(line: Line) -> HotlistEntry:
        plate, state, extra = _split(line.text, is_padded)
        return make(line, plate=plate, category=category, code=kind, state=state, extra=extra)

    header = first[0].text if _HEADER.match(first[0].text) else None
    table = _Table(chain(first, lines))
    context = f"{kind} padded" if is_padded else kind
    return ParsedList(table.records(), entry_of, _date(header or ""), header, context, table.declared_rows)


def table_of(file_name: str) -> str:
    """Return the table's name as the file's name has it, in upper case.

    Raises:
        InvalidInput: The name says none, or several.
    """
    kinds = category_map(LAYOUT)
    found = set(re.findall(r"[A-Z]+", file_name.upper())) & set(kinds)
    if len(found) != 1:
        raise InvalidInput(
            "the file's name does not say which CLEW table it is; name it svs.tbl (stolen vehicles), sfr.tbl (felony "
            "vehicles) or slr.tbl (stolen license plates), with more words or a date beside it as you like "
            "(SVS_20180702.TBL)",
            source=file_name,
        )
    kind: str = found.pop()
    return kind


class _Table:
    """The lines after the header: records, and footers that count them."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._declared: int | None = None

    def records(self) -> Iterator[Line]:
        for line in self._lines:
            if line.text.startswith(_FOOTER_START):
                match = _FOOTER.match(line.text)
                self._declared = (self._declared or 0) + int(match[1]) if match else FOOTER_MISSING
            elif not _HEADER.match(line.text):
                yield line

    def declared_rows(self) -> int:
        """Return the rows that the footers count; `FOOTER_MISSING` where there is none, or it is cut off."""
        return FOOTER_MISSING if self._declared is None else self._declared


def _date(header: str) -> datetime | None:
    match = _HEADER.match(header)
    if match is None:
        return None
    month, day, year, hour, minute = (int(part) if part else 0 for part in match.groups())
    try:
        return datetime(year, month, day, hour, minute, tzinfo=UTC)
    except ValueError:
        return None


def _split(text: str, is_padded: bool) -> tuple[str, str, Extra]:
    """Return a record's plate, state, and the rest.

    Some tables have one blank after the plate, however short it is; state, county and date at the end tell where it
    stands. In a table that pads its plates such a row has lost a character, maybe one of the plate.

    Raises:
        FieldError: The record is cut off, or its columns are shifted and nothing tells where the plate ends.
    """
    if len(text) < _NEEDED_LENGTH:
        raise _cut_off(text)
    try:
        check_alignment(text[:8], text[8:10], LAYOUT)
        return text[:8], text[8:10].strip(), _more(text[10:])
    except FieldError:
        match = None if is_padded else _UNPADDED.fullmatch(text)
        if match is None or parse_jurisdiction(match[2], LAYOUT) is None:
            raise
        return match[1], match[2], _more(match[3])


def _cut_off(text: str) -> FieldError:
    name, (begin, end) = next((name, place) for name, place in COLUMNS.items() if len(text) < place[1])
    return FieldError(
        name,
        f"the line ends at column {len(text)}, within or before {name} ({begin}-{end}); at least {_NEEDED_LENGTH} "
        "columns were expected",
    )


@lru_cache(maxsize=65_536)
def _more(columns: str) -> Extra:
    """Return what stands after the state. A date that is none shows that the columns of the row do not fit."""
    county, date = columns[:2], columns[2:10].strip()
    if not _COUNTY.fullmatch(county):
        raise FieldError("COUNTY", "two digits or blanks were expected in columns 10-12")
    if date and not (len(date) == 8 and date.isdigit() and date.isascii()):
        raise FieldError("DATE", "eight digits (yyyymmdd) or blanks were expected in columns 12-20")
    return named(("county", county.strip()), ("date_of_loss", date), ("note", columns[10:].strip()))
