"""What the owner of a hotlist entry gets: what became of the alerts that its entry raised."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from schemas.events.lists import GivenByEvent
from schemas.events.wire import WireModel
from schemas.types import (
    AlertOutcome,
    Category,
    CheckPriority,
    DispositionKind,
    RecordAnswer,
    Rejection,
    Standing,
)

NOBODY_YET = "confirmed by nobody yet"
"""What every alert says until a named person has compared plate and vehicle."""


class ConfirmationEvent(WireModel):
    """Whether somebody has confirmed an alert, by name. Whoever gets an alert has to look at this before a stop.

    `status` is not_confirmed until a person has compared the plate and the vehicle with what is listed. Another
    agency's confirmation does not replace one's own look; `words` says it for people. `record_check` is the other
    confirmation: whether the entering agency says that its entry still stands.
    """

    status: Literal["not_confirmed", "confirmed", "rejected"] = "not_confirmed"
    words: str = NOBODY_YET
    by: str | None = None
    agency_id: str | None = None
    at: AwareDatetime | None = None
    rejection: Rejection | None = None
    record_check: Literal["not_asked", "asked", "time_needed", "valid", "not_valid"] = "not_asked"
    outcome: AlertOutcome | None = None


NOT_CONFIRMED = ConfirmationEvent()
"""What stands until somebody says something."""


class RecordCheckEvent(WireModel):
    """A record check (NCIC: YQ and YR) with its clock: asked, due, and answered.

    Overdue: `due_at` is over, and `answer` is none or time_needed.
    """

    asked_at: AwareDatetime
    priority: CheckPriority
    due_at: AwareDatetime
    answer: RecordAnswer | None = None
    answered_at: AwareDatetime | None = None


class DispositionEntryEvent(WireModel):
    """The entry that was hit, as its owner knows it.

    `given_by` is there where another agency gave it under an agreement: then `entry_id` and `hotlist_id` are that
    agency's own.
    """

    entry_id: UUID
    hotlist_id: str
    plate: str
    jurisdiction: str | None = None
    category: Category
    source_entry_id: str | None = None
    source_code: str | None = None
    originating_agency: str | None = None
    case_number: str | None = None
    given_by: GivenByEvent | None = None


class DispositionEvent(WireModel):
    """What a person said of an alert. It never changes: a later one of the same alert takes its place.

    `number` counts the dispositions of one alert, `supersedes` is the number of the one that this takes the place of,
    if there is one. `standing` is how far the alert is with it, `confirmation` and `record_check` what stands then. It
    says nothing of where the vehicle was, and nothing of another plate that a misread alert was about.
    """

    schema_version: Literal["1"] = "1"
    disposition_id: UUID
    alert_id: UUID
    number: Annotated[int, Field(ge=1)]
    kind: DispositionKind
    at: AwareDatetime
    by: str
    agency_id: str
    surface: str
    supersedes: int | None = None
    rejection: Rejection | None = None
    outcome: AlertOutcome | None = None
    standing: Standing
    canceled: bool = False
    confirmation: ConfirmationEvent
    record_check: RecordCheckEvent | None = None
    entry: DispositionEntryEvent
