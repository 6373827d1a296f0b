"""What reads have to be to be found, besides their plate: as the statements' parameters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from policy.agreements.area import EARTH_KM, Area, Circle, Polygon
from storage.reads.seen import SeenVehicle
from storage.values import optional, storable


@dataclass(frozen=True, slots=True)
class ReadKey:
    """A read's place in the order of search: the newest first, and by id among those of one time."""

    captured_at: datetime
    read_id: UUID


@dataclass(frozen=True, slots=True)
class SoughtReads:
    """What reads have to be; what is None does not matter.

    `since` and `until` are aware, `until` exclusive; `spans` are times of which a read has to be in one, each (begin,
    end), the oldest first. `cameras` are those of which it is one's. `area` is where its camera was. `state` is
    like US-VA. `least_confidence` is what its reader has to say at least. `text` is an expression that its plate has to
    fit, as it was read. `after` is the last read of the page before.
    """

    since: datetime | None = None
    until: datetime | None = None
    spans: Sequence[tuple[datetime, datetime]] | None = None
    cameras: Sequence[str] | None = None
    vehicle: SeenVehicle = field(default_factory=SeenVehicle)
    area: Area | None = None
    state: str | None = None
    least_confidence: float | None = None
    text: str | None = None
    after: ReadKey | None = None

    @property
    def values(self) -> dict[str, Any]:
        """Return it as the statements' parameters."""
        return {
            **self.vehicle.values,
            **_area_values(self.area),
            "since": self.since,
            "until": self.until,
            "begins": None if self.spans is None else [begin for begin, _ in self.spans],
            "ends": None if self.spans is None else [end for _, end in self.spans],
            "cameras": None if self.cameras is None else [storable(camera) for camera in self.cameras],
            "state": optional(self.state),
            "least_confidence": self.least_confidence,
            "text": self.text,
            "after_at": None if self.after is None else self.after.captured_at,
            "after_id": None if self.after is None else self.after.read_id,
        }


def _area_values(area: Area | None) -> dict[str, Any]:
    names = ("south", "north", "west", "east", "corners", "center_latitude", "center_longitude", "radius")
    values: dict[str, Any] = dict.fromkeys(names)
    if isinstance(area, Polygon):
        latitudes, longitudes = zip(*area.polygon, strict=True)
        corners = ",".join(f"({longitude!r},{latitude!r})" for latitude, longitude in area.polygon)
        values |= _box(min(latitudes), max(latitudes), min(longitudes), max(longitudes)) | {"corners": f"({corners})"}
    elif isinstance(area, Circle):
        angle = math.degrees(area.radius_km / EARTH_KM)
        # Where a circle reaches a pole it has every longitude.
        wide = math.cos(math.radians(min(abs(area.latitude) + angle, 90.0)))
        broad = (
            min(math.degrees(math.asin(min(math.sin(math.radians(angle)) / wide, 1.0))), 180.0)
            if wide > 1e-9
            else 180.0
        )
        values |= _box(area.latitude - angle, area.latitude + angle, area.longitude - broad, area.longitude + broad)
        values |= {
            "center_latitude": area.latitude,
            "center_longitude": area.longitude,
            "radius": area.radius_km / EARTH_KM,
        }
    return values


def _box(south: float, north: float, west: float, east: float) -> dict[str, float]:
    return {"south": south, "north": north, "west": west, "east": east}
