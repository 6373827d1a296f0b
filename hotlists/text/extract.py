"""Records with NCIC's fields: the fixed-width extract that several states write, and what makes an entry of one.

Source: columns as in the public importer openalpr/openalpr_hotlist_import (2023), not an FBI specification.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from typing import BinaryIO, Final, NamedTuple

from hotlists.fields.errors import FieldError
from hotlists.fields.vehicles import NO_VEHICLE, letters, odd_year, parse_year
from hotlists.text.entries import EntryMaker, Extra, named
from hotlists.text.lines import Line, read_lines
from hotlists.text.parsing import ParsedList
from schemas.types import Category, HotlistEntry, VehicleDescription

COLUMNS: Final = {
    "NIC": (0, 10),
    "ORI": (10, 19),
    "DATE": (19, 27),
    "LIC": (27, 37),
    "LIS": (37, 39),
    "LIY": (39, 43),
    "LIT": (43, 45),
    "VYR": (45, 49),
    "VMA": (49, 53),
    "VMO": (53, 56),
    "VST": (56, 58),
    "VCO": (58, 65),
}
"""Fields by 0-based columns, end-exclusive."""

END: Final = COLUMNS["VCO"][1]
"""Where the fields end; some lists go on after it."""

_NEEDED_LENGTH: Final = COLUMNS["LIS"][1]
_RECORD_START = re.compile(r"[A-Z][0-9A-Z][0-9]{8}")
"""A NIC is a letter and nine digits; a damaged second character still makes a record, not a header."""
_HEADER_DATE = re.compile(r"(?<!\d)(20\d{2})[-/]?(\d{2})[-/]?(\d{2})(?:[ T]*(\d{2}):?(\d{2}))?(?!\d)")


class ExtractRecord(NamedTuple):
    """What NCIC's fields of one record say. `extra` are the fields that an entry has no place for."""

    nic: str
    ori: str
    lic: str
    lis: str
    vehicle: VehicleDescription | None
    extra: Extra


def read_extract(stream: BinaryIO, file_name: str, entry_of: Callable[[Line], HotlistEntry]) -> ParsedList:
    """Open a fixed-width extract: a first line that begins like a record is a record, any other is the header.

    Args:
        stream: The file, at its beginning.
        file_name: Its name, for errors.
        entry_of: Makes a record's entry.

    Raises:
        InvalidInput: The file is no text.
    """
    lines = read_lines(stream, file_name)
    first = next(lines)
    if _RECORD_START.match(first.text.upper()):
        return ParsedList(chain((first,), lines), entry_of)
    return ParsedList(lines, entry_of, header_date(first.text), first.text)


def header_date(header: str) -> datetime | None:
    """Return the date, and the time where there is one, that a header line names (`20260102 0630`); UTC."""
    match = _HEADER_DATE.search(header)
    if match is None:
        return None
    year, month, day, hour, minute = (int(part) if part else 0 for part in match.groups())
    try:
        return datetime(year, month, day, hour, minute, tzinfo=UTC)
    except ValueError:
        return None


def split_extract(text: str) -> ExtractRecord:
    """Return a fixed-width record's fields.

    Raises:
        FieldError: The line may be cut off: half a plate would name another vehicle. Trailing blanks may be missing,
            but a row whose state field is cut may have lost the end of its plate as well.
    """
    if len(text) < _NEEDED_LENGTH:
        name, (begin, end) = next((name, place) for name, place in COLUMNS.items() if len(text) < place[1])
        raise FieldError(
            name,
            f"the line ends at column {len(text)}, within or before {name} ({begin}-{end}); "
            f"at least {_NEEDED_LENGTH} columns were expected",
        )
    year, make, odd = _year_and_make(text[45:53])
    model, style, color = _other_features(text[53:END])
    vehicle = VehicleDescription(year, make, model, style, color)
    extra = _date(text[19:27]) + _license(text[39:45])
    note = text[END:].strip() if len(text) > END else ""
    if note:
        extra += (("note", note),)
    return ExtractRecord(
        text[0:10].strip(),
        text[10:19].strip(),
        text[27:37],
        text[37:39].strip(),
        None if vehicle == NO_VEHICLE else vehicle,
        extra + odd if odd else extra,
    )


# Millions of rows share few dates, licenses and features: equal columns are taken apart once. Not whole vehicles, of
# which there are as many as rows.
@lru_cache(maxsize=65_536)
def _year_and_make(columns: str) -> tuple[int | None, str | None, Extra]:
    year = columns[:4].strip()
    return parse_year(year), letters(columns[4:].strip()) or None, _odd_year(year)


@lru_cache(maxsize=65_536)
def _other_features(columns: str) -> tuple[str | None, str | None, str | None]:
    return columns[:3].strip() or None, columns[3:5].strip() or None, letters(columns[5:].strip()) or None


@lru_cache(maxsize=65_536)
def _date(columns: str) -> Extra:
    return _one("date_entered", _checked_date(columns.strip()))


@lru_cache(maxsize=65_536)
def _license(columns: str) -> Extra:
    return _one("plate_year", columns[:4].strip()) + _one("license_type", columns[4:].strip())


def more_fields(*, date: str, liy: str, lit: str = "", vyr: str = "", note: str = "") -> Extra:
    """Return the fields of a record that an entry has no place for, as its `extra`.

    Args:
        date: DATE, when the record was entered: not when the entry begins to hold, as it holds for vehicles that were
            seen before (recordings), too.
        liy: LIY, the plate's year.
        lit: LIT, the license type.
        vyr: VYR, the vehicle's year; kept where it is none.
        note: Text besides the fields.

    Raises:
        FieldError: The date cannot be one.
    """
    more = _one("date_entered", _checked_date(date)) + _one("plate_year", liy) + _one("license_type", lit)
    if note:
        more += (("note", note),)
    odd = _odd_year(vyr)
    return more + odd if odd else more


# A list of millions of rows has few different dates, years and types: each of them is made once.
@lru_cache(maxsize=65_536)
def _one(name: str, text: str) -> Extra:
    return named((name, text))


@lru_cache(maxsize=65_536)
def _checked_date(date: str) -> str:
    if date and not (len(date) == 8 and date.isdigit() and date.isascii()):
        raise FieldError("DATE", "eight digits (yyyymmdd) or blanks were expected")
    return date


@lru_cache(maxsize=4096)
def _odd_year(year: str) -> Extra:
    return named(("vehicle_year", odd_year(year)))


def extract_entry(make: EntryMaker, line: Line, record: ExtractRecord, category: Category, code: str) -> HotlistEntry:
    """Return the entry of a record with NCIC's fields.

    Args:
        make: The list's maker.
        line: The record's row.
        record: Its fields.
        category: What its code means.
        code: The code.

    Raises:
        FieldError: The NIC or the plate cannot be one.
    """
    nic, ori, lic, lis, vehicle, extra = record
    if not (len(nic) == 10 and nic.isalnum() and nic.isascii()):
        raise FieldError("NIC", "a letter and nine digits were expected in columns 0-10")
    return make(
        line,
        plate=lic,
        category=category,
        code=code,
        state=lis,
        source_entry_id=nic,
        vehicle=vehicle,
        originating_agency=ori,
        extra=extra,
    )
