"""Text of real life fits into the database."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.types import VehicleDescription
from storage.values import jsonb, optional, storable, vehicle_json, vehicle_of


@given(st.text(st.characters(codec=None)))
def test_any_text_can_be_stored(text: str) -> None:
    stored = storable(text)
    assert "\x00" not in stored
    stored.encode()
    assert storable(stored) == stored


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00")))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert storable(text) == text


@pytest.mark.parametrize(
    ("text", "stored"),
    [("VN\x00V", "VN\\x00V"), ("pict\udce9.jpg", "pict\\udce9.jpg"), ("\u00c4\x00", "\u00c4\\x00"), (None, None)],
)
def test_what_cannot_be_stored_is_seen(text: str | None, stored: str | None) -> None:
    assert optional(text) == stored


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {"a": [1.5, -float("inf")]}])
def test_numbers_that_json_has_not_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match="JSON"):
        jsonb(value).dumps(value)  # type: ignore[misc]


@pytest.mark.parametrize(
    "value",
    [
        {"a": [1, 2.5, None, True, "\u00c4"], "b": {}},
        {"state": "NaN", "make": "Infinity Q50"},
        ["NaN", 1.0, "-Infinity"],
    ],
)
def test_json_comes_back_as_it_was(value: object) -> None:
    assert json.loads(jsonb(value).dumps(value)) == value  # type: ignore[misc]


def test_a_vehicle_is_stored_with_what_is_known_of_it() -> None:
    whole = VehicleDescription(2014, "Ford", "F-150", "pickup", "red", "truck")
    stored = {
        **{"year": 2014, "make": "Ford", "model": "F-150", "style": "pickup"},
        **{"color": "red", "vehicle_class": "truck"},
    }
    assert (vehicle_json(whole), vehicle_of(stored)) == (stored, whole)
    bare = VehicleDescription(color="r\x00d")
    assert vehicle_json(bare) == {"color": "r\\x00d"}
    assert vehicle_of({"color": "red"}) == VehicleDescription(color="red")
    assert (vehicle_json(None), vehicle_of(None), vehicle_json(VehicleDescription())) == (None, None, {})
