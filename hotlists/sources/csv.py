"""Custom and regional lists: delimited text whose header names a `plate` column."""

from __future__ import annotations

from typing import BinaryIO

from hotlists.codemap import category_of_words
from hotlists.parsing import ParsedList
from hotlists.records import Fields, parse_records
from schemas.types import Category


def parse(stream: BinaryIO, *, source_name: str, hotlist_id: str, default_state: str | None = None) -> ParsedList:
    """Read a custom list; see `hotlists.parsing.HotlistParser`.

    Columns are known by name, whatever their case, blanks and underscores: `plate` (needed), `state, category, make,
    model, style, color, year, case_number, expires, instructions, priority, originating_agency`. Others are kept.
    """
    return parse_records(
        stream, source_name=source_name, hotlist_id=hotlist_id, default_state=default_state, classify=_classify
    )


def _classify(fields: Fields) -> tuple[Category, str | None]:
    words = fields.get("category", "")
    return category_of_words("csv", words), words or None
