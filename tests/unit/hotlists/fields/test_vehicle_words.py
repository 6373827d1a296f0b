"""A vehicle from the words of a person."""

from __future__ import annotations

import pytest

from hotlists.fields.vehicle_words import vehicle_of_words
from schemas.types import VehicleDescription


@pytest.mark.parametrize(
    ("words", "vehicle"),
    [
        ("2014 grey Honda Odyssey", VehicleDescription(2014, "HOND", "Odyssey", None, "GRY")),
        ("gray honda", VehicleDescription(None, "HOND", None, None, "GRY")),
        ("black over silver Mercedes-Benz GLE 350 SUV", VehicleDescription(None, "MERZ", "GLE 350", "SUV", "BLK/SIL")),
        ("'09 dark blue 4-door Chevy Malibu", VehicleDescription(2009, "CHEV", "Malibu", "4D", "DBL")),
        ("white/red F-150 pickup truck, 1999 Ford", VehicleDescription(1999, "FORD", "F-150", "PK", "WHI/RED")),
        ("Red Land Rover", VehicleDescription(None, "LNDR", None, None, "RED")),
        ("a van", VehicleDescription(None, None, None, "VAN", None)),
        ("Quux with a dented hood", VehicleDescription(None, None, "Quux dented hood", None, None)),
        ("", None),
    ],
)
def test_words_for_a_vehicle(words: str, vehicle: VehicleDescription | None) -> None:
    assert vehicle_of_words(words) == vehicle


@pytest.mark.parametrize(
    ("words", "vehicle"),
    [
        ("black, white and red Ford", VehicleDescription(None, "FORD", "red", None, "BLK/WHI")),
        ("Ford - Focus", VehicleDescription(None, "FORD", "Focus", None, None)),
        ("1234 Main van", VehicleDescription(None, None, "1234 Main", "VAN", None)),
        ("1999 2004 Ford", VehicleDescription(1999, "FORD", "2004", None, None)),
        ("'98 Ford", VehicleDescription(1998, "FORD", None, None, None)),
        ("98 Ford", VehicleDescription(None, "FORD", "98", None, None)),
        ("Ford", VehicleDescription(None, "FORD", None, None, None)),
        ("car that is dark blue", VehicleDescription(None, None, "car that is", None, "DBL")),
        ("the", None),
    ],
)
def test_what_is_taken_of_words_and_what_is_left_of_them(words: str, vehicle: VehicleDescription | None) -> None:
    assert vehicle_of_words(words) == vehicle
