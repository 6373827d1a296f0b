"""What a patrol car brings home besides its reads: what an officer said of an alert, and who looked and when."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from schemas import ids
from schemas.events.wire import WireModel
from schemas.types import CheckPriority, RecordAnswer

MOST_MINUTES = 7 * 24 * 60
"""Longest time that an entering agency may say it still needs."""

_Name = Annotated[str, Field(min_length=1, max_length=100)]
_Plate = Annotated[str, Field(min_length=1, max_length=40)]
_Feature = Annotated[str, Field(min_length=1, max_length=40)]


class Answered(StrEnum):
    """What an officer says of an alert in the car."""

    CORRECT = "correct"
    """Plate and vehicle are the listed ones."""
    WRONG_STATE = "wrong_state"
    MISREAD = "misread"
    DISMISSED = "dismissed"
    """Put aside without a verdict; it stays among the shift's alerts."""
    RECORD_ASKED = "record_asked"
    """The entering agency was asked whether its entry stands: its clock runs."""
    RECORD_ANSWERED = "record_answered"


class CarAnswer(WireModel):
    """What an officer said of an alert in a patrol car, with or without a network.

    `answer_id` is derived from what it says, so that one that is sent twice counts once. `sign_on` is the sign-on that
    the officer had at that moment: the server knows by it that the name is theirs. `at` is when it was said.

    `plate_seen` is the plate that the officer says to see. `despite` names what of the vehicle contradicted the entry
    when they said `correct`, and they said it a second time. `priority` is with `record_asked`, `answer` (and `minutes`
    with time_needed) with `record_answered`.
    """

    schema_version: Literal["1"] = "1"
    answer_id: UUID
    car_id: _Name
    alert_id: UUID
    what: Answered
    at: AwareDatetime
    person: _Name
    unit: _Name
    sign_on: UUID
    plate_seen: _Plate | None = None
    despite: Annotated[tuple[_Feature, ...], Field(max_length=20)] = ()
    priority: CheckPriority | None = None
    answer: RecordAnswer | None = None
    minutes: Annotated[int, Field(ge=1, le=MOST_MINUTES)] | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.priority is not None) != (self.what is Answered.RECORD_ASKED):
            raise ValueError("a priority goes with record_asked, and with nothing else")
        if (self.answer is not None) != (self.what is Answered.RECORD_ANSWERED):
            raise ValueError("an answer goes with record_answered, and with nothing else")
        if (self.minutes is not None) != (self.answer is RecordAnswer.TIME_NEEDED):
            raise ValueError("minutes go with the answer time_needed, and with nothing else")
        if (self.plate_seen is None) and self.what is Answered.CORRECT:
            raise ValueError("the plate that the officer sees is missing")
        if self.answer_id != self.derived_id():
            raise ValueError("the answer's id is not that of what it says")
        return self

    def derived_id(self) -> UUID:
        """Return the id that follows from who said what, of which alert, and when."""
        return ids.car_answer_id(self.car_id, self.sign_on, self.alert_id, self.what.value, self.at)


class Noted(StrEnum):
    """What is written down of a car besides answers, for the server's audit."""

    SIGNED_ON = "signed_on"
    SIGNED_OFF = "signed_off"
    ALERT_SHOWN = "alert_shown"
    ALERT_OPENED = "alert_opened"
    NOT_READING = "not_reading"
    """From when on something keeps the car from reading."""
    READING = "reading"
    """It reads again."""


class CarNote(WireModel):
    """One thing that happened at a car's display. `words` says it for people; no plate stands in them.

    `person`, `unit` and `sign_on` are who was signed on, where somebody was.
    """

    schema_version: Literal["1"] = "1"
    note_id: UUID
    car_id: _Name
    what: Noted
    at: AwareDatetime
    person: _Name | None = None
    unit: _Name | None = None
    sign_on: UUID | None = None
    alert_id: UUID | None = None
    words: Annotated[str, Field(max_length=500)] = ""
