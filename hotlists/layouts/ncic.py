"""NCIC LPR extract (`VEHEXTRT.txt`): fixed width, one header line, no VIN, OCA, name, caution flag or expiry.

Source: columns as in the public importer openalpr/openalpr_hotlist_import (2023), not an FBI specification.
"""

from __future__ import annotations

from typing import BinaryIO

from hotlists.codes.maps import code_category
from hotlists.text.alignment import check_alignment
from hotlists.text.entries import EntryMaker
from hotlists.text.extract import extract_entry, read_extract, split_extract
from hotlists.text.lines import Line
from hotlists.text.parsing import ParsedList
from schemas.types import HotlistEntry


def parse(stream: BinaryIO, *, file_name: str, hotlist_id: str, default_state: str | None = None) -> ParsedList:
    """Read an NCIC LPR extract; see `hotlists.text.parsing.HotlistParser`.

    A first line that begins like a record is a record; any other first line is the header. Text after the last column
    is kept as a note.
    """
    make = EntryMaker("ncic", hotlist_id, default_state)

    def entry_of(line: Line) -> HotlistEntry:
        text = line.text
        record = split_extract(text)
        check_alignment(text[27:37], text[37:39], "ncic")
        code = record.nic[:1].upper()
        return extract_entry(make, line, record, code_category("ncic", code), code)

    return read_extract(stream, file_name, entry_of)
