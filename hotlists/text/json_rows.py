"""Lists of JSON objects: one per line (JSON Lines), or a whole document with an array of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import BinaryIO, cast

from hotlists.fields.columns import find_fields
from hotlists.fields.errors import FieldError
from hotlists.text.json_objects import flatten, is_document, is_json, read_document
from hotlists.text.lines import Line, read_lines
from hotlists.text.parsing import ParsedList
from hotlists.text.peeked import Peeked
from hotlists.text.records import RowMaker, RowPlan, parse_records
from schemas.errors import InvalidInput
from schemas.types import HotlistEntry

_DISTINCT_SHAPES = 1024

PlanOf = Callable[[tuple[str, ...]], RowPlan]
"""Tells where the fields of an object stand among its keys."""


def parse_any(
    stream: BinaryIO,
    file_name: str,
    maker: RowMaker,
    headings: Mapping[str, str],
    needed: Collection[str] = ("plate",),
) -> ParsedList:
    """Read a list that is JSON or a delimited table, by how it begins; see `hotlists.text.parsing.HotlistParser`.

    Args:
        stream: The file, at its beginning.
        file_name: Its name, for errors.
        maker: Makes the entries.
        headings: Known headings and keys with their fields.
        needed: Fields that a table's header has to have.
    """
    peeked = Peeked(stream)
    if is_json(peeked.start):
        return parse_objects(peeked, file_name, maker, headings)
    return parse_records(cast(BinaryIO, peeked), file_name, maker, headings, needed)


def parse_objects(
    stream: Peeked,
    file_name: str,
    maker: RowMaker,
    headings: Mapping[str, str],
) -> ParsedList:
    """Read a list of objects whose keys are known headings; see `hotlists.text.parsing.HotlistParser`.

    Args:
        stream: The file, none of it read yet but its start.
        file_name: Its name, for errors.
        maker: Makes the entries.
        headings: Known headings with their fields.
    """

    def plan_of(keys: tuple[str, ...]) -> RowPlan:
        try:
            places = find_fields(keys, headings)
        except InvalidInput as error:
            raise FieldError("row", error.message.replace("the header", "the object")) from error
        if "plate" not in places:
            raise FieldError("plate", f"no key is the plate's; the object has {', '.join(keys)[:120] or 'none'}")
        return maker.plan(keys, places)

    return objects_list(stream, file_name, maker, plan_of, context=f"{maker.context}\n{sorted(headings.items())}")


def objects_list(
    stream: Peeked,
    file_name: str,
    maker: RowMaker,
    plan_of: PlanOf,
    *,
    context: str,
    keep: Callable[[Line], bool] | None = None,
) -> ParsedList:
    """Return the list of objects whose keys' meaning is known; see `parse_objects`.

    Args:
        stream: The file, at its beginning.
        file_name: Its name, for errors.
        maker: Makes the entries.
        plan_of: Where the fields of an object stand; the same for equal keys.
        context: What the entries depend on besides their text.
        keep: Tells which lines are rows.
    """
    cached_plan = lru_cache(_DISTINCT_SHAPES)(plan_of)

    def entry_of(line: Line) -> HotlistEntry:
        keys, row = flatten(line.text)
        return maker.entry(line, cached_plan(keys), row)

    if is_document(stream.start):
        records, total = read_document(stream, file_name)
        return ParsedList(records, entry_of, context=context, declared_rows=lambda: total)
    lines = read_lines(cast(BinaryIO, stream), file_name)
    return ParsedList(lines if keep is None else filter(keep, lines), entry_of, context=context)
