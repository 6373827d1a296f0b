"""What officers and subscribing agencies get."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from schemas.events.dispositions import NOT_CONFIRMED, ConfirmationEvent
from schemas.events.hits import EntrySummaryEvent, HitEvent, ListEvent
from schemas.events.reads import LocationEvent, PlateReadEvent
from schemas.events.wire import WireModel


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

    `confirmation` says who has confirmed the alert, and until somebody has, that it was confirmed by nobody yet. An
    update comes when that changes.
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
    confirmation: ConfirmationEvent = NOT_CONFIRMED
    notice: str = (
        "An alert is not reasonable suspicion by itself. Compare the picture with the listed plate and state, and "
        "confirm the entry with its originating agency before a stop."
    )
