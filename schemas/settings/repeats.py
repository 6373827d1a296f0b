"""When a further read of a vehicle repeats its alert, and when two reads cannot be of one vehicle."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.settings.section import Section


class RepeatSettings(Section):
    """Repeated alerts and cloned plates. Distances and times are between two reads."""

    window_minutes: Annotated[float, Field(ge=0, le=1440)] = 10.0
    """Reads of so many minutes around an open alert repeat it, at the same place; 0: every hit raises an alert."""
    same_place_meters: Annotated[float, Field(ge=0)] = 200.0
    """Two cameras with coordinates that are no further apart are one place, as one camera always is."""
    better_score: Annotated[float, Field(gt=0)] = 3.0
    """A repeat whose score is larger by this, in nats, updates the alert."""
    better_confidence: Annotated[float, Field(gt=0, le=1)] = 0.15
    """The same for a repeat whose read is surer by this."""
    impossible_speed_kmh: Annotated[float, Field(gt=0)] = 250.0
    """Two reads of one number that need more speed than this are of two vehicles."""
    clone_minutes: Annotated[float, Field(ge=0, le=1440)] = 60.0
    """How far apart in time two reads are compared for that; 0: never."""
    clone_min_meters: Annotated[float, Field(ge=0)] = 1000.0
    """Closer cameras are never compared for that."""
    clone_confidence: Annotated[float, Field(ge=0, le=1)] = 0.9
    """Both reads must be this sure, unless the hit is exact: then the one elsewhere must be."""
    place_error_meters: Annotated[float, Field(ge=0)] = 200.0
    """How wrong the distance of two cameras may be; taken off before the speed is computed."""
    clock_error_seconds: Annotated[float, Field(ge=0)] = 10.0
    """How far the clocks of two cameras may be apart; added before the speed is computed."""
