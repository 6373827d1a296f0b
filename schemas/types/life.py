"""What people find out about an alert: dispositions, which never change, and what follows from all of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class DispositionKind(StrEnum):
    """What a person says of an alert."""

    SEEN = "seen"
    ACKNOWLEDGED = "acknowledged"
    """Somebody takes care of it."""
    CONFIRMED = "confirmed"
    """A named person has compared the plate with the listed one, and the vehicle."""
    REJECTED = "rejected"
    OUTCOME = "outcome"
    """What came of it in the end; closes it."""
    RECORD_CHECK_ASKED = "record_check_asked"
    """The entering agency was asked whether its entry still stands (NCIC: YQ)."""
    RECORD_CHECK_ANSWERED = "record_check_answered"
    """It has answered (NCIC: YR)."""


class Standing(StrEnum):
    """How far an alert is."""

    NEW = "new"
    SEEN = "seen"
    ACKNOWLEDGED = "acknowledged"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    CLOSED = "closed"


class Rejection(StrEnum):
    """Why an alert is rejected."""

    MISREAD = "misread"
    WRONG_STATE = "wrong_state"
    VEHICLE_DIFFERS = "vehicle_differs"
    STALE_ENTRY = "stale_entry"
    NOT_LOCATED = "not_located"
    OWN_VEHICLE = "own_vehicle"


class ComparedWith(StrEnum):
    """With what a person has compared the listed plate."""

    VEHICLE = "vehicle"
    PICTURE = "picture"


class AlertOutcome(StrEnum):
    """What came of an alert."""

    RECOVERED = "recovered"
    LOCATED = "located"
    ARREST = "arrest"
    WARNING = "warning"
    NO_ACTION = "no_action"
    STOP_NOT_MADE = "stop_not_made"


class RecordAnswer(StrEnum):
    """What the entering agency answers: the entry stands, it does not, or it needs more time."""

    VALID = "valid"
    NOT_VALID = "not_valid"
    TIME_NEEDED = "time_needed"


class CheckPriority(StrEnum):
    """How soon the entering agency has to answer.

    Source:
        NCIC hit confirmation: urgent within 10 minutes, routine within an hour (Wisconsin DOJ's manual; Nlets, 16).
    """

    URGENT = "urgent"
    ROUTINE = "routine"


ANSWER_WITHIN: Final = {CheckPriority.URGENT: timedelta(minutes=10), CheckPriority.ROUTINE: timedelta(hours=1)}
"""How long the entering agency has for a substantive answer."""


class Surface(StrEnum):
    """Where a person said it."""

    COMMAND_LINE = "command_line"
    CONSOLE = "console"
    CAR = "car"


@dataclass(frozen=True, slots=True)
class Disposition:
    """One thing that a person said of an alert.

    `number` counts an alert's dispositions from 1; `supersedes` is the number of the one whose place it takes.
    `person` is who found it out, `actor` who entered it (`via` and `origin` are how they signed in and from where), of
    the agency `agency_id`. `plate_seen` and `state_seen` are what the person saw, `despite` is each contradiction with
    the reason for which it is none, as (feature, reason). `minutes` are those that an entering agency still needs.
    """

    kind: DispositionKind
    at: datetime
    person: str
    actor: str
    agency_id: str
    number: int = 1
    surface: Surface = Surface.COMMAND_LINE
    via: str = ""
    origin: str = ""
    supersedes: int | None = None
    rejection: Rejection | None = None
    outcome: AlertOutcome | None = None
    priority: CheckPriority | None = None
    answer: RecordAnswer | None = None
    minutes: int | None = None
    plate_seen: str | None = None
    state_seen: str | None = None
    despite: tuple[tuple[str, str], ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class RecordCheck:
    """A record check and its clock. `number` is that of the disposition which brought it to where it is.

    `answer` is None until there is one; with *time needed* the clock goes on until `due_at`.
    """

    number: int
    asked_at: datetime
    asked_by: str
    priority: CheckPriority
    due_at: datetime
    answer: RecordAnswer | None = None
    answered_at: datetime | None = None
    answered_by: str | None = None

    @property
    def is_running(self) -> bool:
        """Whether a substantive answer is still to come."""
        return self.answer in (None, RecordAnswer.TIME_NEEDED)

    def is_overdue(self, now: datetime) -> bool:
        """Return whether a substantive answer should have come by now (aware)."""
        return self.is_running and now > self.due_at


@dataclass(frozen=True, slots=True)
class Life:
    """What stands of an alert. `count` is how many dispositions it has.

    `latest` is the one that its standing comes from, `verdict` the confirmation or rejection that stands, `outcome`
    what closed it.
    """

    standing: Standing = Standing.NEW
    count: int = 0
    latest: Disposition | None = None
    verdict: Disposition | None = None
    outcome: Disposition | None = None
    check: RecordCheck | None = None
    is_canceled: bool = False

    @property
    def confirmed_by(self) -> str | None:
        """The person whose confirmation stands, or None: confirmed by nobody."""
        if self.verdict is None or self.verdict.kind is not DispositionKind.CONFIRMED:
            return None
        return self.verdict.person
