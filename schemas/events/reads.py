"""What leaves a process of a read."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from schemas.events.wire import Probability, WireModel
from schemas.types import DatedBy

MAX_VENDOR_HIT = 16_384
"""Longest hit of a vendor's that travels with a read: an alert has to fit into one message of a broker, 1 MB."""


class BoxEvent(WireModel):
    """A rectangle in pixels of the full frame; `x1, y1` inclusive, `x2, y2` exclusive."""

    x1: float
    y1: float
    x2: float
    y2: float


class LocationEvent(WireModel):
    """Where the camera was, in degrees (WGS 84); heading clockwise from true north.

    Of a camera on a vehicle, `fix_age` says how many seconds its fix is away from the read's time, and `speed` how fast
    the vehicle went, in meters per second.
    """

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    heading: float | None = None
    fix_age: Annotated[float, Field(ge=0)] | None = None
    speed: Annotated[float, Field(ge=0)] | None = None


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


class MovementEvent(WireModel):
    """How a vehicle moved, as far as its reader says; `speed` in meters per second.

    `lane` is the reader's name or number of it. `direction` is `approaching` or `leaving`, `left` or `right` across the
    picture, a compass word like `northeast`, or what the reader says where that is none of these.
    """

    lane: str | None = None
    direction: str | None = None
    speed: float | None = None


class VendorReportEvent(WireModel):
    """What another vendor's reader said of a pass besides what every read has.

    `vendor` is whose reader it is, `pass_id` the vendor's own id of the pass. `vendor_hit` is the vendor's own hit as
    JSON text: evidence, and no alert of the publisher's. `vendor_hit_left_out` says that there is one that is too long
    to travel; the publisher keeps it, as it keeps the vendor's message. `is_retransmission` says that the reader sent
    it late, from its memory.
    """

    vendor: str
    pass_id: str | None = None
    vendor_hit: Annotated[str, Field(max_length=MAX_VENDOR_HIT)] | None = None
    vendor_hit_left_out: bool = False
    is_retransmission: bool = False


class SourceEvent(WireModel):
    """Who made a read: a program or a device, with its version. Where it stood, the read's `camera_id` says."""

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
    the read's arrival. `dated_by` says whose clock the times are by: the `source`'s own, or the publisher's on
    `arrival`. `source_time` is when the pass was captured by the source's clock, `arrived_at` when it came by the
    publisher's; null where that is not known.

    Where `confidence_is_known` is false the reader gave no confidence: then `confidence` is what the publisher takes
    such readers for, never what the reader said. Show it as unknown.

    A pass may be reported several times under one `read_id`. Of two the one with the greater (`is_final`, `revision`)
    is newer; the newest counts, whatever order they come in.
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
    confidence_is_known: bool = True
    dated_by: DatedBy = DatedBy.SOURCE
    source_time: AwareDatetime | None = None
    arrived_at: AwareDatetime | None = None
    movement: MovementEvent | None = None
    report: VendorReportEvent | None = None
    revision: Annotated[int, Field(ge=0)] = 0
    is_final: bool = True
