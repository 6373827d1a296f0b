"""What is not to be collected does not stay on a read."""

from __future__ import annotations

import dataclasses
from datetime import date
from itertools import combinations
from typing import Any

import pytest

from policy.collection import Attribute, CollectionRule
from policy.decisions import law_alone
from schemas.types import Movement, PlateRead, SecondReading, VehicleDescription, VendorReport
from tests.unit.alerts.samples import sample_read

FACT: dict[str, Any] = {"citation": "Law 1", "as_of": date(2026, 1, 1), "confidence": "read"}
ALWAYS = {Attribute.PLATE, Attribute.TIME, Attribute.PLACE}
FIELDS = {
    Attribute.VEHICLE: "vehicle",
    Attribute.MOVEMENT: "movement",
    Attribute.SECOND_READING: "second_reading",
}


def full_read() -> PlateRead:
    return dataclasses.replace(
        sample_read(),
        vehicle=VehicleDescription(2019, "FORD", color="BLUE"),
        movement=Movement("2", "leaving", 17.0),
        second_reading=SecondReading("VNV4527", 0.9, True),
        report=VendorReport("axis", "pass-1", '{"hit": 1}', payload='{"color": "blue"}'),
    )


@pytest.mark.parametrize("count", range(6))
def test_what_the_law_does_not_name_goes_and_all_else_stays(count: int) -> None:
    others = [one for one in Attribute if one not in (*ALWAYS, Attribute.PICTURES)]
    for named in combinations(others, min(count, len(others))):
        kept = CollectionRule(**FACT, attributes=named).kept(full_read())
        for attribute, field in FIELDS.items():
            assert (getattr(kept, field) is not None) is (attribute in named)
        assert kept.report is not None
        assert (kept.report.payload is not None) is (Attribute.VENDOR_REPORT in named)
        assert (kept.report.hit is not None) is (Attribute.VENDOR_REPORT in named)
        assert (kept.report.vendor, kept.report.pass_id) == ("axis", "pass-1")
        same = dataclasses.replace(full_read(), vehicle=None, movement=None, second_reading=None, report=None)
        assert dataclasses.replace(kept, vehicle=None, movement=None, second_reading=None, report=None) == same


def test_without_plate_time_and_place_there_is_no_read_and_the_law_names_the_rest() -> None:
    for named in (*combinations(Attribute, 0), *combinations(Attribute, 1)):
        rule = CollectionRule(**FACT, attributes=named)
        assert {one for one in Attribute if rule.permits(one)} == ALWAYS | set(named)
    assert all(map(CollectionRule(**FACT).permits, Attribute))


def test_what_all_may_be_kept_is_not_even_copied() -> None:
    read = full_read()
    assert law_alone("virginia").kept(read) is read
    plain = dataclasses.replace(sample_read(), vehicle=None, second_reading=None)
    assert law_alone("minnesota").kept(plain) is plain


@pytest.mark.parametrize("said", [{"hit": '{"hit": 1}'}, {"payload": '{"color": "blue"}'}])
def test_either_part_of_a_vendors_report_goes(said: dict[str, str]) -> None:
    read = dataclasses.replace(sample_read(), report=VendorReport("axis", "pass-1", **{"hit": None, **said}))
    kept = CollectionRule(**FACT, attributes=()).kept(read)
    assert kept.report == VendorReport("axis", "pass-1", None)
