"""Reads as the API tells them, and what programs ask of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, ConfigDict, Field

from console.api.wire import WHY, Flag, Number, Reasoned, Text, Told, Whole, Word
from operations.criteria import VehicleCriteria
from operations.revisions import Revision, Revisions
from operations.searches.areas import parse_area
from operations.searches.hours import parse_hours
from operations.searches.passes import Passes
from operations.searches.query import ReadQuery, parse_key
from schemas.convert import read_to_event
from schemas.events import PlateReadEvent

MOST_READS = 1000
"""Reads on one page: each is written down and counted."""


class SearchAsked(Reasoned):
    """A search, as on the page and on the command line; what is null is not asked."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"plate": "VNV4527", "since": "2026-01-31T00:00:00Z", "limit": 100, **WHY}]}
    )

    plate: Word | None = Field(None, description="`?` stands for one unknown character, `*` for any number.")
    since: AwareDatetime | None = None
    until: AwareDatetime | None = Field(None, description="Exclusive.")
    cameras: list[Word] = Field(default_factory=list, max_length=200)
    area: Text | None = Field(
        None, description="LATITUDE,LONGITUDE,KILOMETERS, or three or more corners LATITUDE,LONGITUDE."
    )
    hours: Word | None = Field(None, description="Hours of the day by the agency's clock, like 22:00-04:00.")
    state: Word | None = Field(None, description="Like VA or US-VA.")
    least_confidence: Annotated[Number, Field(ge=0, le=1)] | None = None
    valid_only: Flag = Field(False, description="Only what fits a series of plates that is known.")
    lane: Word | None = None
    direction: Word | None = None
    speed_over: Number | None = Field(None, description="Meters per second.")
    speed_under: Number | None = Field(None, description="Meters per second.")
    make: Word | None = None
    model: Word | None = None
    color: Word | None = None
    vehicle_class: Word | None = None
    vendor: Word | None = None
    limit: Annotated[Whole, Field(ge=1, le=MOST_READS)] = 100

    def vehicle(self) -> VehicleCriteria:
        """Return what is asked of the vehicle."""
        return VehicleCriteria(
            self.lane,
            self.direction,
            self.speed_over,
            self.speed_under,
            self.make,
            self.model,
            self.color,
            self.vehicle_class,
            self.vendor,
        )

    def query(self, after: str | None = None) -> ReadQuery:
        """Return it for the operations.

        Args:
            after: Where the page before ended.

        Raises:
            InvalidInput: Area, hours or `after` are none.
        """
        return ReadQuery(
            self.plate,
            self.since,
            self.until,
            tuple(self.cameras),
            None if self.area is None else parse_area(self.area),
            None if self.hours is None else parse_hours(self.hours),
            self.state,
            self.least_confidence,
            self.valid_only,
            self.vehicle(),
            None if after is None else parse_key(after),
            self.limit,
        )


class PageAsked(SearchAsked):
    """A page of a search."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"plate": "VN?45*", "since": "2026-01-31T00:00:00Z", "limit": 100, **WHY}]}
    )

    after: Word | None = Field(None, description="`next` of the page before; null: the first page.")


class PassesAsked(Reasoned):
    """One vehicle's passes."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"plate": "VNV4527", **WHY}]})

    plate: Word = Field(description="In full.")
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class RevisionsAsked(Reasoned):
    """Why somebody looks at one read."""

    model_config = ConfigDict(json_schema_extra={"examples": [WHY]})


class CorrectionTold(Told):
    """What a person put beside a read, which stays as it was read."""

    plate: str
    jurisdiction: str | None
    reason: str
    corrected_by: str
    corrected_at: datetime


class ReadTold(Told):
    """A read, and what a person corrected."""

    read: PlateReadEvent
    correction: CorrectionTold | None = None


class ReadPage(Told):
    """Reads that fit, the newest first."""

    items: list[ReadTold]
    next: str | None = Field(description="Send it as `after` for the next page; null where there is no more.")


class LookAlikeTold(ReadTold):
    """A read that may be of the plate: its score in nats, and how many others would score as much by chance."""

    score: float
    expected_by_chance: float


class LookAlikesTold(Told):
    """Reads that may be of a plate, best first; `searched` is about how many there were."""

    items: list[LookAlikeTold]
    searched: float
    more: bool = Field(description="Whether older ones were not scored.")


class PassTold(ReadTold):
    """A pass, how long after the one before it was, and how far from there."""

    seconds_since_last: float | None
    kilometers: float | None


class PassesTold(Told):
    """A vehicle's passes, the oldest first."""

    items: list[PassTold]
    days: int
    cameras: int
    is_short: bool = Field(description="Whether no more is shown because the purpose does not say the facts.")
    more: bool


class ChangeTold(Told):
    """A field that a revision says differently from the one before it."""

    field: str
    before: Any
    after: Any


class RevisionTold(Told):
    """One report of the pass, as it came; `payload` is another vendor's message."""

    read: PlateReadEvent
    stored_at: datetime
    is_newest: bool
    changes: list[ChangeTold]
    payload: str | None


class RevisionsTold(Told):
    """A read as it is shown, and its revisions, the oldest of the pass first."""

    shown: PlateReadEvent
    stored_at: datetime
    revised_at: datetime | None
    revisions: list[RevisionTold]


def passes_told(found: Passes) -> PassesTold:
    """Return passes as they are told."""
    items = [
        PassTold(
            read=read_to_event(one.read),
            correction=correction_told(found.corrections.get(one.read.read_id)),
            seconds_since_last=None if one.since_last is None else one.since_last.total_seconds(),
            kilometers=one.kilometers,
        )
        for one in found.passes
    ]
    return PassesTold(items=items, days=found.days, cameras=found.cameras, is_short=found.is_short, more=found.more)


def correction_told(correction: object | None) -> CorrectionTold | None:
    """Return a correction as it is told."""
    return None if correction is None else CorrectionTold.model_validate(correction)


def revisions_told(found: Revisions) -> RevisionsTold:
    """Return revisions as they are told."""
    return RevisionsTold(
        shown=read_to_event(found.shown),
        stored_at=found.stored_at,
        revised_at=found.revised_at,
        revisions=[_revision(one) for one in found.revisions],
    )


def _revision(one: Revision) -> RevisionTold:
    return RevisionTold(
        read=read_to_event(one.read),
        stored_at=one.stored_at,
        is_newest=one.is_newest,
        changes=[ChangeTold.model_validate(change) for change in one.changes],
        payload=one.payload,
    )
