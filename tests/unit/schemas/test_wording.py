"""How old a list is, how a vehicle moved and how sure a read is, in words that an officer reads."""

from __future__ import annotations

import dataclasses

import pytest

from schemas.types import Location, Movement, VehicleDescription
from schemas.wording import age_text, confidence_text, list_text, movement_text, position_text, vehicle_text
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
