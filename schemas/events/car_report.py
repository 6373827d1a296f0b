"""How a patrol car says that it is, every half minute while it reaches its server. No plates."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from schemas.events.wire import WireModel

MOST_REFUSED = 20
"""Refused uploads that a report names; the newest."""
MOST_LISTS = 500
MOST_STATES = 100

_Name = Annotated[str, Field(min_length=1, max_length=100)]
_Words = Annotated[str, Field(max_length=500)]
_Count = Annotated[int, Field(ge=0, le=2**53)]


class CarListReport(WireModel):
    """A list in the car: of when its content is (None: that is not known), and why it is red (None: it is not)."""

    hotlist_id: _Name
    dated: AwareDatetime | None = None
    why_red: _Words | None = None


class CarStateReport(WireModel):
    """What keeps the car from reading, or makes what it reads less worth. `stops` is whether nothing is read for it."""

    kind: _Name
    subject: Annotated[str, Field(max_length=200)] = ""
    words: _Words
    stops: bool = False
    since: AwareDatetime | None = None


class CarRefusedReport(WireModel):
    """Something that the server does not take, and that the car keeps: what it is, its id, and the server's reason."""

    kind: _Name
    upload_id: _Name
    reason: _Words


class CarReport(WireModel):
    """A car at `at`.

    `person`, `unit`, `sign_on` and `signed_on_at` are who is signed on, where somebody is. `withdrawals_as_of` is up to
    when withdrawals are known to it. `reads` and `answers` (of officers, and notes) wait for the server, the oldest
    since `oldest_at`; so do `pictures`, of `picture_bytes`. All of it takes `used_bytes` of `most_bytes`. The server
    does not take `refused` of them; `refusals` are the newest of those.
    """

    schema_version: Literal["1"] = "1"
    car_id: _Name
    at: AwareDatetime
    person: _Name | None = None
    unit: _Name | None = None
    sign_on: UUID | None = None
    signed_on_at: AwareDatetime | None = None
    withdrawals_as_of: AwareDatetime | None = None
    lists: Annotated[tuple[CarListReport, ...], Field(max_length=MOST_LISTS)] = ()
    states: Annotated[tuple[CarStateReport, ...], Field(max_length=MOST_STATES)] = ()
    reads: _Count = 0
    answers: _Count = 0
    oldest_at: AwareDatetime | None = None
    pictures: _Count = 0
    picture_bytes: _Count = 0
    used_bytes: _Count = 0
    most_bytes: _Count = 0
    refused: _Count = 0
    refusals: Annotated[tuple[CarRefusedReport, ...], Field(max_length=MOST_REFUSED)] = ()
