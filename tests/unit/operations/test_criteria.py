"""A person's words for a vehicle become those that readers have."""

from __future__ import annotations

import pytest

from matcher.judging.vehicle import color_words, make_names
from operations.criteria import VehicleCriteria
from schemas.errors import InvalidInput
from storage.reads.seen import SeenVehicle


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


def test_all_that_is_asked_is_sought_in_readers_words() -> None:
    asked = VehicleCriteria(
        lane=" Lane 2 ",
        direction="sw",
        speed_over=10,
        speed_under=30,
        make="Toyota",
        model="RAV-4",
        color="Gray",
        vehicle_class="SUV/Truck",
        vendor=" Axis ",
    )
    name, codes, others = make_names("Toyota")
    assert asked.sought() == SeenVehicle(
        lanes=("2", "lane 2"),
        directions=("southwest", "sw", "southwestbound", "swb"),
        speed_over=10,
        speed_under=30,
        make=name,
        make_codes=tuple(sorted(codes)),
        other_makes=tuple(sorted(others)),
        model="rav4",
        colors=tuple(sorted(color_words("Gray"))),
        vehicle_class=("suv", "truck"),
        vendor="axis",
    )
    assert asked.details["lane"] == " Lane 2 "
    assert list(asked.details) == [
        *("lane", "direction", "speed_over", "speed_under", "make", "model", "color", "vehicle_class", "vendor"),
    ]


@pytest.mark.parametrize(("length", "fits"), [(200, True), (201, False)])
def test_a_word_is_no_longer_than_could_be_looked_for(length: int, fits: bool) -> None:
    asked = VehicleCriteria(model="x" * length)
    if fits:
        assert asked.sought().model == "x" * length
        return
    with pytest.raises(InvalidInput, match="says nothing that could be looked for"):
        asked.sought()


@pytest.mark.parametrize(("over", "under"), [(29.9, 30), (None, 30), (30, None)])
def test_speeds_between_two_or_beyond_one_are_sought(over: float | None, under: float | None) -> None:
    sought = VehicleCriteria(speed_over=over, speed_under=under).sought()
    assert (sought.speed_over, sought.speed_under) == (over, under)
