"""What leaves a process: frozen pydantic models. Their JSON Schemas are generated into schemas/json/."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from schemas.types import Category, Tier

Probability = Annotated[float, Field(ge=0.0, le=1.0)]


class WireModel(BaseModel):
    """Base of wire models: frozen. Unknown fields are ignored, so that a publisher may add some within a version."""

    model_config = ConfigDict(frozen=True, extra="ignore")


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
    """One pass of one vehicle (wire form of PlateRead)."""

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


class CharacterEvidenceEvent(WireModel):
    """One position of a read against an entry; `relation` says how they compare."""

    read: Annotated[str, Field(max_length=1)]
    listed: Annotated[str, Field(max_length=1)]
    probability: Probability
    relation: Literal["equal", "look-alike", "different", "missing", "extra", "unknown"]


class VehicleEvidenceEvent(WireModel):
    """One feature of the vehicle that both sides give: as read, as listed, whether they fit; `score` in nats."""

    feature: str
    read: str
    listed: str
    agrees: bool
    score: float


class HitEvent(WireModel):
    """Why a read agrees with an entry. `score` is a log-likelihood ratio in nats; larger is surer.

    `vehicle` compares make, color and year where both sides give them; what differs there is a reason to doubt the hit.
    `second_reader_agrees` says whether a second reader saw the listed plate; null where none was asked or saw a text.
    """

    hit_id: UUID
    tier: Tier
    score: float
    score_meaning: str = (
        "log-likelihood ratio in nats: how much likelier this read is if the vehicle carries the listed plate than if "
        "it is any other vehicle"
    )
    explanation: str
    characters: tuple[CharacterEvidenceEvent, ...] = ()
    jurisdiction_agrees: bool | None = None
    edit_distance: int = 0
    second_reader_agrees: bool | None = None
    vehicle: tuple[VehicleEvidenceEvent, ...] = ()


class EntrySummaryEvent(WireModel):
    """The hotlist entry that was hit: what an officer needs to confirm it with its originating agency."""

    entry_id: UUID
    plate: str
    jurisdiction: str | None = None
    category: Category
    source_entry_id: str | None = None
    source_code: str | None = None
    originating_agency: str | None = None
    case_number: str | None = None
    priority: str | None = None
    vehicle: VehicleEvent | None = None
    instructions: str | None = None


class ListEvent(WireModel):
    """The list an entry stands on, and how old its content was when the vehicle passed."""

    hotlist_id: str
    as_of: AwareDatetime | None = None
    age_seconds: float | None = None


class CloneSuspicionEvent(WireModel):
    """The same number was read elsewhere, further away than one vehicle gets in the time between.

    `seconds` is the time from that read to the nearest one at the alert's place; negative where that read is the later
    one. `speed_kmh` is the least speed that is left when errors of the cameras' clocks and coordinates are allowed for.
    """

    camera_id: str
    captured_at: AwareDatetime
    location: LocationEvent | None = None
    distance_km: Annotated[float, Field(ge=0)]
    seconds: float
    speed_kmh: Annotated[float, Field(ge=0)]
    explanation: str


class AlertType(StrEnum):
    """Message types, named as CAP 1.2 names them."""

    ALERT = "alert"
    UPDATE = "update"
    CANCEL = "cancel"


class Alert(WireModel):
    """What officers and subscribing agencies get.

    An alert alone is not reasonable suspicion: confirm the plate against the picture and the entry with its
    originating agency before any stop. `plate_picture` is a JPEG of the plate, base64, or absent when too large.

    A `cancel` takes another alert back: do not act on it any more. `cancels` is that alert's id and `reason` says why,
    for people.

    An `update` tells more about another alert's vehicle, at the same place: a better read, or a suspicion. `updates` is
    the first alert's id, and `reason` says what is new, for people. A cancel of that alert takes back its updates too.
    `clone` says that one of two plates may be cloned; the hit's explanation says it in words.

    A `historical` alert is about a vehicle that passed before its entry was added: it was here then, and need not be
    now. `sightings` counts the passes in question; `read` is the latest of the surest.
    """

    schema_version: Literal["1"] = "1"
    alert_id: UUID
    type: AlertType = AlertType.ALERT
    status: Literal["open", "closed"] = "open"
    created_at: AwareDatetime
    agency_id: str
    hit: HitEvent
    read: PlateReadEvent
    entry: EntrySummaryEvent
    hotlist: ListEvent
    plate_picture: Annotated[str, Field(max_length=65536)] | None = None
    cancels: UUID | None = None
    updates: UUID | None = None
    reason: str | None = None
    clone: CloneSuspicionEvent | None = None
    historical: bool = False
    sightings: Annotated[int, Field(ge=1)] = 1
    notice: str = (
        "An alert is not reasonable suspicion by itself. Compare the picture with the listed plate and state, and "
        "confirm the entry with its originating agency before a stop."
    )


class AlarmKind(StrEnum):
    """What an alarm is about.

    late_list: a hotlist's content is older than it may be. feed_failed: a list could not be fetched or imported.
    held_list: a new version waits for a person.
    """

    LATE_LIST = "late_list"
    FEED_FAILED = "feed_failed"
    HELD_LIST = "held_list"


class Alarm(WireModel):
    """Something that the people who run Platewatch have to look at; it is no alert about a vehicle.

    It is published twice under one alarm_id: when it is raised, and when its cause is gone. `subject` is the hotlist.
    """

    schema_version: Literal["1"] = "1"
    message_id: UUID
    alarm_id: UUID
    kind: AlarmKind
    status: Literal["raised", "cleared"]
    agency_id: str
    subject: str
    message: str
    raised_at: AwareDatetime
    cleared_at: AwareDatetime | None = None


def utc(moment: datetime) -> str:
    """Return an aware time as ISO 8601 text in UTC with a `Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
