"""Illinois LEADS (`ISPLITH.TXT`): plate, state, license type and list in fixed columns, then tagged fields or a person.

Source: layout as in the public importer openalpr/openalpr_hotlist_import (2023).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import BinaryIO, Final

from hotlists.codes.maps import category_map
from hotlists.fields.dates import us_date
from hotlists.fields.errors import FieldError
from hotlists.fields.vehicles import check_year, describe_vehicle, odd_year
from hotlists.text.alignment import check_alignment, fits
from hotlists.text.edges import read_rows
from hotlists.text.entries import EntryMaker, Extra, named
from hotlists.text.lines import Line, read_lines
from hotlists.text.parsing import ParsedList
from schemas.types import Category, HotlistEntry

LAYOUT: Final = "il-leads"
COLUMNS: Final = {"LIC": (0, 8), "LIS": (8, 10), "LIT": (10, 12), "LIST": (12, 19)}
"""Fields by 0-based columns, end-exclusive. What follows is told by tags."""

_LIC: Final = slice(*COLUMNS["LIC"])
_LIS: Final = slice(*COLUMNS["LIS"])
_LIT: Final = slice(*COLUMNS["LIT"])
_LIST: Final = slice(*COLUMNS["LIST"])
_PERSON_NUMBER: Final = slice(81, None)
"""Where a person's LEADS number stands; the four columns before it hold its tag."""

_TAG = re.compile(r"(?:^| )([A-Z]{3})/")
_NUMBER_TAG = re.compile(r"\bLDS/ *(\S+)")
_NUMBER = re.compile(r"(?=.*[0-9])[0-9A-Z]{4,12}")
_TAGS: Final = frozenset(("VYR", "VMA", "VMO", "VST", "VCO", "DOT", "LDS"))


def parse(stream: BinaryIO, *, file_name: str, hotlist_id: str, default_state: str | None = None) -> ParsedList:
    """Read Illinois' list; see `hotlists.text.parsing.HotlistParser`.

    A record's id is its LEADS number (`LDS/`). The text about a person is kept as `person`.
    """
    make = EntryMaker(LAYOUT, hotlist_id, default_state)
    categories = category_map(LAYOUT)

    def entry_of(line: Line) -> HotlistEntry:
        text = line.text
        if len(text) < _LIS.stop:
            raise _cut_off(text)
        check_alignment(text[_LIC], text[_LIS], LAYOUT)
        code = text[_LIST].strip().upper()
        if code not in categories:
            _check_list_place(text)
        tags, person = _rest(text)
        year = tags.get("VYR", "")
        check_year(year)
        extra = _more(text[_LIT].strip(), tags.get("DOT", ""), odd_year(year))
        if person or not tags.keys() <= _TAGS:
            others = ((tag.lower(), value) for tag, value in tags.items() if tag not in _TAGS)
            extra += named(("person", person), *others)
        return make(
            line,
            plate=text[_LIC],
            category=categories.get(code, Category.UNMAPPED),
            code=code,
            state=text[_LIS].strip(),
            source_entry_id=tags.get("LDS", ""),
            vehicle=describe_vehicle(
                year, tags.get("VMA", ""), tags.get("VMO", ""), tags.get("VST", ""), tags.get("VCO", "")
            ),
            extra=extra,
        )

    return read_rows(read_lines(stream, file_name), entry_of, is_row=_is_row)


def _is_row(text: str) -> bool:
    if text[_LIST].strip().upper() in category_map(LAYOUT) or _TAG.search(text[_LIST.stop - 1 :]):
        return True
    return fits(text[_LIC], text[_LIS], LAYOUT)


def _check_list_place(text: str) -> None:
    """Refuse a row whose list stands too far left: what is missing may be a character, or a blank, of the plate.

    Raises:
        FieldError: It does.
    """
    for place in range(1, _LIST.start):
        name = text[place : place + _LIST.stop - _LIST.start].strip().upper()
        # A plate may be such a word, which then ends with its column.
        if name in category_map(LAYOUT) and place + len(name) > _LIC.stop:
            raise FieldError(
                "LIST", f"the list begins in column {place}, {_LIST.start} was expected: the columns are shifted"
            )


def _cut_off(text: str) -> FieldError:
    name, (begin, end) = next((name, place) for name, place in COLUMNS.items() if len(text) < place[1])
    return FieldError(
        name,
        f"the line ends at column {len(text)}, within or before {name} ({begin}-{end}); at least {_LIS.stop} columns "
        "were expected",
    )


def _rest(text: str) -> tuple[dict[str, str], str]:
    """Return a record's tagged fields, and the text of it that has no tag.

    Records of stolen vehicles are tagged throughout; in those of persons only the LEADS number is, and other text that
    looks like a tag is the person's.
    """
    rest = text[_LIST.stop :]
    if not rest:
        return {}, ""
    if _TAG.match(rest):
        parts = _TAG.split(rest)
        return {tag: value.strip() for tag, value in zip(parts[1::2], parts[2::2], strict=True)}, ""
    match = _NUMBER_TAG.search(rest)
    if match is not None:
        return {"LDS": match[1]}, f"{rest[: match.start()].strip()} {rest[match.end() :].strip()}".strip()
    number = text[_PERSON_NUMBER]
    if _NUMBER.fullmatch(number) and not text[_PERSON_NUMBER.start - 1].isalnum():
        return {"LDS": number}, text[_LIST.stop : _PERSON_NUMBER.start - 4].strip()
    return {}, rest.strip()


@lru_cache(maxsize=65_536)
def _more(license_type: str, date: str, year: str) -> Extra:
    return named(("license_type", license_type), ("date_of_theft", us_date(date)), ("vehicle_year", year))
