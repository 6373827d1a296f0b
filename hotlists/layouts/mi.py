"""Michigan: NCIC's columns, and the reason in words after them.

Source: layout as in the public importer openalpr/openalpr_hotlist_import (2023).
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import BinaryIO, Final

from hotlists.codes.maps import category_map, category_of_words, code_category
from hotlists.fields.errors import FieldError
from hotlists.fields.jurisdictions import parse_jurisdiction
from hotlists.text.alignment import check_alignment, is_extract_row
from hotlists.text.edges import read_rows
from hotlists.text.entries import EntryMaker, named
from hotlists.text.extract import COLUMNS, END, ExtractRecord, split_extract
from hotlists.text.lines import Line, read_lines
from hotlists.text.parsing import ParsedList
from schemas.types import Category, HotlistEntry

REASON_END: Final = 100
_LIC: Final = slice(*COLUMNS["LIC"])
_LIS: Final = slice(*COLUMNS["LIS"])
_ORIGIN = re.compile(r"\s+(MI|NCIC)$", re.IGNORECASE)


def parse(stream: BinaryIO, *, file_name: str, hotlist_id: str, default_state: str | None = None) -> ParsedList:
    """Read Michigan's list; see `hotlists.text.parsing.HotlistParser`.

    The reason's words are the category, as the state's own records have no file code; where they say nothing more than
    `NCIC`, the file code does. Records without an id are told apart by plate, state and category.
    """
    make = EntryMaker("mi", hotlist_id, default_state)

    def entry_of(line: Line) -> HotlistEntry:
        text = line.text
        record = split_extract(text[:END])
        check_alignment(text[_LIC], text[_LIS], "mi")
        nic = record.nic
        if nic and not (nic.isalnum() and nic.isascii()):
            raise FieldError("NIC", "a letter and nine digits, or blanks, were expected in columns 0-10")
        reason = text[END:REASON_END].strip()
        if not (nic or reason):
            raise FieldError(
                "REASON", "neither a reason (65-100) nor an id with a file code (0-10) tells why it is listed"
            )
        category, known = _meaning(reason, nic[:1].upper())
        note = text[REASON_END:].strip()
        if not known and (place := _reason_place(text)) is not None:
            record, reason = _without_vehicle(record, text, place), text[place:].strip()
            category, _ = _meaning(reason, "")
        return make(
            line,
            plate=record.lic,
            category=category,
            code=reason or nic[:1].upper(),
            state=record.lis,
            source_entry_id=nic,
            vehicle=record.vehicle,
            originating_agency=record.ori,
            extra=(*record.extra, *named(("note", note))) if note else record.extra,
        )

    return read_rows(read_lines(stream, file_name), entry_of, is_row=_is_row)


def _is_row(text: str) -> bool:
    return is_extract_row(text, "mi")


@lru_cache(maxsize=4096)
def _meaning(reason: str, file_code: str) -> tuple[Category, bool]:
    """Return what a reason means, and whether it is a whole reason that is known.

    Where it names its origin alone, or nothing, it means what the record's file code does.
    """
    words = " ".join(_ORIGIN.sub("", reason).lower().split())
    whole = category_map("mi").get(words)
    if whole is not None:
        return whole, True
    found = category_map("mi", "cut_off").get(words) or category_of_words("mi", words)
    if found is Category.UNMAPPED and (not reason or reason.upper().endswith("NCIC")):
        found = code_category("mi", file_code, "file_codes")
    return found, False


@cache
def _reasons() -> re.Pattern[str]:
    phrases = "|".join(re.escape(words.upper()) for words in category_map("mi"))
    return re.compile(rf"(?:{phrases}) (?:MI|NCIC)$")


def _reason_place(text: str) -> int | None:
    """Return where a known reason that ends the line begins, if that is before its column; None otherwise."""
    upper = text.upper()
    match = _reasons().search(upper) if upper.endswith((" MI", " NCIC")) else None
    return match.start() if match and match.start() < END else None


def _without_vehicle(record: ExtractRecord, text: str, place: int) -> ExtractRecord:
    """Return a record whose reason stands too far left, without the columns between state and reason.

    Raises:
        FieldError: The columns that are missing may be those before the plate.
    """
    proven = text[slice(*COLUMNS["DATE"])].isdigit() and parse_jurisdiction(record.lis, "mi") is not None
    if not (proven and place >= _LIS.stop):
        raise FieldError(
            "LIC",
            f"the reason begins in column {place}, {END} was expected: columns are missing, and the plate may stand "
            "elsewhere",
        )
    date = text[slice(*COLUMNS["DATE"])]
    between = text[_LIS.stop : place].strip()
    return record._replace(vehicle=None, extra=named(("date_entered", date), ("vehicle_text", between)))
