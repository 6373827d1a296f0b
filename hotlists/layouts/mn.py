"""Minnesota: NCIC's fields as twelve comma-separated columns.

Source: layout as in the public importer openalpr/openalpr_hotlist_import (2023).
"""

from __future__ import annotations

from typing import BinaryIO, Final

from hotlists.text.entries import EntryMaker
from hotlists.text.lines import Line
from hotlists.text.parsing import ParsedList
from hotlists.text.unheaded import ncic_entry, read_unheaded, split_row
from schemas.types import HotlistEntry

COLUMNS: Final = ("NIC", "ORI", "DATE", "LIC", "LIS", "LIY", "LIT", "VYR", "VMA", "VMO", "VST", "VCO")
_NEEDED: Final = COLUMNS.index("LIS") + 1


def parse(stream: BinaryIO, *, file_name: str, hotlist_id: str, default_state: str | None = None) -> ParsedList:
    """Read Minnesota's list; see `hotlists.text.parsing.HotlistParser`. The first column may hold the code alone."""
    make = EntryMaker("mn", hotlist_id, default_state)

    def entry_of(line: Line) -> HotlistEntry:
        return ncic_entry(make, "mn", line, split_row(line.text, COLUMNS, _NEEDED))

    return read_unheaded(stream, file_name, COLUMNS, entry_of)
