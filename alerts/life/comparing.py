"""Plate and vehicle, as a person sees them, beside what is listed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from schemas.convert import vehicle_from_event
from schemas.events import Alert
from schemas.plates import WILDCARD, canonical_plate, fold_plate, shown_character, strange_characters
from schemas.types import VehicleEvidence
from schemas.vehicle_classes import VehicleKind, contradict, kind_of


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One feature in which what was seen is not what is listed; `seen_by` says whether a reader or a person saw it."""

    feature: str
    seen: str
    listed: str
    seen_by: str

    @property
    def words(self) -> str:
        """What differs, as in `COLOR: seen blue, listed RED (by the reader)`."""
        return f"{self.feature.upper()}: seen {self.seen}, listed {self.listed} (by the {self.seen_by})"


def fault_of_plate(seen: str, listed: str) -> str | None:
    """Return why a plate as seen confirms nothing, in words, or None where it is the listed one.

    Args:
        seen: As a person read it, in any spelling.
        listed: As listed; `?` stands for one unknown character.
    """
    strange = strange_characters(seen)
    if WILDCARD in fold_plate(seen):
        return "the plate as seen has characters that were not seen; confirm it once all of them were"
    if strange:
        return f"the plate as seen has {' '.join(map(shown_character, strange))}, which is on no plate"
    own, other = canonical_plate(seen), canonical_plate(listed)
    if not own:
        return "the plate as seen is empty"
    if len(own) == len(other) and all(b in (WILDCARD, a) for a, b in zip(own, other, strict=True)):
        return None
    return "the plate as seen is not the listed one: look again, or reject the alert as misread"


def contradictions(
    alert: Alert,
    *,
    state_seen: str | None = None,
    kind_seen: VehicleKind | None = None,
    vehicle_seen: Iterable[VehicleEvidence] = (),
) -> tuple[Contradiction, ...]:
    """Return in what the vehicle contradicts the entry, whoever saw it: state, class, make, color, year.

    Args:
        alert: The newest message about the vehicle.
        state_seen: The plate's state as a person saw it, like US-VA; it takes the place of what the reader saw.
        kind_seen: The kind of vehicle that a person saw, beside what the reader saw.
        vehicle_seen: What a person saw of the vehicle, compared with what is listed.
    """
    found = []
    listed_state = alert.entry.jurisdiction
    state, by = (state_seen, "person") if state_seen else (alert.read.jurisdiction, "reader")
    if state and listed_state and state.casefold() != listed_state.casefold():
        found.append(Contradiction("state", state, listed_state, by))
    listed = kind_of(vehicle_from_event(alert.entry.vehicle), alert.entry.license_type)
    kinds = (("reader", kind_of(vehicle_from_event(alert.read.vehicle))), ("person", kind_seen))
    for by, kind in kinds:
        if kind is not None and listed is not None and contradict(kind, listed):
            found.append(Contradiction("class", kind.value, listed.value, by))
    found += [Contradiction(one.feature, one.read, one.listed, "reader") for one in alert.hit.vehicle if not one.agrees]
    found += [Contradiction(one.feature, one.read, one.listed, "person") for one in vehicle_seen if not one.agrees]
    return tuple(found)


def unexplained(found: Iterable[Contradiction], despite: Mapping[str, str]) -> tuple[Contradiction, ...]:
    """Return the contradictions for which no reason was given why they are none."""
    return tuple(one for one in found if one.feature not in despite)
