"""Washington's active stolen vehicles (CSV): MKE,ORI,LIC,LIS,LIY,LIT,VIN,VYR,VMA,VMO,VST,VCO,DOT,OCA,MIS.

MIS, the last column, is free text whose commas are not quoted.

Source: layout as in the public importer openalpr/openalpr_hotlist_import (2023).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from hotlists.codes.maps import category_map
from hotlists.fields.absent import without_absent
from hotlists.fields.dates import us_date
from hotlists.fields.errors import FieldError
from hotlists.fields.vehicles import check_year, describe_vehicle, odd_year
from hotlists.text.delimited import column_key
from hotlists.text.edges import read_rows
from hotlists.text.entries import EntryMaker, named
from hotlists.text.lines import Line, read_lines
from hotlists.text.parsing import ParsedList
from hotlists.text.quotes import split_columns
from schemas.errors import InvalidInput
from schemas.types import Category, HotlistEntry

LAYOUT: Final = "wa-stolen"
COLUMNS: Final = (
    "MKE",
    "ORI",
    "LIC",
    "LIS",
    "LIY",
    "LIT",
    "VIN",
    "VYR",
    "VMA",
    "VMO",
    "VST",
    "VCO",
    "DOT",
    "OCA",
    "MIS",
)
_NEEDED_FIELDS: Final = 4
_MAX_LINES_PER_ROW: Final = 50
_MOST_HEADERS: Final = 3
_OTHER_DIGIT = re.compile(r"[1-9]")
_RECORD_START = re.compile(r'"?[A-Z0-9-]{2,5}"? *, *"?[A-Z0-9]{9}"? *,', re.IGNORECASE)


def parse(stream: BinaryIO, *, file_name: str, hotlist_id: str, default_state: str | None = None) -> ParsedList:
    """Read the list of stolen vehicles; see `hotlists.text.parsing.HotlistParser`.

    The header may be missing; where it is there it may not order the columns in another way.

    Raises:
        InvalidInput: The header names other columns.
    """
    make = EntryMaker(LAYOUT, hotlist_id, default_state)
    categories = category_map(LAYOUT)

    def entry_of(line: Line) -> HotlistEntry:
        mke, ori, lic, lis, liy, lit, vin, vyr, vma, vmo, vst, vco, dot, oca, mis = _fields(line.text)
        if not lic.strip("0"):
            # Vehicles without a plate stand there as 0, 00 or 000.
            raise FieldError("LIC", "the plate is empty or zeros alone, which stand for a vehicle without a plate")
        if _OTHER_DIGIT.search(lis):
            raise FieldError("LIS", f"the state column holds '{lis[:20]}': the columns are shifted")
        check_year(vyr)
        return make(
            line,
            plate=lic,
            category=categories.get(mke.partition("-")[0].upper(), Category.UNMAPPED),
            code=mke,
            state=lis,
            vehicle=describe_vehicle(vyr, vma, vmo, vst, vco),
            originating_agency=ori,
            case_number=oca,
            instructions=mis,
            extra=named(
                ("plate_year", liy),
                ("license_type", lit),
                ("vin", vin),
                ("date_of_theft", us_date(dot)),
                ("vehicle_year", odd_year(vyr)),
            ),
        )

    def check_header(line: Line) -> None:
        names = _names(line.text)
        places = {column_key(name): place for place, name in enumerate(COLUMNS)}
        if "lic" in names and any(places.get(name, place) != place for place, name in enumerate(names)):
            raise InvalidInput(
                f"the header names other columns than {','.join(COLUMNS)}, or orders them in another way; choose "
                "another layout",
                source=file_name,
                line=line.number,
            )

    lines = _joined(read_lines(stream, file_name))
    return read_rows(lines, entry_of, is_row=_is_row, most_headers=_MOST_HEADERS, check_header=check_header)


def _names(text: str) -> list[str]:
    return [column_key(name.strip(' "')) for name in text.split(",")]


def _is_row(text: str) -> bool:
    """Tell a row, usable or not, from a title and from names."""
    names = _names(text)
    return _RECORD_START.match(text) is not None or (len(names) > _NEEDED_FIELDS and "lic" not in names)


def _fields(text: str) -> list[str]:
    """Return a row's fields without outer blanks, as many as there are columns.

    Raises:
        FieldError: The row ends before its state, so that its plate may be cut off, or a quoted field does not end.
    """
    last = len(COLUMNS) - 1
    fields = text.split(",", last)
    if '"' in text:
        if any('"' in field for field in fields[:last]):
            # Quoted fields may hold commas; those of the last column need no quotes.
            whole = split_columns(text, ",", len(COLUMNS))
            fields = [*whole[:last], *([",".join(whole[last:])] if len(whole) > last else [])]
        elif len(fields) > last:
            fields[last] = _unquoted(fields[last].strip())
    if len(fields) < _NEEDED_FIELDS:
        raise FieldError(
            COLUMNS[len(fields) - 1],
            f"the row ends after {len(fields)} of {len(COLUMNS)} fields; MKE,ORI,LIC,LIS at least were expected",
        )
    return [*without_absent(list(map(str.strip, fields)), COLUMNS.index("LIC")), *("",) * (last + 1 - len(fields))]


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].replace('""', '"').strip()
    return text


def _joined(lines: Iterator[Line]) -> Iterator[Line]:
    """Yield rows: lines, joined where quoted text goes on over line ends; never with a line that begins a record."""
    pending: list[Line] = []
    while True:
        line = pending.pop(0) if pending else next(lines, None)
        if line is None:
            return
        if not line.text.strip(', "'):
            continue
        if line.text.count('"') % 2:
            line = _close_quote(line, lines, pending)
        yield line


def _close_quote(line: Line, lines: Iterator[Line], pending: list[Line]) -> Line:
    """Return the row with the lines that end its quoted text; where none does, the line alone."""
    taken: list[Line] = []
    text = line.text
    while len(taken) < _MAX_LINES_PER_ROW:
        following = pending.pop(0) if pending else next(lines, None)
        if following is None:
            break
        taken.append(following)
        if _RECORD_START.match(following.text):
            break
        text = f"{text}\n{following.text}"
        if following.text.count('"') % 2:
            return Line(line.number, text)
    pending[:0] = taken
    return line
