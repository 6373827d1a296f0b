"""What kind of vehicle words and codes mean, as far as people and cameras can tell kinds apart."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from schemas.types import VehicleDescription


class VehicleKind(StrEnum):
    """Kinds of vehicles that one does not take for another by mistake, but for the pairs of `MAY_BE_TAKEN_FOR`."""

    CAR = "car"
    PICKUP = "pickup"
    VAN = "van"
    TRUCK = "truck"
    BUS = "bus"
    MOTORCYCLE = "motorcycle"
    TRAILER = "trailer"


MAY_BE_TAKEN_FOR: Final = frozenset(
    frozenset(pair)
    for pair in (
        (VehicleKind.CAR, VehicleKind.VAN),  # minivans and sport utility vehicles
        (VehicleKind.VAN, VehicleKind.BUS),
        (VehicleKind.VAN, VehicleKind.TRUCK),
        (VehicleKind.PICKUP, VehicleKind.TRUCK),  # one word for both
        (VehicleKind.TRUCK, VehicleKind.TRAILER),  # a plate at the end of a combination
        (VehicleKind.TRUCK, VehicleKind.BUS),  # motor homes
    )
)
"""Kinds that are one vehicle often enough to contradict nothing."""

_WORDS: Final = {
    VehicleKind.MOTORCYCLE: "motorcycle motorbike moto mc motorscooter scooter moped minibike cycle cyl bike",
    VehicleKind.TRAILER: "trailer semitrailer semi-trailer camper-trailer tl utility-trailer",
    VehicleKind.BUS: "bus minibus coach schoolbus",
    VehicleKind.PICKUP: "pickup pk pick-up crewcab",
    VehicleKind.VAN: "van minivan vn cargo-van",
    VehicleKind.TRUCK: "truck tk lorry tractor semi dump tow box-truck",
    VehicleKind.CAR: (
        "car automobile auto sedan coupe coup hatchback wagon convertible suv crossover limousine taxi passenger "
        "2d 4d 2dr 4dr 3d 5d 2h 4h cp cv hb sd sw lm 2t 4t"
    ),
}
"""Words of readers, and NCIC's vehicle style codes (VST), that name a kind; what is not here names none."""

_KINDS: Final = {word.replace("-", ""): kind for kind, words in _WORDS.items() for word in words.split()}
_LICENSE_TYPES: Final = {"MC": VehicleKind.MOTORCYCLE, "MP": VehicleKind.MOTORCYCLE, "TL": VehicleKind.TRAILER}
"""NCIC license types (LIT) of plates that no other kind of vehicle carries; passenger plates are on vans, too."""


def kind_of(vehicle: VehicleDescription | None, license_type: str | None = None) -> VehicleKind | None:
    """Return what kind of vehicle a description names, or None where it names none, or several.

    Args:
        vehicle: As a list, a reader or a person describes it.
        license_type: The plate's type (LIT), as the list writes it.
    """
    if vehicle is not None:
        for text in (vehicle.vehicle_class, vehicle.style):
            kind = _named(text)
            if kind is not None:
                return kind
    return _LICENSE_TYPES.get((license_type or "").strip().upper())


def kind_named(text: str) -> VehicleKind | None:
    """Return the kind that a word or a code names, or None."""
    return _named(text)


def contradict(one: VehicleKind | None, other: VehicleKind | None) -> bool:
    """Return whether two kinds cannot be of one vehicle; what is not known contradicts nothing."""
    return (
        one is not None and other is not None and one is not other and frozenset((one, other)) not in MAY_BE_TAKEN_FOR
    )


def _named(text: str | None) -> VehicleKind | None:
    parts = re.findall(r"[a-z0-9]+", (text or "").lower())
    whole = _KINDS.get("".join(parts))
    if whole is not None:
        return whole
    found = {_KINDS[part] for part in parts if part in _KINDS}
    if {VehicleKind.TRUCK, VehicleKind.TRAILER} == found:
        return VehicleKind.TRUCK  # a tractor-trailer
    if {VehicleKind.TRUCK, VehicleKind.PICKUP} == found:
        return VehicleKind.PICKUP
    return found.pop() if len(found) == 1 else None
