"""Custom and regional lists: delimited text whose header names its columns, or JSON objects with such keys.

Column names, and what their words mean, are data: `hotlists/codes/columns.toml` and `hotlists/codes/csv.toml`. A list
with names or words of its own is read with a mapping (`hotlists.layouts.mapping`).
"""

from __future__ import annotations

from typing import BinaryIO

from hotlists.text.entries import EntryMaker
from hotlists.text.json_rows import parse_any
from hotlists.text.parsing import ParsedList
from hotlists.text.records import RowMaker, headings_of, words_classifier


def parse(stream: BinaryIO, *, file_name: str, hotlist_id: str, default_state: str | None = None) -> ParsedList:
    """Read a custom list; see `hotlists.text.parsing.HotlistParser`.

    Columns are known by name, whatever their case, blanks and underscores: `plate` (needed), `state, category,
    case_number, make, model, style, color, year, expires, valid_from, instructions, priority, originating_agency`, and
    common names for these. Others are kept.
    """
    maker = RowMaker(EntryMaker("csv", hotlist_id, default_state, "plate"), words_classifier("csv"))
    return parse_any(stream, file_name, maker, headings_of("csv"))
