"""What people of one agency said of an alert on an entry that another one gave it, on its way to that other one."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from schemas.events.queries import sensible_moment
from schemas.events.wire import WireModel
from schemas.types import AlertOutcome, DispositionKind, RecordAnswer, Rejection, Standing

LARGEST_NUMBER = 100_000
"""Highest number of a disposition: far more than anybody says of one alert."""

_Moment = Annotated[AwareDatetime, AfterValidator(sensible_moment)]
_Name = Annotated[str, StringConstraints(max_length=200)]


class ReturnedVerdictEvent(WireModel):
    """What stands of the alert with the disposition, whatever that one is about.

    `confirmed` says whether a named person has compared plate and vehicle, `words` all of it for people.
    `record_answer` is what came of the record check.
    """

    standing: Standing
    confirmed: bool = False
    rejection: Rejection | None = None
    outcome: AlertOutcome | None = None
    record_answer: RecordAnswer | None = None
    canceled: bool = False
    words: Annotated[str, StringConstraints(max_length=2000)]


class ReturnedDispositionEvent(WireModel):
    """A disposition for the entry's owner: nothing of where the vehicle was, of its plate, or of what was noted.

    `entry_id` and `hotlist_id` are the owner's own. `agency_id` is the member's short name in the agreement under which
    the entry was given; whoever may write to the topic is that member, whatever this says. `disposition_id` follows
    from `alert_id` and `number` (schemas/ids.py), which counts the dispositions of one alert from 1. It never changes;
    a later one of the same alert takes its place.
    """

    schema_version: Literal["1"] = "1"
    disposition_id: UUID
    agreement_id: _Name
    agreement_version: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    agency_id: _Name
    hotlist_id: _Name
    entry_id: UUID
    alert_id: UUID
    number: Annotated[int, Field(ge=1, le=LARGEST_NUMBER)]
    kind: DispositionKind
    at: _Moment
    by: Annotated[str, StringConstraints(pattern=r"\S", max_length=200)]
    supersedes: Annotated[int, Field(ge=1, le=LARGEST_NUMBER)] | None = None
    rejection: Rejection | None = None
    outcome: AlertOutcome | None = None
    verdict: ReturnedVerdictEvent
