"""Vehicles between their in-process and their wire form."""

from __future__ import annotations

from schemas.events import VehicleEvent
from schemas.types import VehicleDescription


def vehicle_to_event(vehicle: VehicleDescription | None) -> VehicleEvent | None:
    """Return the wire form of a vehicle's description."""
    if vehicle is None:
        return None
    return VehicleEvent(**vehicle._asdict())


def vehicle_from_event(event: VehicleEvent | None) -> VehicleDescription | None:
    """Return the in-process form of a vehicle's description."""
    if event is None:
        return None
    return VehicleDescription(event.year, event.make, event.model, event.style, event.color, event.vehicle_class)
