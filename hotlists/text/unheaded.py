"""Comma-separated lists whose columns have their places, not names; and NCIC's fields in that form.

Source: layouts as in the public importer openalpr/openalpr_hotlist_import (2023).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import BinaryIO

from hotlists.codes.maps import code_category
from hotlists.fields.absent import without_absent
from hotlists.fields.columns import heading, known_headings
from hotlists.fields.dates import parse_moment
from hotlists.fields.errors import FieldError
from hotlists.fields.vehicles import describe_vehicle, odd_year
from hotlists.text.edges import read_rows
from hotlists.text.entries import EntryMaker, Extra, named
from hotlists.text.extract import more_fields
from hotlists.text.lines import Line, read_lines
from hotlists.text.parsing import ParsedList
from hotlists.text.quotes import RowJoiner, split_columns
from schemas.errors import InvalidInput
from schemas.types import HotlistEntry

_MOST_HEADERS = 3
_NAME = re.compile(r"[^\W\d_]{2,}(?:[ _#./-]*[^\W\d_]+)*+[ #.:]*")
_DIGIT = re.compile(r"\d")


def read_unheaded(
    stream: BinaryIO, file_name: str, columns: Sequence[str], entry_of: Callable[[Line], HotlistEntry]
) -> ParsedList:
    """Open a list whose first line may be a row, a title, or the columns' names.

    Args:
        stream: The file, at its beginning.
        file_name: Its name, for errors.
        columns: Names of the columns; `LIC` is the plate's.
        entry_of: Makes a row's entry.

    Raises:
        InvalidInput: The file is no text, or its header names the plate in another place.
    """

    def check_header(line: Line) -> None:
        fields = [known_headings("csv").get(heading(name)) for name in line.text.split(",")]
        places = [place for place, field in enumerate(fields) if field == "plate"]
        expected = columns.index("LIC")
        if places and expected not in places:
            raise InvalidInput(
                f"the header names the plate as column {places[0] + 1}, this layout has it as column {expected + 1} of "
                f"{len(columns)} ({', '.join(columns)}); choose another layout",
                source=file_name,
                line=line.number,
            )

    lines = RowJoiner(",", len(columns), columns.index("LIC")).rows(read_lines(stream, file_name))
    return read_rows(lines, entry_of, is_row=_is_row, most_headers=_MOST_HEADERS, check_header=check_header)


def _is_row(text: str) -> bool:
    """Tell a row, usable or not, from a title and from the columns' names, which hold no digits."""
    first, comma, rest = text.partition(",")
    return bool(comma) and (_NAME.fullmatch(first.strip("\"' ")) is None or _DIGIT.search(rest) is not None)


def split_row(text: str, columns: Sequence[str], needed: int) -> list[str]:
    """Return a row's fields without outer blanks, as many as there are columns.

    Commas beyond the last column belong to its text. A row may end early, but not before or within the needed columns:
    a plate that is followed by nothing may be half of one.

    Args:
        text: The row.
        columns: Names of the columns.
        needed: How many of them have to be there.

    Raises:
        FieldError: The row ends too early, or its quotes do not fit.
    """
    count = len(columns)
    fields = without_absent(list(map(str.strip, split_columns(text, ",", count))), columns.index("LIC"))
    if len(fields) == count:
        return fields
    if len(fields) < needed:
        raise FieldError(
            columns[len(fields)],
            f"the row has {len(fields)} of {count} fields; at least {needed} were expected "
            f"({', '.join(columns[:needed])}), as a row that is cut off may hold half a plate",
        )
    if len(fields) < count:
        return [*fields, *("",) * (count - len(fields))]
    return [*fields[: count - 1], ",".join(fields[count - 1 :]).rstrip(", ")]


def check_state(lis: str) -> None:
    """Refuse a row whose state column holds no code of two letters.

    Raises:
        FieldError: It is longer: the columns are shifted, or another layout's.
    """
    if len(lis) > 2:
        raise FieldError("LIS", f"the state column holds '{lis[:20]}'; a code of two letters was expected")


def ncic_entry(make: EntryMaker, layout: str, line: Line, fields: Sequence[str]) -> HotlistEntry:
    """Return the entry of a row with NCIC's fields.

    Args:
        make: The list's maker.
        layout: The layout, for its codes.
        line: The row.
        fields: NIC, ORI, DATE, LIC, LIS, LIY, LIT, VYR, VMA, VMO, VST, VCO without outer blanks.

    Raises:
        FieldError: A field cannot be what its place says.
    """
    nic, ori, date, lic, lis, liy, lit, vyr, vma, vmo, vst, vco = fields
    if not (nic.isalnum() and nic.isascii() and len(nic) in (1, 10)):
        raise FieldError("NIC", "a letter and nine digits, or the letter alone, were expected")
    check_state(lis)
    if not vyr.isdigit():
        _check_years(vyr, lit, vma)
    code = nic[0].upper()
    return make(
        line,
        plate=lic,
        category=code_category(layout, code),
        code=code,
        state=lis,
        source_entry_id=nic if len(nic) > 1 else "",
        vehicle=describe_vehicle(vyr, vma, vmo, vst, vco),
        originating_agency=ori,
        extra=_more(date, liy, lit) + _odd_year(vyr),
    )


def _check_years(vyr: str, before: str, after: str) -> None:
    """Refuse a row with the vehicle's year beside its column: with and without LIT the layouts differ by one column."""
    if vyr and any(len(text) == 4 and text.isdigit() for text in (before, after)):
        raise FieldError(
            "VYR",
            f"the vehicle year column holds '{vyr[:20]}' and the one beside it a year: this is the layout "
            f"{'without' if before.isdigit() else 'with'} a license type column",
        )


@lru_cache(maxsize=65_536)
def _more(date: str, liy: str, lit: str) -> Extra:
    return more_fields(date=_plain_date(date), liy=liy, lit=lit)


@lru_cache(maxsize=4096)
def _odd_year(vyr: str) -> Extra:
    return named(("vehicle_year", odd_year(vyr)))


def _plain_date(date: str) -> str:
    """Return a date as yyyymmdd, which spreadsheets write in other ways."""
    if not date or (len(date) == 8 and date.isdigit() and date.isascii()):
        return date
    try:
        return parse_moment(date).strftime("%Y%m%d")
    except ValueError:
        raise FieldError("DATE", f"a date (yyyymmdd) was expected, '{date[:20]}' was found") from None
