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


def square_km(area: Area) -> float:
    """Return how large an area is, in square kilometers.

    Args:
        area: A circle, or a polygon that does not cross itself.
    """
    if isinstance(area, Circle):
        return math.pi * area.radius_km**2
    middle = math.radians(sum(latitude for latitude, _ in area.polygon) / len(area.polygon))
    corners = [
        (math.radians(longitude) * math.cos(middle) * EARTH_KM, math.radians(latitude) * EARTH_KM)
        for latitude, longitude in area.polygon
    ]
    pairs = zip(corners, corners[1:] + corners[:1], strict=True)
    return abs(sum(x * other_y - other_x * y for (x, y), (other_x, other_y) in pairs)) / 2


def crosses_itself(area: Polygon) -> bool:
    """Return whether a polygon's line crosses itself."""
    corners = area.polygon
    edges = list(zip(corners, corners[1:] + corners[:1], strict=True))
    return any(
        _side(*one, other[0]) * _side(*one, other[1]) < 0 and _side(*other, one[0]) * _side(*other, one[1]) < 0
        for number, one in enumerate(edges)
        for other in edges[:number]
    )


def may_overlap(area: Area, other: Area) -> bool:
    """Return False where two areas surely have no point in common."""
    if isinstance(area, Circle) and isinstance(other, Circle):
        away = distance_km(area.latitude, area.longitude, other.latitude, other.longitude)
        return away <= area.radius_km + other.radius_km
    return all(low <= high for pair in zip(_sides(area), _sides(other), strict=True) for low, high in _crossed(*pair))


def _side(begin: tuple[float, float], end: tuple[float, float], point: tuple[float, float]) -> float:
    """Return on which side of a line a point lies: positive or negative, or 0 on it."""
    return (end[0] - begin[0]) * (point[1] - begin[1]) - (end[1] - begin[1]) * (point[0] - begin[0])


def _sides(area: Area) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return from where to where an area reaches, in latitude and in longitude."""
    if isinstance(area, Polygon):
        latitudes, longitudes = zip(*area.polygon, strict=True)
        return (min(latitudes), max(latitudes)), (min(longitudes), max(longitudes))
    north = math.degrees(area.radius_km / EARTH_KM)
    east = north / max(math.cos(math.radians(area.latitude)), 1e-6)
    return (area.latitude - north, area.latitude + north), (area.longitude - east, area.longitude + east)


def _crossed(one: tuple[float, float], other: tuple[float, float]) -> tuple[tuple[float, float], tuple[float, float]]:
    return (one[0], other[1]), (other[0], one[1])


def distance_km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Return the way between two points over the ground, in kilometers."""
    north, other_north = math.radians(latitude), math.radians(other_latitude)
    half_north = (other_north - north) / 2
    half_east = math.radians(other_longitude - longitude) / 2
    squared = math.sin(half_north) ** 2 + math.cos(north) * math.cos(other_north) * math.sin(half_east) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(squared, 1.0)))
