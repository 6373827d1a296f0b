"""Texas, the state's own records (TCIC): eight comma-separated columns, the code second in the record's id.

Source: layout as in the public importer openalpr/openalpr_hotlist_import (2023).
"""

from __future__ import annotations

from typing import BinaryIO, Final

from hotlists.codes.maps import code_category
from hotlists.fields.errors import FieldError
from hotlists.fields.vehicles import describe_vehicle, odd_year
from hotlists.text.entries import EntryMaker, named
from hotlists.text.lines import Line
from hotlists.text.parsing import ParsedList
from hotlists.text.unheaded import check_state, read_unheaded, split_row
from schemas.types import HotlistEntry

COLUMNS: Final = ("ID", "LIC", "LIS", "VYR", "VMA", "VMO", "VST", "VCO")
_NEEDED: Final = COLUMNS.index("LIS") + 1


def parse(stream: BinaryIO, *, file_name: str, hotlist_id: str, default_state: str | None = None) -> ParsedList:
    """Read Texas' list of its own records; see `hotlists.text.parsing.HotlistParser`."""
    make = EntryMaker("tx-tcic", hotlist_id, default_state)

    def entry_of(line: Line) -> HotlistEntry:
        record, lic, lis, vyr, vma, vmo, vst, vco = split_row(line.text, COLUMNS, _NEEDED)
        code = _code(record)
        check_state(lis)
        return make(
            line,
            plate=lic,
            category=code_category("tx-tcic", code),
            code=code,
            state=lis,
            source_entry_id=record if len(record) > 2 else "",
            vehicle=describe_vehicle(vyr, vma, vmo, vst, vco),
            extra=named(("vehicle_year", odd_year(vyr))) if vyr else (),
        )

    return read_unheaded(stream, file_name, COLUMNS, entry_of)


def _code(record: str) -> str:
    """Return the code of a record's id: its second character (`TW1026325915`).

    Raises:
        FieldError: It can be no id.
    """
    if not (len(record) > 1 and record.isalnum() and record.isascii()):
        raise FieldError("ID", "a T, the code's letter and digits were expected (TW1026325915)")
    code = record[1].upper()
    # These lists write the letter O as zero; O is a code here (protection order).
    return "O" if code == "0" and record[0] in "Tt" else code
