"""Florida's state list (FCIC): fifteen columns divided by semicolons, the reason in words first.

Source: layout as in the public importer openalpr/openalpr_hotlist_import (2023), which names the columns that it reads
and skips three (7-9 here).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import BinaryIO, Final

from hotlists.codes.maps import category_of_words
from hotlists.fields.absent import without_absent
from hotlists.fields.dates import us_date
from hotlists.fields.errors import FieldError
from hotlists.fields.jurisdictions import parse_jurisdiction
from hotlists.text.edges import read_rows
from hotlists.text.entries import EntryMaker, named
from hotlists.text.lines import Line, read_lines
from hotlists.text.parsing import ParsedList
from hotlists.text.quotes import split_columns
from schemas.errors import InvalidInput
from schemas.types import Category, HotlistEntry

LAYOUT: Final = "fl"
DELIMITER: Final = ";"
COLUMNS: Final = (
    "reason",
    "ORI",
    "agency",
    "OCA",
    "OAN",
    "PCN",
    "NIC",
    "date",
    "flag",
    "date and time",
    "LIC",
    "LIY",
    "LIS",
    "LIT",
    "updated",
)
_LIC: Final = COLUMNS.index("LIC")
_NEEDED_FIELDS: Final = COLUMNS.index("LIS") + 1
_MOST_HEADERS: Final = 3
_ORI = re.compile(r"[A-Z]{2}[0-9A-Z]{7}", re.IGNORECASE)
_PLATE_NAME = re.compile(r"(?:lic|lic\w*[ _]?pl\w*|plate|tag)(?:[ _]?(?:no|num|number|nbr))?", re.IGNORECASE)
_NIC = re.compile(r"[A-Z][0-9A-Z][0-9]{8}", re.IGNORECASE)
_OTHER_DIGIT = re.compile(r"[1-9]")


def parse(stream: BinaryIO, *, file_name: str, hotlist_id: str, default_state: str | None = None) -> ParsedList:
    """Read Florida's list; see `hotlists.text.parsing.HotlistParser`.

    A record's id is its NIC; where it has none, plate, state, category and case (OCA) tell it apart.

    Raises:
        InvalidInput: The header names the plate in another place.
    """
    lines = (line for line in read_lines(stream, file_name) if line.text.strip('; "'))
    return read_rows(
        lines,
        _entry_of(EntryMaker(LAYOUT, hotlist_id, default_state)),
        is_row=_is_row,
        most_headers=_MOST_HEADERS,
        check_header=lambda line: _check_header(line, file_name),
    )


def _entry_of(make: EntryMaker) -> Callable[[Line], HotlistEntry]:
    def entry_of(line: Line) -> HotlistEntry:
        reason, ori, agency, oca, oan, pcn, nic, day, flag, moment, lic, liy, lis, lit, updated = _fields(line.text)
        _check_places(liy, lis)
        return make(
            line,
            plate=lic,
            category=_category(reason),
            code=reason,
            state=lis,
            source_entry_id=nic if _NIC.fullmatch(nic) else "",
            originating_agency=ori or agency,
            case_number=oca,
            extra=named(
                ("agency", agency),
                ("owner_applied_number", oan),
                ("pcn", pcn),
                ("nic", "" if _NIC.fullmatch(nic) else nic),
                ("column 8", us_date(day)),
                ("column 9", flag),
                ("column 10", us_date(moment)),
                ("plate_year", liy),
                ("license_type", lit),
                ("updated", us_date(updated)),
            ),
        )

    return entry_of


def _is_row(text: str) -> bool:
    """Tell a row, usable or not, from a title and from names: a row has an agency's ORI, a known reason or a state."""
    cells = [cell.strip(' "') for cell in text.split(DELIMITER)]
    if len(cells) < 2:
        return False
    if _ORI.fullmatch(cells[1]) or _category(cells[0]) is not Category.UNMAPPED:
        return True
    return len(cells) >= _NEEDED_FIELDS and parse_jurisdiction(cells[_NEEDED_FIELDS - 1], LAYOUT) is not None


def _check_header(line: Line, file_name: str) -> None:
    names = [name.strip(' "') for name in line.text.split(DELIMITER)]
    places = [place for place, name in enumerate(names) if _PLATE_NAME.fullmatch(name)]
    if places and _LIC not in places:
        raise InvalidInput(
            f"the header names the plate as column {places[0] + 1}, this layout has it as column {_LIC + 1} of "
            f"{len(COLUMNS)}; choose another layout",
            source=file_name,
            line=line.number,
        )


def _fields(text: str) -> list[str]:
    """Return a row's fields without outer blanks, as many as there are columns.

    Raises:
        FieldError: There are more, or the row ends before its state, so that its plate may be cut off.
    """
    fields = without_absent([field.strip() for field in split_columns(text, DELIMITER, len(COLUMNS))], _LIC)
    missing = len(COLUMNS) - len(fields)
    if missing == 0:
        return fields
    if len(fields) < _NEEDED_FIELDS:
        raise FieldError(
            COLUMNS[len(fields)],
            f"the row ends after {len(fields)} of {len(COLUMNS)} fields; at least {_NEEDED_FIELDS}, up to LIS, were "
            "expected",
        )
    if any(fields[len(COLUMNS) :]):
        raise FieldError(
            "row", f"the row has {len(fields)} fields, {len(COLUMNS)} were expected: a text may hold a '{DELIMITER}'"
        )
    return [*fields[: len(COLUMNS)], *("",) * missing]


@lru_cache(maxsize=65_536)
def _check_places(liy: str, lis: str) -> None:
    """Refuse a row whose columns stand one to the left or right: its plate column holds something else then."""
    if _OTHER_DIGIT.search(lis):
        raise FieldError("LIS", f"the state column holds '{lis[:20]}': the columns are shifted")
    if liy and not any(map(str.isdigit, liy)) and parse_jurisdiction(liy, LAYOUT) is not None:
        raise FieldError("LIY", f"the plate year column holds the state '{liy[:20]}': the columns are shifted")


@lru_cache(maxsize=4096)
def _category(reason: str) -> Category:
    return category_of_words(LAYOUT, reason)
