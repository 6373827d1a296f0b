"""Michigan, New Jersey, New York, Colorado: rendered rows read back, and no bytes give another vehicle's plate."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotlists.codes.maps import category_map
from schemas.errors import InvalidInput
from schemas.plates import normalize_plate
from schemas.types import HotlistEntry, RejectedRow, VehicleDescription
from tests.unit.test_hotlists_states_a import SAMPLES, rows


@pytest.mark.parametrize("layout", ["ny", "co", "nj", "mi"])
@settings(deadline=None)
@given(plate=st.from_regex(r"[A-Z]{3}[0-9]{1,5}", fullmatch=True), at=st.integers(0, 200), blank=st.booleans())
def test_a_blank_too_few_or_too_many_never_names_another_vehicle(layout: str, plate: str, at: int, blank: bool) -> None:
    sample = SAMPLES[layout]
    begin = sample.index({"ny": "ABC1234", "co": "ABC123", "nj": "ABC123", "mi": "AHG5263"}[layout])
    line = f"{sample[:begin]}{plate:<10}{sample[begin + 10 :]}"
    blanks = [place for place, character in enumerate(line[: begin + 10]) if character == " "]
    place = blanks[at % len(blanks)]
    shifted = line[:place] + "  " + line[place + 1 :] if blank else line[:place] + line[place + 1 :]
    for row in rows(layout, f"{sample}\n{shifted}\n")[1:]:
        assert isinstance(row, RejectedRow) or row.plate == plate


_COLOR = st.sampled_from(["BLK", "RED/BLK", "WHI", ""])
_STATE = st.sampled_from(["VA", "MD", "0H", "NY", "TX", "C0"])
_PLATE = st.text(string.ascii_uppercase + string.digits, min_size=2, max_size=10)
_END = st.sampled_from(["\n", "\r\n", "   \r\n"])
_MAKE = st.sampled_from(["CHEV", "FORD", "BMW", "HYUN"])


@settings(deadline=None)
@given(code=st.sampled_from("MPRSTVWXZ"), plate=_PLATE, state=_STATE, make=_MAKE, color=_COLOR, end=_END)
def test_a_rendered_new_york_row_reads_back(code: str, plate: str, state: str, make: str, color: str, end: str) -> None:
    row = rows("ny", f"HEADER\n{plate:<10}{state}PAS{code}{make:<4}{color}{end}")[0]
    assert isinstance(row, HotlistEntry)
    assert (row.plate, row.source_code, row.category) == (plate, code, category_map("ny")[code])
    assert row.jurisdiction == f"US-{state.replace('0', 'O')}"
    assert row.vehicle == VehicleDescription(None, make, None, None, color or None)


@settings(deadline=None)
@given(
    reason=st.sampled_from(sorted(category_map("co"))),
    plate=_PLATE,
    state=_STATE,
    year=st.integers(1900, 2030),
    make=_MAKE,
    color=_COLOR,
    end=_END,
)
def test_a_rendered_colorado_row_reads_back(
    reason: str, plate: str, state: str, year: int, make: str, color: str, end: str
) -> None:
    row = rows("co", f"HEADER\n{plate:<10}{state}{reason.title():<22}{year} {make:<4} XYZ {color}{end}")[0]
    assert isinstance(row, HotlistEntry)
    assert (row.plate, row.category) == (plate, category_map("co")[reason])
    assert row.jurisdiction == f"US-{state.replace('0', 'O')}"
    assert row.vehicle == VehicleDescription(year, make, "XYZ", None, color or None)


@settings(deadline=None)
@given(
    code=st.sampled_from("ES"),
    plate=_PLATE,
    state=_STATE,
    year=st.integers(1900, 2030),
    make=_MAKE,
    color=_COLOR,
    end=_END,
)
def test_a_rendered_new_jersey_row_reads_back(
    code: str, plate: str, state: str, year: int, make: str, color: str, end: str
) -> None:
    row = rows("nj", f"HEADER\n{code:<27}{plate:<10}{state}2026PC{year}{make:<4}SEN04{color}{end}")[0]
    assert isinstance(row, HotlistEntry)
    assert (row.plate, row.source_code, row.category) == (plate, code, category_map("nj")[code])
    assert row.jurisdiction == f"US-{state.replace('0', 'O')}"
    assert row.vehicle == VehicleDescription(year, make, "SEN", "04", color or None)
    assert dict(row.extra) == {"plate_year": "2026", "license_type": "PC"}


@settings(deadline=None)
@given(
    number=st.text(string.digits, min_size=9, max_size=9),
    reason=st.sampled_from(sorted(category_map("mi"))),
    origin=st.sampled_from(["MI", "NCIC"]),
    plate=_PLATE,
    state=_STATE,
    year=st.integers(1900, 2030),
    make=_MAKE,
    color=_COLOR,
    end=_END,
)
def test_a_rendered_michigan_row_reads_back(
    number: str, reason: str, origin: str, plate: str, state: str, year: int, make: str, color: str, end: str
) -> None:
    columns = f"V{number}MI812180020260101{plate:<10}{state}2026PC{year}{make:<4}MOD4D{color:<7}"
    row = rows("mi", f"HEADER\n{columns}{reason.upper()} {origin}{end}")[0]
    assert isinstance(row, HotlistEntry)
    assert (row.source_entry_id, row.originating_agency, row.plate) == (f"V{number}", "MI8121800", plate)
    assert (row.category, row.source_code) == (category_map("mi")[reason], f"{reason.upper()} {origin}")
    assert row.jurisdiction == f"US-{state.replace('0', 'O')}"
    assert row.vehicle == VehicleDescription(year, make, "MOD", "4D", color or None)


def _mangled(sample: str) -> st.SearchStrategy[bytes]:
    raw = sample.encode()

    def cut(at: int, skip: int, put: bytes) -> bytes:
        return raw[:at] + put + raw[at + skip :]

    row = st.builds(cut, st.integers(0, len(sample)), st.integers(0, 12), st.binary(max_size=6))
    return st.lists(row, min_size=1, max_size=4).map(b"\n".join)


@pytest.mark.parametrize("layout", SAMPLES)
@settings(deadline=None)
@given(data=st.data())
def test_any_bytes_give_rows_rejects_or_one_clear_refusal(layout: str, data: st.DataObject) -> None:
    raw = data.draw(st.one_of(st.binary(max_size=400), _mangled(SAMPLES[layout])))
    try:
        found = rows(layout, raw)
    except InvalidInput:
        return
    assert all(isinstance(row, RejectedRow) or len(normalize_plate(row.plate)) >= 2 for row in found)
    assert len(found) <= raw.count(b"\n") + 1
