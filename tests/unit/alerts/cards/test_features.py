"""What of state, class, make, color and year speaks for an alert, and what against it."""

from __future__ import annotations

from typing import Any

import pytest

from alerts.cards.features import Feature
from tests.unit.alerts.cards.made import alert, card


def test_what_speaks_against_the_alert_comes_first_and_is_marked() -> None:
    vehicle = {"feature": "color", "read": "white", "listed": "black", "agrees": False, "score": -3.0}
    shown = card(alert(read={"jurisdiction": "US-NC"}, hit={"vehicle": (vehicle,)}))
    assert [(one.name, one.agrees) for one in shown.features[:2]] == [("state", False), ("color", False)]
    assert shown.features[0].seen == "NC"
    assert shown.features[0].note == "90% sure"
    assert shown.against == (
        "STATE: seen US-NC, listed US-VA (by the reader)",
        "COLOR: seen white, listed black (by the reader)",
    )
    assert shown.is_blocked


def test_a_motorcycle_plate_on_a_car_blocks_confirming_in_one_step() -> None:
    shown = card(alert(read={"vehicle": {"vehicle_class": "car"}}, entry={"license_type": "MC", "vehicle": None}))
    (kind,) = [one for one in shown.features if one.name == "class"]
    assert (kind.seen, kind.listed, kind.agrees, kind.words) == ("car", "motorcycle", False, "contradicts")
    assert shown.is_blocked


def test_what_one_side_does_not_say_speaks_neither_for_nor_against() -> None:
    shown = card(alert(read={"jurisdiction": None, "vehicle": None}))
    assert {one.name: one.words for one in shown.features} == {
        "state": "not seen",
        "make": "not seen",
        "color": "not seen",
        "year": "not seen",
    }
    assert not shown.is_blocked


def test_kinds_that_are_taken_for_one_another_agree() -> None:
    shown = card(alert(read={"vehicle": {"vehicle_class": "suv"}}, entry={"vehicle": {"style": "VN"}}))
    assert {one.name: one.agrees for one in shown.features}["class"] is True


VEHICLE = {"read": "white", "listed": "black", "score": -3.0}


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"read": {"jurisdiction": "us-va"}}, Feature("state", "VA", "VA", True, "90% sure")),
        ({"read": {"jurisdiction": "US-MD"}}, Feature("state", "MD", "VA", False, "90% sure")),
        ({"read": {"jurisdiction": None}}, Feature("state", None, "VA", None)),
        ({"read": {"jurisdiction_confidence": None}}, Feature("state", "VA", "VA", True)),
        ({"entry": {"jurisdiction": None}}, Feature("state", "VA", None, None, "90% sure")),
        ({"entry": {"jurisdiction": "CA-ON"}}, Feature("state", "VA", "CA-ON", False, "90% sure")),
        (
            {"hit": {"vehicle": ({"feature": "color", "agrees": True} | VEHICLE,)}},
            Feature("color", "white", "black", True),
        ),
        (
            {"hit": {"vehicle": ({"feature": "body", "agrees": False} | VEHICLE,)}},
            Feature("body", "white", "black", False),
        ),
        ({"read": {"vehicle": {"color": ""}}}, Feature("color", None, "BLK", None)),
        (
            {"read": {"vehicle": {"vehicle_class": "car"}}, "entry": {"license_type": "MC"}},
            Feature("class", "car", "motorcycle", False),
        ),
        (
            {"read": {"vehicle": {"vehicle_class": "car"}}, "entry": {"vehicle": {}}},
            Feature("class", "car", None, None),
        ),
    ],
)
def test_each_feature_is_told_from_both_sides(parts: dict[str, Any], expected: Feature) -> None:
    shown = card(alert(**parts))
    (found,) = [one for one in shown.features if one.name == expected.name]
    assert found == expected
    assert found.words == {True: "agrees", False: "contradicts", None: found.words}[found.agrees]
    assert [one.agrees is False for one in shown.features] == sorted(
        (one.agrees is False for one in shown.features), reverse=True
    )
    if found.agrees is None:
        assert found.words == ("not seen" if found.seen is None else "not listed")


def test_what_the_matcher_compared_of_state_and_class_is_told_once() -> None:
    compared = tuple({"feature": name, "agrees": True} | VEHICLE for name in ("state", "class", "color", "style"))
    shown = card(alert(hit={"vehicle": compared}))
    assert [one.name for one in shown.features] == ["state", "make", "color", "year", "style"]
    assert shown.features[0].seen == "VA"
