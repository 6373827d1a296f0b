"""Reads lists by a mapping: tables with or without a header, and JSON objects."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import BinaryIO, cast

from hotlists.codes.maps import category_of_words
from hotlists.fields.columns import heading
from hotlists.fields.errors import FieldError
from hotlists.fields.moments import Moments
from hotlists.layouts.mapping import ListMapping
from hotlists.text.delimited import DELIMITERS, Table
from hotlists.text.entries import EntryMaker
from hotlists.text.json_objects import is_json
from hotlists.text.json_rows import objects_list
from hotlists.text.lines import Line, read_lines
from hotlists.text.parsing import HotlistParser, ParsedList
from hotlists.text.peeked import Peeked
from hotlists.text.records import Classify, RowMaker, RowPlan
from hotlists.text.tables import cells, table
from schemas.errors import InvalidInput
from schemas.types import Category, HotlistEntry


def mapped_parser(mapping: ListMapping) -> HotlistParser:
    """Return the parser of a declared layout, to be used in the place of a layout's own.

    Args:
        mapping: The declaration. All of it is part of the lists' `context`.
    """

    def parse(stream: BinaryIO, *, file_name: str, hotlist_id: str, default_state: str | None = None) -> ParsedList:
        make = EntryMaker("csv", hotlist_id, default_state or mapping.default_state, "plate")
        maker = RowMaker(make, _classifier(mapping), moments=Moments(mapping.date_formats, mapping.zone()))
        peeked = Peeked(stream)
        if mapping.format == "jsonl" or (mapping.format == "auto" and is_json(peeked.start)):
            return _objects(peeked, file_name, maker, mapping)
        return _table_list(peeked, file_name, maker, mapping)

    return parse


def _classifier(mapping: ListMapping) -> Classify:
    own = {words.strip().casefold(): category for words, category in mapping.categories.items()}

    def classify(words: str, more: tuple[str, ...]) -> tuple[Category, str | None]:
        if not words:
            return mapping.default_category or Category.UNMAPPED, None
        return own.get(words.casefold()) or category_of_words("csv", words), words

    return classify


def _keep(mapping: ListMapping) -> Callable[[Line], bool] | None:
    if mapping.skip is None:
        return None
    search = re.compile(mapping.skip).search
    return lambda line: search(line.text) is None


def _context(mapping: ListMapping, maker: RowMaker) -> str:
    return f"{maker.context}\n{mapping.model_dump_json()}"


def _objects(stream: Peeked, file_name: str, maker: RowMaker, mapping: ListMapping) -> ParsedList:
    columns = mapping.columns.given()
    if any(isinstance(column, int) for column in columns.values()):
        raise InvalidInput("the file holds JSON objects; the mapping has to name keys, not numbers", source=file_name)

    def plan_of(keys: tuple[str, ...]) -> RowPlan:
        places = {field: keys.index(str(column)) for field, column in columns.items() if column in keys}
        if "plate" not in places:
            raise FieldError("plate", f"the object has no key '{columns['plate']}'")
        return maker.plan(keys, places)

    context = _context(mapping, maker)
    return objects_list(stream, file_name, maker, plan_of, context=context, keep=_keep(mapping))


def _table_list(stream: Peeked, file_name: str, maker: RowMaker, mapping: ListMapping) -> ParsedList:
    lines: Iterator[Line] = read_lines(cast(BinaryIO, stream), file_name)
    keep = _keep(mapping)
    found = _open(lines if keep is None else filter(keep, lines), file_name, mapping)
    plan = maker.plan(found.names, _places(found, mapping, file_name))

    def entry_of(line: Line) -> HotlistEntry:
        return maker.entry(line, plan, found.fields(line))

    header = found.header.text if mapping.header else None
    context = f"{_context(mapping, maker)}\n{found.delimiter}\n{found.names}\n{found.spare}"
    return ParsedList(found.records, entry_of, header=header, context=context)


def _open(lines: Iterator[Line], file_name: str, mapping: ListMapping) -> Table:
    first = next(lines, None)
    if first is not None and re.fullmatch(r"sep=.?", first.text, re.IGNORECASE):
        first = next(lines, None)
    if first is None:
        raise InvalidInput("every line is skipped; a hotlist with at least one row was expected", source=file_name)
    delimiter = mapping.delimiter or ("\t" if mapping.format == "tsv" else _find_delimiter(first.text, mapping))
    names = cells(first.text, delimiter)
    plate = mapping.columns.plate
    if mapping.header:
        places = _matching(names, str(plate)) if isinstance(plate, str) else [plate - 1]
        return table(first, names, delimiter, lines, places[0] if places and places[0] < len(names) else None)
    numbers = [column for column in mapping.columns.given().values() if isinstance(column, int)]
    names = tuple(f"column {number}" for number in range(1, max([len(names), *numbers]) + 1))
    place = plate - 1 if isinstance(plate, int) else None
    return table(Line(0, ""), names, delimiter, chain((first,), lines), place)


def _find_delimiter(text: str, mapping: ListMapping) -> str:
    wanted = {heading(column) for column in mapping.columns.given().values() if isinstance(column, str)}

    def fit(delimiter: str) -> tuple[int, int]:
        names = cells(text, delimiter)
        return (len(wanted.intersection(map(heading, names))) if mapping.header else 0), len(names)

    # The first of the best: a comma, where nothing tells them apart.
    return max(DELIMITERS, key=fit)


def _places(found: Table, mapping: ListMapping, file_name: str) -> Mapping[str, int]:
    places: dict[str, int] = {}
    for field, column in mapping.columns.given().items():
        if isinstance(column, int):
            if column > len(found.names):
                raise _no_column(found, f"there is no column {column}", field, file_name)
            places[field] = column - 1
            continue
        matching = _matching(found.names, column)
        if len(matching) != 1:
            problem = f"{len(matching)} columns are" if matching else "no column is"
            raise _no_column(found, f"{problem} named '{column}'", field, file_name)
        places[field] = matching[0]
    return places


def _matching(names: Sequence[str], wanted: str) -> list[int]:
    exact = [place for place, name in enumerate(names) if name == wanted.strip()]
    return exact or [place for place, name in enumerate(names) if heading(name) == heading(wanted)]


def _no_column(found: Table, problem: str, field: str, file_name: str) -> InvalidInput:
    return InvalidInput(
        f"{problem}, which the mapping takes for '{field}'; the header is '{found.header.text[:200]}'",
        source=file_name,
        line=found.header.number or None,
    )
