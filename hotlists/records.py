"""From a row with named columns to an entry; what the CSV layouts share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

from hotlists.delimited import Row, Table, pick, read_table
from hotlists.fields import FieldError, check_plate, parse_expiry, parse_year
from hotlists.jurisdictions import parse_jurisdiction
from hotlists.parsing import ParsedList, ParsedRow, identify, optional, reject
from schemas.types import Category, HotlistEntry, VehicleDescription

COLUMNS = (
    "plate",
    "state",
    "category",
    "case_number",
    "make",
    "model",
    "style",
    "color",
    "year",
    "expires",
    "instructions",
    "priority",
    "originating_agency",
)
"""Columns that are understood by name; all others are kept as they are."""

Fields = Mapping[str, str]
"""A row's known columns by name, stripped; absent ones are empty."""

Classify = Callable[[Fields], tuple[Category, str | None]]
"""Tells a row's category and the source's own code or words for it."""


def parse_records(
    stream: BinaryIO,
    *,
    source_name: str,
    hotlist_id: str,
    default_state: str | None,
    classify: Classify,
    more_columns: tuple[str, ...] = (),
) -> ParsedList:
    """Read a delimited list with a header; see `hotlists.parsing.HotlistParser`.

    Args:
        stream: The file, at its beginning.
        source_name: Its name, for errors.
        hotlist_id: The list that the entries belong to.
        default_state: Jurisdiction of rows whose state is empty.
        classify: The layout's way to a category.
        more_columns: Further columns that `classify` reads.
    """
    table = read_table(stream, source_name, "plate")
    places = pick(table.names, (*COLUMNS, *more_columns), source_name, table.header.number)
    rows = _rows(table, places, hotlist_id, default_state, classify)
    return ParsedList(rows, None, table.header.text)


def _rows(
    table: Table, places: Mapping[str, int], hotlist_id: str, default_state: str | None, classify: Classify
) -> Iterator[ParsedRow]:
    others = [(name, place) for place, name in enumerate(table.names) if place not in places.values()]
    for row in table.rows:
        try:
            if row.error is not None:
                raise row.error
            fields = {name: row.fields[place].strip() for name, place in places.items()}
            kept = {name or f"column {place + 1}": row.fields[place].strip() for name, place in others}
            yield _entry(row, fields, kept, hotlist_id, default_state, classify)
        except FieldError as error:
            yield reject(row.line, error)


def _entry(
    row: Row, fields: Fields, kept: dict[str, str], hotlist_id: str, default_state: str | None, classify: Classify
) -> HotlistEntry:
    def field(name: str) -> str:
        return fields.get(name, "")

    plate = check_plate(field("plate"), "plate")
    valid_until = parse_expiry(field("expires"), "expires")
    state = field("state")
    jurisdiction = parse_jurisdiction(state) if state else default_state
    category, code = classify(fields)
    if state and jurisdiction is None:
        kept["state"] = state
    year = parse_year(field("year"))
    if field("year") and year is None:
        kept["year"] = field("year")
    vehicle = VehicleDescription(year, *(optional(field(name)) for name in ("make", "model", "style", "color")))
    case = field("case_number")
    return HotlistEntry(
        entry_id=identify(
            hotlist_id,
            source_entry_id=None,
            plate=plate,
            state=jurisdiction or state.casefold(),
            # Words that mean the same are one category; unknown ones are told apart by themselves.
            category=code or "" if category is Category.UNMAPPED else category.value,
            case=case,
        ),
        hotlist_id=hotlist_id,
        plate=plate,
        category=category,
        jurisdiction=jurisdiction,
        source_code=code,
        vehicle=vehicle if vehicle != VehicleDescription() else None,
        originating_agency=optional(field("originating_agency")),
        case_number=optional(case),
        priority=optional(field("priority")),
        instructions=optional(field("instructions")),
        valid_until=valid_until,
        extra=tuple((name, value) for name, value in kept.items() if value),
        source_line=row.line.number,
        raw=row.line.text,
    )
