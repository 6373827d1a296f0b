"""Flock Safety custom hotlists: entries of its API as JSON, and CSV uploads and exports.

An entry needs `plate`, `reason` and `caseNumber`; `id`, `state`, `expiry` (ISO 8601) and `note`
(`{"message": ...}`) are optional. States are names like `new_york`; plates come with O written as zero. A page of the
API's answer, `{"entries": [...], "totalResults": n}`, is read as it is; `totalResults` counts the rows of the whole
list, so that one page of several is noticed.

Source: Flock Safety API v3, OpenAPI document 3.0.0, schemas HotlistEntry and GetHotlistEntriesResponse, as published in
api-evangelist/flock-safety (2026). The headings of the CSV form are unconfirmed (`hotlists/codes/columns.toml`).
"""

from __future__ import annotations

from typing import BinaryIO

from hotlists.text.entries import EntryMaker
from hotlists.text.json_rows import parse_any
from hotlists.text.parsing import ParsedList
from hotlists.text.records import RowMaker, headings_of, words_classifier


def parse(stream: BinaryIO, *, file_name: str, hotlist_id: str, default_state: str | None = None) -> ParsedList:
    """Read a Flock custom hotlist; see `hotlists.text.parsing.HotlistParser`.

    A CSV's header has to name the plate, the reason and the case number. The note becomes the entry's instructions.
    """
    maker = RowMaker(EntryMaker("flock", hotlist_id, default_state, "plate"), words_classifier("flock"))
    headings = headings_of("flock")
    return parse_any(stream, file_name, maker, headings, needed=("plate", "category", "case_number"))
