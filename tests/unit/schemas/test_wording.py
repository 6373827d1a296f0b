"""How old a list is, how a vehicle moved and how sure a read is, in words that an officer reads."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from schemas.types import Location, Movement, VehicleDescription
from schemas.wording import (
    age_text,
    chance_text,
    confidence_text,
    list_text,
    movement_text,
    position_text,
    span_text,
    vehicle_text,
)
from tests.unit.alerts.samples import given_alert, sample_alert, sample_read

MINUTE, HOUR, DAY = 60, 3600, 86_400


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "of unknown date"),
        (0, "just updated"),
        (89, "just updated"),
        (90, "2 min old"),
        (89 * MINUTE, "89 min old"),
        (90 * MINUTE, "2 h old"),
        (24 * HOUR, "24 h old"),
        (47 * HOUR, "47 h old"),
        (2 * DAY, "2 d old"),
        (21 * DAY, "21 d old"),
    ],
)
def test_an_age_is_told_in_the_unit_that_says_most(seconds: float | None, words: str) -> None:
    assert age_text(seconds) == words


@pytest.mark.parametrize(
    ("movement", "words"),
    [
        (None, ""),
        (Movement(), ""),
        (Movement("2", "approaching", 21.0), "approaching, lane 2, 47 mph"),
        (Movement("Lane West"), "Lane West"),
        (Movement(speed=0.0), "0 mph"),
        (Movement(direction="northeast"), "northeast"),
    ],
)
def test_a_movement_is_told_in_miles_an_hour(movement: Movement | None, words: str) -> None:
    assert movement_text(movement) == words


def test_a_vehicle_is_told_with_its_class_once() -> None:
    assert vehicle_text(None) == vehicle_text(VehicleDescription()) == ""
    assert vehicle_text(VehicleDescription(2014, "Ford", "F-150", None, "red", "truck")) == "2014 red Ford F-150 truck"
    assert vehicle_text(VehicleDescription(style="truck", vehicle_class="truck")) == "truck"


def test_a_confidence_that_nobody_gave_is_no_number() -> None:
    read = dataclasses.replace(sample_read(), confidence=0.7)
    assert confidence_text(read) == "70%"
    assert confidence_text(dataclasses.replace(read, confidence_is_known=False)) == "unknown"


def test_a_list_says_its_age_and_whose_it_is() -> None:
    own = list_text(sample_alert())
    assert "given by" not in own
    assert list_text(given_alert()) == f"{own}, given by Portsmouth Police (suffolk)"


@pytest.mark.parametrize(
    ("location", "words"),
    [
        (None, ""),
        (Location(36.8, -76.3, 90.0), ""),
        (Location(36.8, -76.3, None, fix_age=0.4), "from a vehicle"),
        (Location(36.8, -76.3, 90.0, fix_age=1.0, speed=15.2), "from a vehicle at 34 mph"),
        (Location(36.8, -76.3, 90.0, fix_age=12.4, speed=0.0), "from a vehicle at 0 mph, position 12 s old"),
    ],
)
def test_a_place_of_a_vehicle_says_how_it_moved_and_how_old_it_is(location: Location | None, words: str) -> None:
    assert position_text(location) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min 0 s"),
        (HOUR - 1, "59 min 59 s"),
        (HOUR, "1 h 0 min"),
        (HOUR + 61, "1 h 1 min"),
        (DAY - 1, "23 h 59 min"),
        (DAY, "1 d 0 h"),
        (2 * DAY + 3 * HOUR + 59 * MINUTE, "2 d 3 h"),
    ],
)
def test_the_time_between_two_passes_is_told_in_two_units(seconds: float | None, words: str) -> None:
    assert span_text(None if seconds is None else timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("expected", "words"), [(0.0009, "< 0.001"), (0.001, "0.001"), (0.01234, "0.0123"), (1.5, "1.5"), (12.34, "12.3")]
)
def test_a_chance_has_three_figures(expected: float, words: str) -> None:
    assert chance_text(expected) == words


@pytest.mark.parametrize("speed", [0.0, 0.22, 0.23, 44.70, 44.93])
def test_a_speed_is_rounded_to_miles_an_hour_wherever_it_is_told(speed: float) -> None:
    """Metres per second: a mile has 1609.344 m, and 44.704 m/s are 100 mph."""
    miles = {0.0: 0, 0.22: 0, 0.23: 1, 44.70: 100, 44.93: 101}[speed]
    assert movement_text(Movement(speed=speed)) == f"{miles} mph"
    assert position_text(Location(38.9, -77.0, fix_age=0.0, speed=speed)) == f"from a vehicle at {miles} mph"


@pytest.mark.parametrize(("age", "words"), [(2.9, ""), (3.0, ", position 3 s old")])
def test_the_age_of_a_position_is_told_once_it_matters(age: float, words: str) -> None:
    assert position_text(Location(38.9, -77.0, fix_age=age)) == f"from a vehicle{words}"
