"""How far apart cameras are, and which of them stand at one place."""

from __future__ import annotations

import math

from schemas.types import Location

EARTH_RADIUS_METERS = 6_371_008.8
"""Mean radius. Source: H. Moritz, Geodetic Reference System 1980, Journal of Geodesy 74 (2000)."""


def distance_meters(one: Location, other: Location) -> float:
    """Return the great-circle distance of two places in meters, on a sphere: within 0.6 % of the true one.

    Args:
        one: A place.
        other: Another one.

    Source:
        R. W. Sinnott, Virtues of the Haversine, Sky and Telescope 68 (1984).
    """
    south, north = math.radians(one.latitude), math.radians(other.latitude)
    height = math.sin((north - south) / 2) ** 2
    width = math.sin(math.radians(other.longitude - one.longitude) / 2) ** 2
    # Rounding can take opposite places past 1.
    share = min(height + math.cos(south) * math.cos(north) * width, 1.0)
    return 2 * EARTH_RADIUS_METERS * math.asin(math.sqrt(share))


def is_same_place(
    camera_id: str, location: Location | None, other_camera_id: str, other: Location | None, within_meters: float
) -> bool:
    """Return whether two cameras stand at one place: one camera, or two that are near each other.

    One camera is one place though it may be in a patrol car: whoever follows a vehicle has seen its alert.

    Args:
        camera_id: A camera.
        location: Where it stood, or None when unknown.
        other_camera_id: Another one.
        other: Where that stood.
        within_meters: Largest distance of two cameras of one place.
    """
    if camera_id == other_camera_id:
        return True
    return location is not None and other is not None and distance_meters(location, other) <= within_meters
