"""What of state, class, make, color and year speaks for an alert, and what against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from schemas.convert import vehicle_from_event
from schemas.events import Alert
from schemas.types import VehicleDescription
from schemas.vehicle_classes import contradict, kind_of

_NAMES: Final = ("make", "color", "year")


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing to compare besides the plate's text: as seen and as listed; None where one side does not say.

    `agrees` is None where there is nothing to compare. `note` says how sure the reader is of what it saw.
    """

    name: str
    seen: str | None
    listed: str | None
    agrees: bool | None
    note: str = ""

    @property
    def words(self) -> str:
        """Whether it speaks for the alert, as in `agrees`, `contradicts`, `not listed`, `not seen`."""
        if self.agrees is not None:
            return "agrees" if self.agrees else "contradicts"
        return "not seen" if self.seen is None else "not listed"


def features_of(alert: Alert) -> tuple[Feature, ...]:
    """Return what is known of plate and vehicle on either side, what contradicts first; nothing that neither side says.

    A stand-in of one vehicle kind for another that people take for it contradicts nothing, as when somebody confirms.

    Args:
        alert: The newest message about the vehicle.
    """
    seen, listed = vehicle_from_event(alert.read.vehicle), vehicle_from_event(alert.entry.vehicle)
    found = [_state(alert), _kind(alert, seen, listed)]
    compared = {one.feature: one for one in alert.hit.vehicle}
    for name in _NAMES:
        evidence = compared.get(name)
        if evidence is not None:
            found.append(Feature(name, evidence.read, evidence.listed, evidence.agrees))
        else:
            found.append(Feature(name, _value(seen, name), _value(listed, name), None))
    found += [
        Feature(one.feature, one.read, one.listed, one.agrees)
        for name, one in compared.items()
        if name not in (*_NAMES, "state", "class")
    ]
    known = [one for one in found if one.seen is not None or one.listed is not None]
    return tuple(sorted(known, key=lambda one: one.agrees is not False))


def _state(alert: Alert) -> Feature:
    seen, listed = alert.read.jurisdiction, alert.entry.jurisdiction
    sure = alert.read.jurisdiction_confidence
    note = "" if seen is None or sure is None else f"{sure:.0%} sure"
    agrees = None if not seen or not listed else seen.casefold() == listed.casefold()
    return Feature("state", short_state(seen), short_state(listed), agrees, note)


def _kind(alert: Alert, seen: VehicleDescription | None, listed: VehicleDescription | None) -> Feature:
    own, other = kind_of(seen), kind_of(listed, alert.entry.license_type)
    agrees = None if own is None or other is None else not contradict(own, other)
    return Feature("class", own and own.value, other and other.value, agrees)


def _value(vehicle: VehicleDescription | None, name: str) -> str | None:
    value = None if vehicle is None else getattr(vehicle, name)
    return None if value is None or value == "" else str(value)


def short_state(jurisdiction: str | None) -> str | None:
    """Return a state as it stands on a plate, like `VA`."""
    return None if not jurisdiction else jurisdiction.upper().removeprefix("US-")
