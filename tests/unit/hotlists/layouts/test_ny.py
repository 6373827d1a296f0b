"""New York: fixed columns that begin with the plate."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotlists.codes.maps import category_map
from schemas.types import Category, HotlistEntry, VehicleDescription
from tests.unit.hotlists.list_samples import (
    COLORS,
    LINE_ENDS,
    MAKES,
    NY,
    PLATES,
    STATES,
    entry,
    rows,
)


def test_every_field_of_new_yorks_sample() -> None:
    found = entry("ny", NY)
    assert (found.plate, found.jurisdiction) == ("ABC1234", "US-NY")
    assert (found.category, found.source_code) == (Category.SUSPENDED_REGISTRATION, "X")
    assert found.vehicle == VehicleDescription(None, "BUIC", None, None, "WH")
    assert dict(found.extra) == {"license_type": "PAS"}


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("M", Category.MISSING_PERSON),
        ("P", Category.STOLEN_PLATE),
        ("R", Category.STOLEN_PLATE),
        ("S", Category.SEX_OFFENDER),
        ("T", Category.GANG_OR_TERRORIST),
        ("V", Category.STOLEN_VEHICLE),
        ("W", Category.WANTED_PERSON),
        ("X", Category.SUSPENDED_REGISTRATION),
        ("Z", Category.SUSPENDED_LICENSE),
        ("A", Category.UNMAPPED),
        ("7", Category.UNMAPPED),
    ],
)
def test_new_yorks_codes(code: str, category: Category) -> None:
    found = entry("ny", NY[:15] + code + NY[16:])
    assert (found.category, found.source_code) == (category, code)


def test_new_yorks_row_may_end_after_its_code_and_color_may_have_two_parts() -> None:
    short = entry("ny", "ABC1234   NYPASV")
    assert (short.vehicle, short.category) == (None, Category.STOLEN_VEHICLE)
    two = entry("ny", "10        ILPC VMELRYEL/BLK")
    assert two.vehicle == VehicleDescription(None, "MELR", None, None, "YEL/BLK")
    assert dict(two.extra) == {"license_type": "PC"}
    assert dict(entry("ny", NY + "   STOLEN IN UTICA").extra)["note"] == "STOLEN IN UTICA"


@settings(deadline=None)
@given(code=st.sampled_from("MPRSTVWXZ"), plate=PLATES, state=STATES, make=MAKES, color=COLORS, end=LINE_ENDS)
def test_a_rendered_new_york_row_reads_back(code: str, plate: str, state: str, make: str, color: str, end: str) -> None:
    row = rows("ny", f"HEADER\n{plate:<10}{state}PAS{code}{make:<4}{color}{end}")[0]
    assert isinstance(row, HotlistEntry)
    assert (row.plate, row.source_code, row.category) == (plate, code, category_map("ny")[code])
    assert row.jurisdiction == f"US-{state.replace('0', 'O')}"
    assert row.vehicle == VehicleDescription(None, make, None, None, color or None)
