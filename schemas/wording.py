"""Words that several places show to people, and that must be the same everywhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from schemas.events import Alert, LocationEvent
from schemas.types import Location, Movement, PlateRead, VehicleDescription

UNKNOWN_CONFIDENCE = "confidence unknown"
"""What is said of a read whose reader gave no confidence."""

METERS_PER_MILE = 1609.344
OLD_FIX_SECONDS = 3.0
"""From here on the age of a position is said: a car drives 80 m in it at 60 mph."""
_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86_400.0
NOT_CURRENT: Final = "LIST NOT CURRENT"
"""What a car's alert says of a list that is older than it may be."""


def list_text(alert: Alert) -> str:
    """Return the list of an alert with its age, and whose it is: `stolen, 3 h old, given by Suffolk PD (suffolk)`."""
    named, owner = f"{alert.hotlist.hotlist_id}, {age_text(alert.hotlist.age_seconds)}", alert.entry.given_by
    return named if owner is None else f"{named}, given by {owner.name} ({owner.agreement_id})"


def age_text(seconds: float | None) -> str:
    """Return the age of a list in words.

    Args:
        seconds: Age of the list's content when the read was captured; None when its date is not known.

    Returns:
        Text like `3 h old`, to stand behind the list's name.
    """
    if seconds is None:
        return "of unknown date"
    if seconds < 1.5 * _MINUTE:
        return "just updated"
    if seconds < 1.5 * _HOUR:
        return f"{seconds / _MINUTE:.0f} min old"
    if seconds < 2 * _DAY:
        return f"{seconds / _HOUR:.0f} h old"
    return f"{seconds / _DAY:.0f} d old"


def confidence_text(read: PlateRead, unknown: str = "unknown") -> str:
    """Return how sure a read is, like `93%`; what such readers are taken for is nothing that its reader said.

    Args:
        read: The read.
        unknown: What to say where its reader gave no confidence.
    """
    return f"{read.confidence:.0%}" if read.confidence_is_known else unknown


def vehicle_text(vehicle: VehicleDescription | None) -> str:
    """Return what is known of a vehicle besides its plate, like `2014 red Ford F-150 pickup`; empty when nothing is."""
    if vehicle is None:
        return ""
    kind = vehicle.vehicle_class
    words = vehicle.summary()
    return " ".join(part for part in (words, kind if kind != vehicle.style else None) if part)


def position_text(location: Location | LocationEvent | None) -> str:
    """Return what is to be known of a place that is a vehicle's, like `from a vehicle at 34 mph, position 12 s old`.

    Args:
        location: The place; of one that stands, or where nothing is known, the text is empty.
    """
    if location is None or location.fix_age is None:
        return ""
    speed = "" if location.speed is None else f" at {location.speed * 3600 / METERS_PER_MILE:.0f} mph"
    old = f", position {location.fix_age:.0f} s old" if location.fix_age >= OLD_FIX_SECONDS else ""
    return f"from a vehicle{speed}{old}"


def movement_text(movement: Movement | None) -> str:
    """Return how a vehicle moved, like `approaching, lane 2, 47 mph`; empty when nothing is known of it."""
    if movement is None:
        return ""
    lane, speed = movement.lane, movement.speed
    if lane is not None and not lane.casefold().startswith("lane"):
        lane = f"lane {lane}"
    shown = None if speed is None else f"{speed * 3600 / METERS_PER_MILE:.0f} mph"
    return ", ".join(part for part in (movement.direction, lane, shown) if part)


def chance_text(expected: float) -> str:
    """Return an expected number by chance in a few signs."""
    return "< 0.001" if expected < 0.001 else f"{expected:.3g}"


def span_text(span: timedelta | None) -> str:
    """Return the time between two passes in words; empty where there is none before."""
    if span is None:
        return ""
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
