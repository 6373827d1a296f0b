"""From a row with named columns to an entry; what the CSV layouts share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import BinaryIO

from hotlists.delimited import Table, pick, read_table
from hotlists.entries import EntryMaker, describe_vehicle, named, odd_year
from hotlists.fields import parse_expiry
from hotlists.lines import Line
from hotlists.parsing import ParsedList
from schemas.types import Category, HotlistEntry

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
    make = EntryMaker("csv", hotlist_id, default_state)
    entry_of = _entries(table, places, make, classify)
    return ParsedList(table.records, entry_of, header=table.header.text, context=table.header.text)


def _entries(
    table: Table, places: Mapping[str, int], make: EntryMaker, classify: Classify
) -> Callable[[Line], HotlistEntry]:
    others = [(name, place) for place, name in enumerate(table.names) if place not in places.values()]

    def entry_of(line: Line) -> HotlistEntry:
        row = table.fields(line)
        fields = {name: row[place].strip() for name, place in places.items()}
        rest = {name or f"column {place + 1}": row[place].strip() for name, place in others}
        return _entry(make, line, fields, rest, classify)

    return entry_of


def _entry(
    make: EntryMaker, line: Line, fields: dict[str, str], rest: dict[str, str], classify: Classify
) -> HotlistEntry:
    field = defaultdict(str, fields)
    valid_until = parse_expiry(field["expires"], "expires")
    category, code = classify(fields)
    year = field["year"]
    return make(
        line,
        plate=field["plate"],
        category=category,
        code=code,
        state=field["state"],
        vehicle=describe_vehicle(year, field["make"], field["model"], field["style"], field["color"]),
        originating_agency=field["originating_agency"],
        case_number=field["case_number"],
        priority=field["priority"],
        instructions=field["instructions"],
        valid_until=valid_until,
        extra=named(*rest.items(), ("year", odd_year(year))),
        plate_column="plate",
    )
