"""A person's words for a vehicle become those that readers have."""

from __future__ import annotations

import pytest

from operations.criteria import VehicleCriteria
from schemas.errors import InvalidInput


@pytest.mark.parametrize("asked", ["north", "N", "northbound", "NB", "North-Bound"])
def test_a_direction_has_many_names(asked: str) -> None:
    assert VehicleCriteria(direction=asked).sought().directions == ("north", "n", "northbound", "nb")


@pytest.mark.parametrize(
    ("asked", "found"),
    [("Toward", "approaching"), ("away", "leaving"), ("left", "left"), ("270 degrees", "270 degrees")],
)
def test_what_is_no_compass_word_is_one_of_ours_or_as_it_is(asked: str, found: str) -> None:
    assert VehicleCriteria(direction=asked).sought().directions == (found,)


def test_nothing_asked_is_nothing_sought() -> None:
    sought = VehicleCriteria().sought()
    assert {name: value for name, value in sought.values.items() if value is not None} == {}
    assert VehicleCriteria().details == {}


@pytest.mark.parametrize("field", ["lane", "direction", "make", "model", "color", "vehicle_class", "vendor"])
@pytest.mark.parametrize("text", ["", " ", "\u200b"])
def test_what_says_nothing_is_refused_and_not_everything(field: str, text: str) -> None:
    if (field, text) in {("lane", "\u200b"), ("direction", "\u200b"), ("vendor", "\u200b")}:
        return  # a text like any other, which no read has
    with pytest.raises(InvalidInput, match="says nothing"):
        VehicleCriteria(**{field: text}).sought()


def test_no_speed_is_over_and_under_the_same() -> None:
    with pytest.raises(InvalidInput, match="exchange"):
        VehicleCriteria(speed_over=30, speed_under=30).sought()
