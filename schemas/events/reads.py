"""What leaves a process of a read."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from schemas.events.wire import Probability, WireModel


class BoxEvent(WireModel):
    """A rectangle in pixels of the full frame; `x1, y1` inclusive, `x2, y2` exclusive."""

    x1: float
    y1: float
    x2: float
    y2: float


class LocationEvent(WireModel):
    """Where the camera stood, in degrees (WGS 84); heading clockwise from true north."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    heading: float | None = None


class CharacterEvent(WireModel):
    """One character of a read with its probability and the likeliest others; an empty string means no character."""

    character: Annotated[str, Field(max_length=1)]
    confidence: Probability
    alternatives: tuple[tuple[Annotated[str, Field(max_length=1)], Probability], ...] = ()


class VehicleEvent(WireModel):
    """A vehicle as a list or a reader describes it."""

    year: int | None = None
    make: str | None = None
    model: str | None = None
    style: str | None = None
    color: str | None = None
    vehicle_class: str | None = None


class SourceEvent(WireModel):
    """Who made a read."""

    name: str = "platewatch"
    version: str = ""


class SecondReadingEvent(WireModel):
    """What a second, independent reader saw on the plate, and whether that is the read's text (O and 0 are equal)."""

    text: str
    score: Probability
    agrees: bool
    jurisdiction: str | None = None
    jurisdiction_confidence: Probability | None = None
    reader: str = ""


class PlateReadEvent(WireModel):
    """One pass of one vehicle (wire form of PlateRead).

    `claimed_at` is there where the camera's clock was wrong: the time that it said. The other times are then those of
    the read's arrival.
    """

    read_id: UUID
    camera_id: str
    agency_id: str
    captured_at: AwareDatetime
    first_seen: AwareDatetime
    last_seen: AwareDatetime
    plate: str
    confidence: Probability
    characters: tuple[CharacterEvent, ...] = ()
    jurisdiction: str | None = None
    jurisdiction_confidence: Probability | None = None
    location: LocationEvent | None = None
    frame_count: Annotated[int, Field(ge=1)] = 1
    track_number: int = 0
    box: BoxEvent | None = None
    plate_image_key: str | None = None
    context_image_key: str | None = None
    vehicle: VehicleEvent | None = None
    source: SourceEvent = SourceEvent()
    second_reading: SecondReadingEvent | None = None
    claimed_at: AwareDatetime | None = None
