"""Sample rows of lists, and how tests read them."""

from __future__ import annotations

import io
import string
from typing import Any

from hypothesis import strategies as st

from hotlists.fields.absent import absent_words
from hotlists.fields.placeholders import is_placeholder
from hotlists.layouts.registry import parser_for
from hotlists.text.parsing import HotlistParser, ParsedList, ParsedRow
from schemas.plates import canonical_plate
from schemas.types import HotlistEntry, RejectedRow

CLEW_ROW = "ABC1234 CA1220190515"
WACIC_ROW = "21V0128839WAKCS000020211006BN0W111   WA2022PC"
LEADS_ROW = "660JEM  WIPCSTOLEN VYR/05 VMA/DODG VMO/MAG VST/4D VCO/RED     DOT/010315 LDS/V16A0661"
WA_MIS = "VERIFY 425 391 1035, BOTH PLATES ON VEHICLE, YES TO SEARCH, YES TO IMPOUND"
WA_ROW = f"EVS,WA0170600,921RQE,WA,2023,PC,5J6YH28573L041133,2003,HOND,ELE,4D,SIL,07/31/2022,22-08882,{WA_MIS}"
FL_ROW = (
    "STOLEN LICENSE PLATE;FL0123456;TALLAHASSEE POLICE DEPARTMENT;11-1234;;P123456789;P554433221;01/03/2019;N;"
    "01/01/2019 00:03:00;ABC123;2019;FL;PC;01/06/2019 16:03:04"
)
OH_ROW = "1 ABC123 MI 01/01/2017 04/11/2021 UHAU TL 2015 0NG/WHI M12345678 V987654321"

NCIC = "V123456789LA057020020190509AB123456  CA2009MC2009YAMACYLMCBLK"
NCIC_HEADER = "VEHICLE EXTRACT 20260102 0630"

MI = "M035777045WIMPD006320200403AHG5263   WI2020PC2003CHEVSUBLLBLK    MISSING PERSON NCIC"
NJ = "S                          ABC123    NJ      1985NIS SEN04BLUE"
NY = "ABC1234   NYPASXBUICWH"
CO = "ABC123    COAttempt To Locate     2002 FORD FOC BLK"
COLUMN_ROWS = {"mi": MI, "nj": NJ, "ny": NY, "co": CO}
"""Layouts whose columns stand in their places."""

MN = "C845996328,0H0671200,20211122,JFJ4764,0H,2022,TK,2013,CHEV,AVA,PK,CRM"
TX_NCIC = "C165399977,0H0671200,20200124,GGX6728,0H,2021,2009,D0DG,CHA,4D,GRY"
TX_TCIC = "TW1026325915,17MFM5,TX,2009,FORD,TK,PK,WHI"
UNHEADED_ROWS = {"mn": MN, "tx-ncic": TX_NCIC, "tx-tcic": TX_TCIC}
"""Comma-separated layouts without names."""

OTHER_ROWS = {
    "ca-clew": CLEW_ROW,
    "wa-wacic": WACIC_ROW,
    "il-leads": LEADS_ROW,
    "wa-stolen": WA_ROW,
    "fl": FL_ROW,
    "oh-leads": OH_ROW,
}
OTHER_PLATES = {
    "ca-clew": "ABC1234",
    "wa-wacic": "BN0W111",
    "il-leads": "660JEM",
    "wa-stolen": "921RQE",
    "fl": "ABC123",
    "oh-leads": "ABC123",
}

FLOCK: dict[str, Any] = {
    "id": "e-1",
    "plate": "ABC0123",
    "reason": "Stolen Vehicle",
    "caseNumber": "26-1",
    "state": "new_york",
    "expiry": "2027-01-01T05:00:00.000Z",
    "note": {"message": "Call Det. Ray"},
}


def says_something(text: str) -> bool:
    """Whether a field's text is not one of those that say that it is empty, like NULL."""
    return text not in absent_words() and text not in absent_words("coded")


COLORS = st.sampled_from(["BLK", "RED/BLK", "WHI", ""])
STATES = st.sampled_from(["VA", "MD", "0H", "NY", "TX", "C0"])
PLATES = st.text(string.ascii_uppercase + string.digits, min_size=2, max_size=10).filter(
    lambda plate: not is_placeholder(canonical_plate(plate))
)
LINE_ENDS = st.sampled_from(["\n", "\r\n", "   \r\n"])
MAKES = st.sampled_from(["CHEV", "FORD", "BMW", "HYUN"])
"""Values of rows that tests render."""


def read(layout: str | HotlistParser, data: str | bytes, state: str | None = None, name: str = "svs.tbl") -> ParsedList:
    """Open a list of a layout, or of a parser's own."""
    raw = data if isinstance(data, bytes) else data.encode()
    parse, hotlist_id = (parser_for(layout), layout) if isinstance(layout, str) else (layout, "custom")
    return parse(io.BytesIO(raw), file_name=name, hotlist_id=hotlist_id, default_state=state)


def rows(
    layout: str | HotlistParser, data: str | bytes, state: str | None = None, name: str = "svs.tbl"
) -> list[ParsedRow]:
    return list(read(layout, data, state, name).rows)


def entry(layout: str, line: str, state: str | None = None, name: str = "svs.tbl") -> HotlistEntry:
    """Return the entry of a list of one row."""
    (row,) = rows(layout, f"{line}\n", state, name)
    assert isinstance(row, HotlistEntry), row
    return row


def entries(layout: str | HotlistParser, data: str | bytes) -> list[HotlistEntry]:
    """Return the entries of a list that has no rejects."""
    found = rows(layout, data)
    assert all(isinstance(row, HotlistEntry) for row in found), found
    return [row for row in found if isinstance(row, HotlistEntry)]


def plates_and_reasons(layout: str | HotlistParser, data: str | bytes) -> tuple[list[str], list[str]]:
    """Return the plates of a list's entries, and why its other rows were rejected."""
    found = rows(layout, data)
    plates = [row.plate for row in found if isinstance(row, HotlistEntry)]
    return plates, [row.reason for row in found if isinstance(row, RejectedRow)]


def lines_in(raw: bytes) -> int:
    """Return the most lines that bytes can be."""
    return raw.count(b"\n") + raw.count(b"\r") + 1


def rejects(layout: str | HotlistParser, data: str | bytes) -> list[RejectedRow]:
    return [row for row in rows(layout, data) if isinstance(row, RejectedRow)]


def rejected(layout: str, line: str) -> RejectedRow:
    """Return the rejection of a line between good rows, so that it is not taken for a header."""
    sample = (COLUMN_ROWS | UNHEADED_ROWS | OTHER_ROWS)[layout]
    good, bad, after = rows(layout, f"{sample}\n{line}\n{sample}\n")
    assert isinstance(good, HotlistEntry)
    assert isinstance(after, HotlistEntry), "one bad row must not stop the others"
    assert isinstance(bad, RejectedRow), bad
    assert bad.line == 2
    return bad


def description(found: HotlistEntry) -> tuple[object, ...]:
    vehicle = found.vehicle
    assert vehicle is not None
    return vehicle.year, vehicle.make, vehicle.model, vehicle.style, vehicle.color


def mangled(sample: str) -> st.SearchStrategy[bytes]:
    """Lines of a row that is cut, or has bytes put into it."""
    raw = sample.encode()

    def cut(at: int, skip: int, put: bytes) -> bytes:
        return raw[:at] + put + raw[at + skip :]

    row = st.builds(cut, st.integers(0, len(sample)), st.integers(0, 12), st.binary(max_size=6))
    return st.lists(row, min_size=1, max_size=4).map(b"\n".join)
