"""Areas of a map, as an agreement draws them: a circle or a polygon."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import Field

from policy.facts import ProfileSection

EARTH_KM = 6371.0
ROUNDING_KM = 1e-6
"""What is lost in rounding is less."""
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class Circle(ProfileSection):
    """What lies within so many kilometers of a point."""

    latitude: Latitude
    longitude: Longitude
    radius_km: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]

    def holds(self, latitude: float, longitude: float) -> bool:
        """Return whether a point lies in it."""
        return distance_km(self.latitude, self.longitude, latitude, longitude) <= self.radius_km

    def is_within(self, other: Circle | Polygon) -> bool:
        """Return whether all of it surely lies in another area."""
        if isinstance(other, Circle):
            away = distance_km(self.latitude, self.longitude, other.latitude, other.longitude)
            # A circle that is the same as before is within it whatever is lost in rounding.
            return self == other or away + self.radius_km <= other.radius_km - ROUNDING_KM
        return False


class Polygon(ProfileSection):
    """What lies within a line through three or more corners, each [latitude, longitude]."""

    polygon: Annotated[tuple[tuple[Latitude, Longitude], ...], Field(min_length=3, max_length=1000)]

    def holds(self, latitude: float, longitude: float) -> bool:
        """Return whether a point lies in it."""
        inside = False
        corners = self.polygon
        before_lat, before_lon = corners[-1]
        for lat, lon in corners:
            if (lat > latitude) != (before_lat > latitude):
                crossing = lon + (latitude - lat) / (before_lat - lat) * (before_lon - lon)
                inside ^= longitude < crossing
            before_lat, before_lon = lat, lon
        return inside

    def is_within(self, other: Circle | Polygon) -> bool:
        """Return whether all of it surely lies in another area: where that is not plain, it does not."""
        return self == other


Area = Circle | Polygon


def distance_km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Return the way between two points over the ground, in kilometers."""
    north, other_north = math.radians(latitude), math.radians(other_latitude)
    half_north = (other_north - north) / 2
    half_east = math.radians(other_longitude - longitude) / 2
    squared = math.sin(half_north) ** 2 + math.cos(north) * math.cos(other_north) * math.sin(half_east) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(squared, 1.0)))
