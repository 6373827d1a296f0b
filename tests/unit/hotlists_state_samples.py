"""Sample rows of state lists, and how tests read them."""

from __future__ import annotations

import io

from hotlists.layouts.registry import parser_for
from hotlists.text.parsing import ParsedList, ParsedRow
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

ROWS = {
    "ca-clew": CLEW_ROW,
    "wa-wacic": WACIC_ROW,
    "il-leads": LEADS_ROW,
    "wa-stolen": WA_ROW,
    "fl": FL_ROW,
    "oh-leads": OH_ROW,
}
PLATES = {
    "ca-clew": "ABC1234",
    "wa-wacic": "BN0W111",
    "il-leads": "660JEM",
    "wa-stolen": "921RQE",
    "fl": "ABC123",
    "oh-leads": "ABC123",
}


def read(layout: str, data: str | bytes, name: str = "svs.tbl", state: str | None = None) -> ParsedList:
    raw = data if isinstance(data, bytes) else data.encode()
    return parser_for(layout)(io.BytesIO(raw), file_name=name, hotlist_id=layout, default_state=state)


def rows(layout: str, data: str | bytes, name: str = "svs.tbl", state: str | None = None) -> list[ParsedRow]:
    return list(read(layout, data, name, state).rows)


def entry(layout: str, line: str, name: str = "svs.tbl", state: str | None = None) -> HotlistEntry:
    (row,) = rows(layout, f"{line}\n", name, state)
    assert isinstance(row, HotlistEntry), row
    return row


def entries(layout: str, data: str) -> list[HotlistEntry]:
    return [row for row in rows(layout, data) if isinstance(row, HotlistEntry)]


def rejected(layout: str, line: str) -> RejectedRow:
    """Return the rejection of a line behind a good row, so that it is not taken for a header."""
    good, bad = rows(layout, f"{ROWS[layout]}\n{line}\n")
    assert isinstance(good, HotlistEntry)
    assert isinstance(bad, RejectedRow), bad
    assert bad.line == 2
    return bad


def description(found: HotlistEntry) -> tuple[object, ...]:
    vehicle = found.vehicle
    assert vehicle is not None
    return vehicle.year, vehicle.make, vehicle.model, vehicle.style, vehicle.color
