"""NCIC LPR extract (`VEHEXTRT.txt`): fixed width, one header line, no VIN, OCA, name, caution flag or expiry.

Source: columns as in the public importer openalpr/openalpr_hotlist_import (2023), not an FBI specification.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import BinaryIO, Final

from hotlists.codemap import category_map
from hotlists.fields import FieldError, check_plate, parse_year
from hotlists.jurisdictions import parse_jurisdiction
from hotlists.lines import Line, read_lines
from hotlists.parsing import ParsedList, ParsedRow, identify, optional, reject
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

_LAST_NEEDED = "LIS"
_END = COLUMNS["VCO"][1]
_RECORD_START = re.compile(r"[A-Z][0-9A-Z][0-9]{8}")
"""A NIC is a letter and nine digits; a damaged second character still makes a record, not a header."""
_HEADER_DATE = re.compile(r"(?<!\d)(20\d{2})[-/]?(\d{2})[-/]?(\d{2})(?:[ T]*(\d{2}):?(\d{2}))?(?!\d)")


def parse(stream: BinaryIO, *, source_name: str, hotlist_id: str, default_state: str | None = None) -> ParsedList:
    """Read an NCIC LPR extract; see `hotlists.parsing.HotlistParser`.

    A first line that begins like a record is a record; any other first line is the header.
    """
    lines = read_lines(stream, source_name)
    first = next(lines)
    header = None if _RECORD_START.match(first.text.upper()) else first.text
    records = lines if header is not None else chain((first,), lines)
    as_of = _header_date(header) if header is not None else None
    return ParsedList(_rows(records, hotlist_id, default_state), as_of, header)


def _header_date(header: str) -> datetime | None:
    match = _HEADER_DATE.search(header)
    if match is None:
        return None
    year, month, day, hour, minute = (int(part) if part else 0 for part in match.groups())
    try:
        return datetime(year, month, day, hour, minute, tzinfo=UTC)
    except ValueError:
        return None


def _rows(lines: Iterator[Line], hotlist_id: str, default_state: str | None) -> Iterator[ParsedRow]:
    for line in lines:
        try:
            yield _entry(line, hotlist_id, default_state)
        except FieldError as error:
            yield reject(line, error)


def _entry(line: Line, hotlist_id: str, default_state: str | None) -> HotlistEntry:
    text = line.text
    _check_length(text)
    nic, ori, date, lic, lis, liy, lit, vyr, vma, vmo, vst, vco = (text[a:b].strip() for a, b in COLUMNS.values())
    if not re.fullmatch(r"[A-Z0-9]{10}", nic.upper()):
        raise FieldError("NIC", "a letter and nine digits were expected in columns 0-10")
    if date and not re.fullmatch(r"[0-9]{8}", date):
        raise FieldError("DATE", "eight digits (yyyymmdd) or blanks were expected in columns 19-27")
    plate = check_plate(lic, "LIC")
    jurisdiction = parse_jurisdiction(lis, "ncic") if lis else default_state
    # Not valid_from: an entry holds for vehicles seen before it was entered, too (recordings).
    kept = {"date_entered": date, "plate_year": liy, "license_type": lit, "note": text[_END:].strip()}
    if lis and jurisdiction is None:
        kept["state"] = lis
    if vyr and parse_year(vyr) is None:
        kept["vehicle_year"] = vyr
    code = nic[0].upper()
    return HotlistEntry(
        entry_id=identify(
            hotlist_id, source_entry_id=nic.upper(), plate=plate, state=jurisdiction or lis, category=code, case=""
        ),
        hotlist_id=hotlist_id,
        plate=plate,
        category=category_map("ncic").get(code, Category.UNMAPPED),
        jurisdiction=jurisdiction,
        source_entry_id=nic,
        source_code=code,
        vehicle=_vehicle(vyr, vma, vmo, vst, vco),
        originating_agency=optional(ori),
        extra=tuple((name, value) for name, value in kept.items() if value),
        source_line=line.number,
        raw=text,
    )


def _check_length(text: str) -> None:
    """Refuse a row that may be cut off: half a plate would name another vehicle.

    Trailing blanks may be missing, but a row whose state field is cut may have lost the end of its plate as well.
    """
    if len(text) >= COLUMNS[_LAST_NEEDED][1]:
        return
    for name, (begin, end) in COLUMNS.items():
        if len(text) < end:
            raise FieldError(
                name,
                f"the line ends at column {len(text)}, within or before {name} ({begin}-{end}); "
                f"at least {COLUMNS[_LAST_NEEDED][1]} columns were expected",
            )


def _vehicle(year: str, make: str, model: str, style: str, color: str) -> VehicleDescription | None:
    if not any((year, make, model, style, color)):
        return None
    return VehicleDescription(parse_year(year), optional(make), optional(model), optional(style), optional(color))
