"""New York: plate, state, plate class, a code, make and color in fixed columns. No ids, no dates.

Source: layout as in the public importer openalpr/openalpr_hotlist_import (2023).
"""

from __future__ import annotations

from functools import lru_cache
from typing import BinaryIO, Final

from hotlists.codes.maps import code_category
from hotlists.fields.errors import FieldError
from hotlists.fields.vehicles import describe_vehicle
from hotlists.text.alignment import check_alignment, fits, refuse_extract
from hotlists.text.edges import read_rows
from hotlists.text.entries import EntryMaker, Extra, named
from hotlists.text.lines import Line, read_lines
from hotlists.text.parsing import ParsedList
from schemas.types import HotlistEntry, VehicleDescription

_LIC: Final = slice(0, 10)
_LIS: Final = slice(10, 12)
_CLASS: Final = slice(12, 15)
_CODE: Final = 15
_VEHICLE: Final = 16
_MAKE_LENGTH: Final = 4


def parse(stream: BinaryIO, *, file_name: str, hotlist_id: str, default_state: str | None = None) -> ParsedList:
    """Read New York's list; see `hotlists.text.parsing.HotlistParser`.

    Its records have no id: plate, state and category tell them apart.
    """
    make = EntryMaker("ny", hotlist_id, default_state)

    def entry_of(line: Line) -> HotlistEntry:
        text = line.text
        lic, lis, code = text[_LIC], text[_LIS], text[_CODE : _CODE + 1]
        if len(text) < _LIS.stop:
            raise FieldError("LIC" if len(text) < _LIC.stop else "LIS", _cut_off(text))
        refuse_extract(text)
        check_alignment(lic, lis, "ny")
        if not code.strip():
            raise FieldError("CODE", f"{_cut_off(text)}, or its code is blank")
        if code.islower() and not text.islower():
            raise FieldError("CODE", f"'{code}' stands in column {_CODE}; a capital letter was expected")
        code = code.upper()
        vehicle, extra = _vehicle(text[_CLASS], text[_VEHICLE:])
        return make(
            line,
            plate=lic,
            category=code_category("ny", code if code.isascii() else ""),
            code=code,
            state=lis.strip(),
            vehicle=vehicle,
            extra=extra,
        )

    return read_rows(read_lines(stream, file_name), entry_of, is_row=_is_row)


def _is_row(text: str) -> bool:
    return len(text) > _LIS.stop and fits(text[_LIC], text[_LIS], "ny")


def _cut_off(text: str) -> str:
    return f"the line ends at column {len(text)}; at least {_VEHICLE} columns were expected"


@lru_cache(maxsize=65_536)
def _vehicle(plate_class: str, columns: str) -> tuple[VehicleDescription | None, Extra]:
    """Return the vehicle, and what else is known; text after the color and more than one blank is a note."""
    color, _, note = columns[_MAKE_LENGTH:].strip().partition("  ")
    return (
        describe_vehicle(make=columns[:_MAKE_LENGTH].strip(), color=color),
        named(("license_type", plate_class.strip()), ("note", note.strip())),
    )
