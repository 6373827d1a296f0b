"""Which kind of vehicle a word of a reader or a code of NCIC means, and which kinds are taken for each other."""

from __future__ import annotations

from itertools import combinations

import pytest

from schemas.types import VehicleDescription
from schemas.vehicle_classes import VehicleKind, contradict, kind_named, kind_of

CALLED = {
    "motorcycle": "motorcycle motorbike moto MC motorscooter scooter moped minibike cycle CYL bike",
    "trailer": "trailer semitrailer semi-trailer camper-trailer TL utility-trailer",
    "bus": "bus minibus coach schoolbus",
    "pickup": "pickup PK pick-up crewcab",
    "van": "van minivan VN cargo-van",
    "truck": "truck TK lorry tractor semi dump tow box-truck tractor-trailer",
    "car": (
        "car automobile auto sedan coupe coup hatchback wagon convertible SUV crossover limousine taxi passenger 2D 4D "
        "2DR 4DR 3D 5D 2H 4H CP CV HB SD SW LM 2T 4T suv-crossover"
    ),
}


@pytest.mark.parametrize("kind", CALLED)
def test_a_word_or_a_code_names_its_kind(kind: str) -> None:
    assert {word: kind_named(word) for word in CALLED[kind].split()} == dict.fromkeys(CALLED[kind].split(), kind)
    assert kind_of(VehicleDescription(style=CALLED[kind].split()[0])) == kind


def test_what_names_none_or_several_is_none() -> None:
    assert [kind_named(text) for text in ("", "vehicle", "boat", "car bus", "carbon")] == [None] * 5
    assert kind_named("pickup truck") is VehicleKind.PICKUP


def test_a_plates_type_names_what_no_other_vehicle_carries() -> None:
    told = {
        "MC": VehicleKind.MOTORCYCLE,
        "mp ": VehicleKind.MOTORCYCLE,
        "TL": VehicleKind.TRAILER,
        "PC": None,
        "": None,
    }
    assert {text: kind_of(None, text) for text in told} == told


def test_one_vehicle_is_often_called_by_two_kinds_and_by_no_others() -> None:
    taken = {"car van", "bus van", "truck van", "pickup truck", "trailer truck", "bus truck"}
    pairs = {" ".join(sorted(pair)): pair for pair in combinations(VehicleKind, 2)}
    assert {name for name, (one, other) in pairs.items() if not contradict(one, other)} == taken
    assert {name for name, (one, other) in pairs.items() if not contradict(other, one)} == taken
    assert not any(contradict(one, other) for one in (None, VehicleKind.CAR) for other in (None, VehicleKind.CAR))
