"""Two reads of one number that cannot be of one vehicle: one of the plates may be cloned.

Errors are allowed for in the vehicle's favor: the cameras may stand closer than their coordinates say, and their clocks
may differ, so the distance is made shorter and the time longer before the speed is computed, and near cameras are not
compared at all. Two plates of different states that carry one number are no clones. A misread number looks like a clone
as well: only sure reads count, and the words say "may be".
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import datetime, timedelta

from alerts.settling.places import distance_meters, is_same_place
from schemas.events import CloneSuspicionEvent, LocationEvent
from schemas.settings import RepeatSettings
from schemas.settling import Sighting
from schemas.types import Hit, Location, PlateRead, Tier


@dataclasses.dataclass(frozen=True, slots=True)
class CloneSuspicion:
    """The same number was read at `camera_id` at `captured_at`, too far away for one vehicle.

    `distance_km` is as the coordinates say, `seconds` the time from that read to this one (negative when that read is
    the later one). `speed_kmh` is the least speed that errors of place and time leave.
    """

    distance_km: float
    seconds: float
    speed_kmh: float
    camera_id: str
    captured_at: datetime
    location: Location | None = None


def find_clone(
    hit: Hit, read: PlateRead, sightings: Iterable[Sighting], settings: RepeatSettings
) -> CloneSuspicion | None:
    """Return the sighting that most clearly cannot be of the read's vehicle, or None.

    Args:
        hit: A hit of the read.
        read: The read.
        sightings: Reads of the same canonical text.
        settings: The section `repeats` of the configuration.
    """
    if hit.tier is not Tier.EXACT and read.stated_confidence < settings.clone_confidence:
        return None
    found = [suspicion for other in sightings if (suspicion := compare(read, other, settings)) is not None]
    return max(found, key=lambda suspicion: (suspicion.speed_kmh, suspicion.camera_id), default=None)


def compare(read: PlateRead, other: Sighting, settings: RepeatSettings) -> CloneSuspicion | None:
    """Return the suspicion that a read and a sighting of its number are of two vehicles, or None.

    Args:
        read: The read.
        other: The sighting.
        settings: The section `repeats` of the configuration.
    """
    apart = read.captured_at - other.captured_at
    if (
        read.location is None
        or other.location is None
        or other.confidence < settings.clone_confidence
        or abs(apart) > timedelta(minutes=settings.clone_minutes)
        or _is_other_state(read.jurisdiction, other.jurisdiction)
        or is_same_place(read.camera_id, read.location, other.camera_id, other.location, settings.same_place_meters)
    ):
        return None
    distance = distance_meters(read.location, other.location)
    if distance < settings.clone_min_meters:
        return None
    speed = least_speed(distance, apart.total_seconds(), settings)
    if speed <= settings.impossible_speed_kmh:
        return None
    return CloneSuspicion(
        distance / 1000, apart.total_seconds(), speed, other.camera_id, other.captured_at, other.location
    )


def least_speed(distance: float, seconds: float, settings: RepeatSettings) -> float:
    """Return the least speed in km/h that explains two reads, with their errors of place and time allowed for.

    Args:
        distance: Between the cameras, meters.
        seconds: Between the reads, either sign.
        settings: The section `repeats` of the configuration.
    """
    meters = max(distance - settings.place_error_meters, 0.0)
    # A second at least: exact clocks and reads at one moment would divide by zero.
    return meters / max(abs(seconds) + settings.clock_error_seconds, 1.0) * 3.6


def mirrored(suspicion: CloneSuspicion, read: PlateRead) -> CloneSuspicion:
    """Return a suspicion from the side of the other read.

    Args:
        suspicion: From the side of `read`.
        read: The read that raised it.
    """
    return dataclasses.replace(
        suspicion,
        seconds=-suspicion.seconds,
        camera_id=read.camera_id,
        captured_at=read.captured_at,
        location=read.location,
    )


def clone_event(suspicion: CloneSuspicion) -> CloneSuspicionEvent:
    """Return a suspicion as alerts carry it."""
    place = suspicion.location
    return CloneSuspicionEvent(
        camera_id=suspicion.camera_id,
        captured_at=suspicion.captured_at,
        location=None if place is None else LocationEvent(latitude=place.latitude, longitude=place.longitude),
        distance_km=suspicion.distance_km,
        seconds=suspicion.seconds,
        speed_kmh=suspicion.speed_kmh,
        explanation=clone_sentence(suspicion),
    )


def clone_sentence(suspicion: CloneSuspicion) -> str:
    """Return the suspicion in words for an officer."""
    when = "before" if suspicion.seconds >= 0 else "after"
    return (
        f"the same number was read {suspicion.distance_km:.0f} km away {_span(abs(suspicion.seconds))} {when}: "
        "one of the plates may be cloned"
    )


def _span(seconds: float) -> str:
    if seconds < 90:
        count, unit = round(seconds), "second"
    else:
        count, unit = round(seconds / 60), "minute"
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _is_other_state(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other
