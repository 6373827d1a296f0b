"""Colorado: fixed columns, and a vehicle in words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotlists.codes.maps import category_map
from schemas.types import Category, HotlistEntry, VehicleDescription
from tests.unit.hotlists.list_samples import (
    CO,
    COLORS,
    LINE_ENDS,
    MAKES,
    PLATES,
    STATES,
    entry,
    rows,
)


def test_every_field_of_colorados_sample() -> None:
    found = entry("co", CO)
    assert (found.plate, found.jurisdiction) == ("ABC123", "US-CO")
    assert (found.category, found.source_code) == (Category.WATCH, "Attempt To Locate")
    assert found.vehicle == VehicleDescription(2002, "FORD", "FOC", None, "BLK")
    assert found.extra == ()


@pytest.mark.parametrize(
    ("reason", "category"),
    [
        ("Attempt To Locate", Category.WATCH),
        ("Felony Warrant", Category.WANTED_PERSON),
        ("Local Warrant", Category.WANTED_PERSON),
        ("Reported Lost", Category.LOST_PLATE),
        ("Sexual Offender", Category.SEX_OFFENDER),
        ("Stolen/Car Jacking/Ca", Category.STOLEN_VEHICLE),
        ("Stolen/Car Jacking/Car", Category.STOLEN_VEHICLE),
        ("Stolen Plate", Category.STOLEN_PLATE),
        ("Stolen Vehicle", Category.STOLEN_VEHICLE),
        ("STOLEN VEHICLE", Category.STOLEN_VEHICLE),
        ("Used in Felony or By", Category.FELONY_VEHICLE),
        ("Used in Misdemeanor or", Category.MISDEMEANOR_VEHICLE),
        ("Used in Misdemeanor o", Category.MISDEMEANOR_VEHICLE),
        ("Missing Person", Category.MISSING_PERSON),
        ("Something Else", Category.UNMAPPED),
    ],
)
def test_colorados_reasons(reason: str, category: Category) -> None:
    found = entry("co", f"{CO[:12]}{reason:<22}{CO[34:]}")
    assert (found.category, found.source_code) == (category, reason)
    assert found.vehicle == VehicleDescription(2002, "FORD", "FOC", None, "BLK")
    assert entry("co", CO[:12] + reason).vehicle is None


@pytest.mark.parametrize(
    ("text", "vehicle", "extra"),
    [
        ("2002 BMW  325 BLK/WHI", VehicleDescription(2002, "BMW", "325", None, "BLK/WHI"), {}),
        ("2002 BMW 325 BLK", VehicleDescription(2002, "BMW", "325", None, "BLK"), {}),
        ("02 D0DG RAM", VehicleDescription(2002, "DODG", "RAM"), {}),
        ("     FORD FOC GRN", VehicleDescription(None, "FORD", "FOC", None, "GRN"), {}),
        ("FORD GRN", VehicleDescription(None, "FORD", None, None, "GRN"), {}),
        ("1998 FORD F150 PK BLU", VehicleDescription(1998, "FORD", "F150", "PK", "BLU"), {}),
        ("2002", VehicleDescription(2002), {}),
        ("  2002", VehicleDescription(2002), {}),
        ("2002 BLK", VehicleDescription(2002, "BLK"), {}),
        ("1800 FORD", None, {"vehicle_text": "1800 FORD"}),
        ("300 CHRY BLK", None, {"vehicle_text": "300 CHRY BLK"}),
        ("SEE THE REPORT OF THE SHERIFF", None, {"vehicle_text": "SEE THE REPORT OF THE SHERIFF"}),
    ],
)
def test_colorados_vehicles(text: str, vehicle: VehicleDescription | None, extra: dict[str, str]) -> None:
    found = entry("co", CO[:34] + text)
    assert found.vehicle == vehicle
    assert dict(found.extra) == extra


@settings(deadline=None)
@given(
    reason=st.sampled_from(sorted(category_map("co"))),
    plate=PLATES,
    state=STATES,
    year=st.integers(1900, 2030),
    make=MAKES,
    color=COLORS,
    end=LINE_ENDS,
)
def test_a_rendered_colorado_row_reads_back(
    reason: str, plate: str, state: str, year: int, make: str, color: str, end: str
) -> None:
    row = rows("co", f"HEADER\n{plate:<10}{state}{reason.title():<22}{year} {make:<4} XYZ {color}{end}")[0]
    assert isinstance(row, HotlistEntry)
    assert (row.plate, row.category) == (plate, category_map("co")[reason])
    assert row.jurisdiction == f"US-{state.replace('0', 'O')}"
    assert row.vehicle == VehicleDescription(year, make, "XYZ", None, color or None)
