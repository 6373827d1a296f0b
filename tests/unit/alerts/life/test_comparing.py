"""Plate and vehicle as seen beside what is listed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.life.comparing import contradictions, fault_of_plate, unexplained
from schemas.events import Alert, VehicleEvent, VehicleEvidenceEvent
from schemas.types import VehicleEvidence
from schemas.vehicle_classes import VehicleKind
from tests.unit.alerts.samples import sample_alert


@pytest.mark.parametrize(
    ("seen", "listed"),
    [
        ("VNV4527", "VNV4527"),
        ("vnv-4527", "VNV 4527"),
        ("B0W 111", "BOW111"),
        ("ABC1234", "ABC1??4"),
        ("abc1.234", "ABC1234"),
    ],
)
def test_the_listed_plate_in_any_spelling(seen: str, listed: str) -> None:
    assert fault_of_plate(seen, listed) is None


@pytest.mark.parametrize(
    ("seen", "listed", "word"),
    [
        ("8KV4921", "BKV4921", "misread"),
        ("VNV4522", "VNV4527", "misread"),
        ("VNV452", "VNV4527", "misread"),
        ("VNV45277", "VNV4527", "misread"),
        ("VNV45?7", "VNV4527", "not seen"),
        ("???????", "VNV4527", "not seen"),
        ("*", "VNV4527", "on no plate"),
        ("VNV4527%", "VNV4527", "on no plate"),
        (" - ", "VNV4527", "empty"),
        ("ABC1235", "ABC1??4", "misread"),
    ],
)
def test_what_is_not_the_listed_plate_confirms_nothing(seen: str, listed: str, word: str) -> None:
    fault = fault_of_plate(seen, listed)
    assert fault is not None
    assert word in fault
    assert listed not in fault  # it is no help for somebody who would type what is expected


@given(st.text(max_size=14), st.text("ABO0189?", min_size=1, max_size=8))
def test_any_text_is_judged(seen: str, listed: str) -> None:
    fault = fault_of_plate(seen, listed)
    assert fault is None or fault


def _alert(read: dict[str, Any] | None = None, listed: dict[str, Any] | None = None, **entry: Any) -> Alert:
    alert = sample_alert()
    return alert.model_copy(
        update={
            "read": alert.read.model_copy(update={"vehicle": VehicleEvent(**(read or {}))}),
            "entry": alert.entry.model_copy(update={"vehicle": VehicleEvent(**(listed or {})), **entry}),
        }
    )


@pytest.mark.parametrize(
    ("read", "listed", "license_type", "differs"),
    [
        ({"vehicle_class": "car"}, {"style": "MC"}, None, True),
        ({"vehicle_class": "Motorcycle"}, {"style": "4D"}, None, True),
        ({"style": "suv-crossover"}, {"style": "MC"}, None, True),
        ({"vehicle_class": "SUV"}, {}, "MC", True),
        ({"vehicle_class": "pickup"}, {"style": "4D"}, None, True),
        ({"vehicle_class": "bus"}, {"style": "2D"}, None, True),
        ({"vehicle_class": "motorcycle"}, {}, "MC", False),
        ({"vehicle_class": "truck"}, {"style": "PK"}, None, False),
        ({"style": "tractor-trailer"}, {"style": "TK"}, None, False),
        ({"vehicle_class": "van"}, {"style": "SUV"}, None, False),
        ({"vehicle_class": "van"}, {"style": "MC"}, None, True),
        ({"vehicle_class": "vehicle"}, {"style": "MC"}, None, False),
        ({}, {"style": "MC"}, None, False),
        ({"vehicle_class": "car"}, {}, "PC", False),
        ({"vehicle_class": "car"}, {}, None, False),
    ],
)
def test_classes_that_cannot_be_of_one_vehicle(
    read: dict[str, Any], listed: dict[str, Any], license_type: str | None, differs: bool
) -> None:
    found = contradictions(_alert(read, listed, license_type=license_type))
    assert [(one.feature, one.seen_by) for one in found] == ([("class", "reader")] if differs else [])


def test_what_a_person_sees_counts_beside_what_the_reader_saw() -> None:
    alert = _alert({}, {"style": "4D"})
    evidence = VehicleEvidenceEvent(feature="color", read="blue", listed="RED", agrees=False, score=-0.9)
    alert = alert.model_copy(update={"hit": alert.hit.model_copy(update={"vehicle": (evidence,)})})
    by_person = VehicleEvidence("make", "Ford", "TOYT", False, -1.5)
    found = contradictions(alert, kind_seen=VehicleKind.MOTORCYCLE, vehicle_seen=[by_person])
    assert [one.words for one in found] == [
        "CLASS: seen motorcycle, listed car (by the person)",
        "COLOR: seen blue, listed RED (by the reader)",
        "MAKE: seen Ford, listed TOYT (by the person)",
    ]
    left = unexplained(found, {"color": "yellow light", "class": "-"})
    assert [one.feature for one in left] == ["make"]


def test_a_state_that_differs_contradicts_until_a_person_has_seen_the_listed_one() -> None:
    alert = _alert()
    assert contradictions(alert) == ()
    maryland = alert.model_copy(update={"read": alert.read.model_copy(update={"jurisdiction": "US-MD"})})
    (found,) = contradictions(maryland)
    assert found.words == "STATE: seen US-MD, listed US-VA (by the reader)"
    assert contradictions(maryland, state_seen="US-VA") == ()
    (found,) = contradictions(alert, state_seen="US-MD")
    assert found.seen_by == "person"
