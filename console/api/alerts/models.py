"""Alerts as the API tells them, and what programs say of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from alerts.cards.card import Card
from console.api.wire import Asked, Flag, Page, Text, Told, Whole, Word
from operations.life.change import AlertCard
from operations.life.comparing import Comparison
from operations.life.deciding import Look
from schemas.events import Alert
from schemas.types import (
    AlertOutcome,
    CheckPriority,
    ComparedWith,
    Disposition,
    DispositionKind,
    RecordAnswer,
    Rejection,
    Standing,
)


class DispositionTold(Told):
    """One thing that a person said of an alert; `number` counts from 1."""

    number: int
    kind: DispositionKind
    at: datetime
    person: str
    supersedes: int | None
    rejection: Rejection | None
    outcome: AlertOutcome | None
    priority: CheckPriority | None
    answer: RecordAnswer | None
    minutes: int | None
    plate_seen: str | None
    state_seen: str | None
    despite: dict[str, str]
    note: str | None

    @classmethod
    def of(cls, said: Disposition) -> DispositionTold:
        """Return it as it is told."""
        names = cls.model_fields.keys() - {"despite"}
        return cls(despite=dict(said.despite), **{name: getattr(said, name) for name in names})


class AlertTold(Told):
    """An alert as it stands: the newest message about the vehicle, and what people said of it.

    `alert_id` is that of the first message about the vehicle, which stays; those of its updates are in `alert`. Its
    picture is asked for by itself.
    """

    alert_id: UUID
    number: int
    standing: Standing
    confirmed_by: str | None
    is_canceled: bool
    canceled_because: str | None
    has_plate_picture: bool
    version: int = Field(description="How many things were said of it: also its ETag, for If-Match.")
    alert: Alert
    dispositions: list[DispositionTold]

    @classmethod
    def of(cls, card: AlertCard) -> AlertTold:
        """Return it as it is told."""
        newest = card.newest
        return cls(
            alert_id=card.first.alert_id,
            number=card.number,
            standing=card.life.standing,
            confirmed_by=card.life.confirmed_by,
            is_canceled=card.life.is_canceled,
            canceled_because=card.canceled,
            has_plate_picture=newest.plate_picture is not None or newest.read.plate_image_key is not None,
            version=card.life.count,
            alert=newest.model_copy(update={"plate_picture": None}),
            dispositions=[DispositionTold.of(one) for one in card.dispositions],
        )


class AlertPage(Page[AlertTold]):
    """Alerts, the newest first."""


class AlertChanges(Told):
    """Alerts that changed, as they stand now, in the order in which they changed."""

    items: list[AlertTold]
    cursor: int = Field(description="Send it as `after` to go on.")
    more: bool = Field(description="Whether there is more at once.")


class AlertNews(Told):
    """What an event of the stream says of an alert: enough to show a line; ask for the rest by its id."""

    alert_id: UUID
    number: int
    change: int
    priority: str
    is_done: bool
    headline: str
    seen: str
    listed: str
    reason: str
    standing: str
    confirmed: str
    canceled: str | None
    camera_id: str
    captured_at: datetime

    @classmethod
    def of(cls, card: Card, change: int) -> AlertNews:
        """Return it as it is told."""
        names = cls.model_fields.keys() - {"change", "camera_id"}
        told = {name: getattr(card, name) for name in names}
        return cls(change=change, camera_id=card.place.camera_id, **told)


class ComparisonTold(Told):
    """What a person saw beside the entry: whether it may be confirmed, and what would need a reason."""

    agrees: bool
    fault: str | None = Field(description="Why the plate as seen is not the listed one.")
    contradictions: list[dict[str, str]]


def comparison_told(compared: Comparison) -> ComparisonTold:
    """Return a comparison as it is told."""
    found = [{"feature": one.feature, "words": one.words, "seen_by": one.seen_by} for one in compared.contradictions]
    return ComparisonTold(
        agrees=compared.fault is None and not found and not compared.is_another_state,
        fault=compared.fault,
        contradictions=found,
    )


def _example(**values: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [values]})


class Saying(Asked):
    """What everything that is said of an alert may have."""

    note: Text | None = None
    supersedes: Annotated[Whole, Field(ge=1, le=2**31 - 1)] | None = Field(
        None, description="The number of what was said before, whose place this takes."
    )


class Acknowledging(Saying):
    """Somebody takes care of it."""

    model_config = _example(note="unit 12 is near")


class LookAsked(Asked):
    """What a person sees on plate and vehicle; what is null they do not say."""

    model_config = _example(plate="VNV4527", state="VA", compared="picture")

    plate: Word
    state: Word | None = None
    kind: Word | None = Field(None, description="The kind of vehicle, like truck.")
    make: Word | None = None
    color: Word | None = None
    year: Annotated[Whole, Field(ge=1886, le=2200)] | None = None
    compared: ComparedWith | None = None

    def look(self, despite: dict[str, str] | None = None) -> Look:
        """Return it for the operations."""
        return Look(self.plate, self.state, self.kind, self.make, self.color, self.year, despite or {}, self.compared)


class Confirming(LookAsked, Saying):
    """A named person has compared plate and vehicle; `despite` is, by feature, why a contradiction is none."""

    model_config = _example(plate="VNV4527", state="VA", compared="picture", note="both readers and I")

    despite: dict[Word, Text] = Field(default_factory=dict, max_length=20)


class Rejecting(Saying):
    """It is not about the listed vehicle, or that is not there."""

    model_config = _example(rejection="misread", plate="VNV4521")

    rejection: Rejection
    plate: Word | None = Field(None, description="The plate as seen, where it is another one.")


class Asking(Saying):
    """The entering agency was asked whether its entry stands; its clock runs."""

    model_config = _example(priority="urgent")

    priority: CheckPriority = CheckPriority.URGENT


class Answering(Saying):
    """What the entering agency has answered."""

    model_config = _example(answer="valid")

    answer: RecordAnswer
    minutes: Annotated[Whole, Field(ge=1, le=10_080)] | None = Field(
        None, description="How much more time it needs; with time_needed alone, and then always."
    )


class Closing(Saying):
    """What came of it, which closes it."""

    model_config = _example(outcome="recovered")

    outcome: AlertOutcome


class Seeing(Asked):
    """Somebody has seen it."""

    model_config = _example()

    seen: Flag = True
