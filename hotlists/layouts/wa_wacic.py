"""Washington WACIC extract: NCIC's columns with WACIC's own number, whose third character is the file code.

Source: layout as in the public importer openalpr/openalpr_hotlist_import (2023). Its sample ends after LIT.
"""

from __future__ import annotations

import re
from typing import BinaryIO, Final

from hotlists.codes.maps import category_map
from hotlists.fields.errors import FieldError
from hotlists.fields.vehicles import parse_year
from hotlists.text.alignment import check_alignment, is_extract_row
from hotlists.text.edges import read_rows
from hotlists.text.entries import EntryMaker
from hotlists.text.extract import COLUMNS, ExtractRecord, split_extract
from hotlists.text.lines import Line, read_lines
from hotlists.text.parsing import ParsedList
from schemas.types import Category, HotlistEntry

LAYOUT: Final = "wa-wacic"
CODE_AT: Final = 2
"""Where the file code stands in the WACIC number: after two digits of the year."""

_LICENSE_END: Final = COLUMNS["LIT"][1]
_LIC: Final = slice(*COLUMNS["LIC"])
_LIS: Final = slice(*COLUMNS["LIS"])
_NUMBER = re.compile(r"[0-9]{2}[A-Z][0-9]{7}", re.IGNORECASE)


def parse(stream: BinaryIO, *, file_name: str, hotlist_id: str, default_state: str | None = None) -> ParsedList:
    """Read a WACIC extract; see `hotlists.text.parsing.HotlistParser`.

    A first line that begins like a record is a record; any other first line is the header.
    """
    make = EntryMaker(LAYOUT, hotlist_id, default_state)
    categories = category_map(LAYOUT)

    def entry_of(line: Line) -> HotlistEntry:
        number, ori, lic, lis, vehicle, extra = _split(line.text)
        if not (len(number) == 10 and number.isalnum() and number.isascii()):
            raise FieldError("WAC", "ten letters and digits (like 21V0128839) were expected in columns 0-10")
        check_alignment(line.text[_LIC], line.text[_LIS], LAYOUT)
        code = number[CODE_AT].upper()
        return make(
            line,
            plate=lic,
            category=categories.get(code, Category.UNMAPPED),
            code=code,
            state=lis,
            source_entry_id=number,
            vehicle=vehicle,
            originating_agency=ori,
            extra=extra,
        )

    return read_rows(read_lines(stream, file_name), entry_of, is_row=_is_row)


def _is_row(text: str) -> bool:
    return _NUMBER.match(text) is not None or is_extract_row(text, LAYOUT)


def _split(text: str) -> ExtractRecord:
    """Return a record's fields. What follows LIT is a vehicle only where it begins like one; else it is a note."""
    year = text[slice(*COLUMNS["VYR"])].strip()
    if not year or parse_year(year) is not None:
        return split_extract(text)
    record = split_extract(text[:_LICENSE_END])
    return record._replace(extra=(*record.extra, ("note", text[_LICENSE_END:].strip())))
