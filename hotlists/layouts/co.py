"""Colorado (CCIC): plate, state and a reason in words in fixed columns, then the vehicle as text. No ids, no dates.

Source: layout as in the public importer openalpr/openalpr_hotlist_import (2023).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import BinaryIO, Final

from hotlists.codes.maps import category_map, category_of_words, load_codes
from hotlists.fields.errors import FieldError
from hotlists.fields.vehicles import describe_vehicle, letters, parse_year
from hotlists.text.alignment import check_alignment, fits, refuse_extract
from hotlists.text.edges import read_rows
from hotlists.text.entries import EntryMaker, Extra, named
from hotlists.text.lines import Line, read_lines
from hotlists.text.parsing import ParsedList
from schemas.types import Category, HotlistEntry, VehicleDescription

_LIC: Final = slice(0, 10)
_LIS: Final = slice(10, 12)
_REASON: Final = slice(12, 34)
_VEHICLE_COLUMNS: Final = ((0, 4), (5, 9), (10, 13), (14, None))
"""Year, make, model and color within the vehicle's text, where each has its NCIC width and a blank follows."""


def parse(stream: BinaryIO, *, file_name: str, hotlist_id: str, default_state: str | None = None) -> ParsedList:
    """Read Colorado's list; see `hotlists.text.parsing.HotlistParser`.

    Its records have no id: plate, state and category tell them apart.
    """
    make = EntryMaker("co", hotlist_id, default_state)

    def entry_of(line: Line) -> HotlistEntry:
        text = line.text
        if len(text) < _LIS.stop:
            column = "LIC" if len(text) < _LIC.stop else "LIS"
            raise FieldError(column, f"the line ends at column {len(text)}, before the reason (12-34)")
        refuse_extract(text)
        check_alignment(text[_LIC], text[_LIS], "co")
        reason = text[_REASON].strip()
        if not reason:
            raise FieldError("REASON", "columns 12-34 are blank; the reason in words was expected")
        vehicle, extra = _vehicle(text[_REASON.stop :])
        return make(
            line,
            plate=text[_LIC],
            category=_category(reason),
            code=reason,
            state=text[_LIS].strip(),
            vehicle=vehicle,
            extra=extra,
        )

    return read_rows(read_lines(stream, file_name), entry_of, is_row=_is_row)


def _is_row(text: str) -> bool:
    return len(text) > _LIS.stop and fits(text[_LIC], text[_LIS], "co")


@lru_cache(maxsize=4096)
def _category(reason: str) -> Category:
    """Return what a reason means; its column cuts long ones off, so their beginnings count."""
    found = category_of_words("co", reason)
    if found is not Category.UNMAPPED:
        return found
    words = " ".join(re.findall(r"[a-z0-9]+", reason.lower()))
    for beginning, category in category_map("co", "beginnings").items():
        if words.startswith(beginning):
            return category
    return Category.UNMAPPED


@lru_cache(maxsize=65_536)
def _vehicle(columns: str) -> tuple[VehicleDescription | None, Extra]:
    """Return the vehicle that a text describes, and the text itself where not all of it found its place."""
    text = columns.rstrip()
    if not text.strip():
        return None, ()
    fields = _by_width(text) or _by_words(text.split())
    if fields is None:
        return None, named(("vehicle_text", text.strip()))
    year, make, model, style, color = fields
    return describe_vehicle(year, make, model, style, color), ()


def _by_width(text: str) -> tuple[str, str, str, str, str] | None:
    """Return year, make, model, no style, color where the text has columns."""
    if any(text[end : end + 1].strip() for _, end in _VEHICLE_COLUMNS if end is not None):
        return None
    year, make, model, color = (text[begin:end].strip() for begin, end in _VEHICLE_COLUMNS)
    if (year and parse_year(year) is None) or (color and not _is_color(color)):
        return None
    # A word must not lie across a gap: then these are words, not columns.
    return (year, make, model, "", color) if not any(" " in field for field in (year, make, model)) else None


def _by_words(words: list[str]) -> tuple[str, str, str, str, str] | None:
    """Return year, make, model, style, color where the words tell which is which."""
    year = words.pop(0) if words[0].isdigit() else ""
    if year and parse_year(year) is None:
        return None
    color = words.pop() if len(words) > 1 and _is_color(words[-1]) else ""
    if not (year or words) or len(words) > 3:
        return None
    make, model, style = (*words, "", "", "")[:3]
    return year, make, model, style, color


@lru_cache(maxsize=4096)
def _is_color(text: str) -> bool:
    known = load_codes("co")["colors"]
    return all(letters(part).upper() in known for part in text.split("/"))
