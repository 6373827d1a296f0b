"""Texas, NCIC's records: NCIC's fields as eleven comma-separated columns, without the license type.

Source: layout as in the public importer openalpr/openalpr_hotlist_import (2023).
"""

from __future__ import annotations

from typing import BinaryIO, Final

from hotlists.text.entries import EntryMaker
from hotlists.text.lines import Line
from hotlists.text.parsing import ParsedList
from hotlists.text.unheaded import ncic_entry, read_unheaded, split_row
from schemas.types import HotlistEntry

COLUMNS: Final = ("NIC", "ORI", "DATE", "LIC", "LIS", "LIY", "VYR", "VMA", "VMO", "VST", "VCO")
_NEEDED: Final = COLUMNS.index("LIS") + 1
_LICENSE_TYPE_PLACE: Final = COLUMNS.index("VYR")


def parse(stream: BinaryIO, *, file_name: str, hotlist_id: str, default_state: str | None = None) -> ParsedList:
    """Read Texas' list of NCIC's records; see `hotlists.text.parsing.HotlistParser`."""
    make = EntryMaker("tx-ncic", hotlist_id, default_state)

    def entry_of(line: Line) -> HotlistEntry:
        fields = split_row(line.text, COLUMNS, _NEEDED)
        fields.insert(_LICENSE_TYPE_PLACE, "")
        return ncic_entry(make, "tx-ncic", line, fields)

    return read_unheaded(stream, file_name, COLUMNS, entry_of)
