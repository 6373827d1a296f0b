"""New Jersey, motor vehicle commission: NCIC's columns, with a code alone in the first of them.

Source: layout as in the public importer openalpr/openalpr_hotlist_import (2023).
"""

from __future__ import annotations

from typing import BinaryIO, Final

from hotlists.codes.maps import code_category
from hotlists.fields.errors import FieldError
from hotlists.text.alignment import check_alignment, is_extract_row
from hotlists.text.edges import read_rows
from hotlists.text.entries import EntryMaker, named
from hotlists.text.extract import COLUMNS, split_extract
from hotlists.text.lines import Line, read_lines
from hotlists.text.parsing import ParsedList
from schemas.types import HotlistEntry

_LIC: Final = slice(*COLUMNS["LIC"])
_LIS: Final = slice(*COLUMNS["LIS"])
_NIC_LENGTH: Final = COLUMNS["NIC"][1]


def parse(stream: BinaryIO, *, file_name: str, hotlist_id: str, default_state: str | None = None) -> ParsedList:
    """Read New Jersey's list; see `hotlists.text.parsing.HotlistParser`.

    Its records have no id: plate, state and category tell them apart.
    """
    make = EntryMaker("nj", hotlist_id, default_state)

    def entry_of(line: Line) -> HotlistEntry:
        text = line.text
        record = split_extract(text)
        check_alignment(text[_LIC], text[_LIS], "nj")
        code = text[0].upper()
        if not (code.isascii() and code.isalpha()):
            raise FieldError("CODE", "a letter was expected in column 0")
        nic = record.nic
        has_id = len(nic) == _NIC_LENGTH and nic.isalnum()
        rest = "" if has_id or len(nic) == 1 else nic
        return make(
            line,
            plate=record.lic,
            category=code_category("nj", code),
            code=code,
            state=record.lis,
            source_entry_id=nic if has_id else "",
            vehicle=record.vehicle,
            originating_agency=record.ori,
            extra=record.extra + named(("record", rest)) if rest else record.extra,
        )

    return read_rows(read_lines(stream, file_name), entry_of, is_row=_is_row)


def _is_row(text: str) -> bool:
    return is_extract_row(text, "nj")
