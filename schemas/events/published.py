"""What machines of one agency give one another: reads on their way from the edge to the matcher."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from schemas.events.reads import BoxEvent, PlateReadEvent
from schemas.events.wire import WireModel

MAX_VENDOR_TEXT = 262_144
"""Longest message, or hit, of another vendor's reader that travels with a read: all of it has to fit into 900 kB."""

_Seconds = Annotated[float, Field(ge=0, le=100 * 365.25 * 86_400)]
_VendorText = Annotated[str, Field(max_length=MAX_VENDOR_TEXT)]


class SourceClockEvent(WireModel):
    """What is known of the clock that dated a read (wire form of SourceClock), its spans in seconds."""

    ahead_seconds: _Seconds | None = None
    behind_seconds: _Seconds | None = None
    is_told: bool = False
    off_seconds: _Seconds | None = None
    item_began: AwareDatetime | None = None


class PublishedRead(WireModel):
    """A read on its way from the machine that made it to the one that matches it (wire form of Arrival).

    It stays within the agency: neighbors get alerts. Its pictures are in the image store, under the keys that `read`
    names; a machine that cannot keep them there publishes it without keys. `plate_box` is where the plate is in the
    picture of the plate, in its pixels; null: it fills it, or that is not known.

    `message_id` is of one revision of a pass, so that whoever gets it twice knows. `arrived_at` is when the publisher
    had the read, by its clock, and `clock` what is known of the one that dated it. With `better_pictures_follow` the
    finished pass is still to come, and its pictures take the place of these.

    `vendor_payload` and `vendor_hit` are the message and the long hit of another vendor's reader, which the read itself
    does not carry.
    """

    schema_version: Literal["1"] = "1"
    message_id: UUID
    read: PlateReadEvent
    arrived_at: AwareDatetime
    clock: SourceClockEvent = SourceClockEvent()
    plate_box: BoxEvent | None = None
    better_pictures_follow: bool = False
    vendor_payload: _VendorText | None = None
    vendor_hit: _VendorText | None = None
