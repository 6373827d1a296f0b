"""One alert as an officer sees it: what matters for the decision, in the order in which it matters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Final
from uuid import UUID

from alerts.cards.features import Feature, features_of, short_state
from alerts.cards.plates import PlateSlot, plate_words, slots_of
from alerts.cards.steps import Steps, steps_of
from alerts.cards.times import local_text
from alerts.cards.urgency import is_done, order_of, priority_of
from alerts.life.comparing import contradictions
from policy.duties import ConfirmRule
from schemas.convert import read_from_event, vehicle_from_event
from schemas.events import NOBODY_YET, Alert, AlertType
from schemas.types import (
    Category,
    Disposition,
    DispositionKind,
    Life,
    Priority,
    RecordAnswer,
    RecordCheck,
    Tier,
)
from schemas.wording import age_text, confidence_text, movement_text, position_text, vehicle_text

_TIERS: Final = {
    Tier.EXACT: "same text as listed",
    Tier.PROBABLE: "differs in ways in which readers err",
    Tier.PARTIAL: "fits the characters that are known",
}


@dataclass(frozen=True, slots=True)
class CameraPlace:
    """What is known of a camera besides its id: what people call it, its street, and where that is."""

    camera_id: str
    name: str | None = None
    street: str | None = None
    latitude: float | None = None
    longitude: float | None = None

    @property
    def label(self) -> str:
        """What people read of it on a map."""
        name = self.name or self.camera_id
        return f"{name}, {self.street}" if self.street else name


@dataclass(frozen=True, slots=True)
class Place:
    """Where the vehicle passed; the coordinates are None where its camera has none."""

    camera_id: str
    camera: str
    street: str | None
    latitude: float | None
    longitude: float | None
    heading: float | None
    movement: str
    position: str
    """What is to be known where the camera is on a vehicle; else empty."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The record check: words for what stands, and until when it runs; `due_at` is None once it is answered."""

    words: str
    is_overdue: bool
    due_at: datetime | None
    is_against: bool
    """Whether the entering agency says that its entry does not stand."""


@dataclass(frozen=True, slots=True)
class CardSources:
    """What a card is made of: an alert as it is stored, and what people said of it.

    `first` is the first message about the vehicle, `newest` the newest one. `canceled` is why it was taken back, where
    that is known; `has_plate` whether there is a picture of the plate.
    """

    number: int
    first: Alert
    newest: Alert
    life: Life
    canceled: str | None = None
    has_plate: bool = False
    dispositions: tuple[Disposition, ...] = ()


@dataclass(frozen=True, slots=True)
class CardSetting:
    """By which agency's clock, cameras, law and priorities a card is made, and when: the present, aware."""

    zone: tzinfo
    now: datetime
    camera: CameraPlace | None = None
    law: ConfirmRule | None = None
    priorities: Mapping[Category, Priority] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Card:
    """An alert as an officer sees it; texts are plain, and whoever shows them escapes them.

    `headline` is the first line: priority, category, and the plate as listed with its state and class. `order` sorts
    cards, what is most urgent first. `against` is all that contradicts the entry; confirming in one step is blocked
    while there is any. `confirmed` always says by whom, or that it is nobody yet.
    """

    alert_id: UUID
    number: int
    order: str
    priority: Priority
    listed_priority: str | None
    is_done: bool
    headline: str
    category: str
    tier: Tier
    tier_words: str
    reason: str
    news: str | None
    slots: tuple[PlateSlot, ...]
    plate_words: str
    seen: str
    seen_state: str | None
    listed: str
    listed_state: str | None
    confidence: str
    second_reader: str | None
    features: tuple[Feature, ...]
    against: tuple[str, ...]
    vehicle_seen: str
    vehicle_listed: str
    hotlist: str
    list_age: str
    entry: tuple[tuple[str, str], ...]
    place: Place
    captured_at: datetime
    captured: str
    claimed: str | None
    historical: str | None
    has_plate: bool
    has_scene: bool
    confirmed: str
    is_confirmed: bool
    standing: str
    canceled: str | None
    clock: Clock | None
    steps: Steps
    law: tuple[str, ...]
    notice: str
    history: tuple[str, ...]

    @property
    def is_blocked(self) -> bool:
        """Whether confirming takes a second step, in which each contradiction is explained."""
        return bool(self.against)

    @property
    def is_other_state(self) -> bool:
        """Whether another state was read than is listed: most often another vehicle with the same number, so that such
        a card sounds and looks unlike one to act upon."""
        return any(one.name == "state" and one.agrees is False for one in self.features)


def make_card(of: CardSources, setting: CardSetting) -> Card:
    """Return an alert's card.

    Args:
        of: The alert.
        setting: By which clock, cameras and law.
    """
    alert, life, zone = of.newest, of.life, setting.zone
    read, entry = read_from_event(alert.read), alert.entry
    priority = priority_of(entry.category, entry.priority, setting.priorities)
    slots = slots_of(alert)
    category = entry.category.value.replace("_", " ")
    listed_vehicle = vehicle_from_event(entry.vehicle)
    return Card(
        alert_id=of.first.alert_id,
        number=of.number,
        order=order_of(alert, life, priority),
        priority=priority,
        listed_priority=entry.priority,
        is_done=is_done(life),
        headline=_headline(alert, category),
        category=category,
        tier=alert.hit.tier,
        tier_words=_TIERS[alert.hit.tier],
        reason=alert.hit.explanation,
        news=_news(alert),
        slots=slots,
        plate_words=plate_words(slots),
        seen=alert.read.plate,
        seen_state=short_state(alert.read.jurisdiction),
        listed=entry.plate,
        listed_state=short_state(entry.jurisdiction),
        confidence=confidence_text(read),
        second_reader=_second_reader(alert),
        features=features_of(alert),
        against=tuple(one.words for one in contradictions(alert)),
        vehicle_seen=vehicle_text(read.vehicle),
        vehicle_listed=vehicle_text(listed_vehicle),
        hotlist=alert.hotlist.hotlist_id,
        list_age=age_text(alert.hotlist.age_seconds),
        entry=_entry(alert),
        place=_place(alert, setting.camera, movement_text(read.movement)),
        captured_at=alert.read.captured_at.astimezone(zone),
        captured=local_text(alert.read.captured_at, zone),
        claimed=_claimed(alert, zone),
        historical=_historical(alert),
        has_plate=of.has_plate or alert.read.plate_image_key is not None,
        has_scene=alert.read.context_image_key is not None,
        confirmed=_confirmed(life, zone),
        is_confirmed=life.confirmed_by is not None and not life.is_canceled,
        standing=_standing(life, zone),
        canceled=(of.canceled or "its entry does not stand any more") if life.is_canceled else None,
        clock=None if life.check is None else clock_of(life.check, setting),
        steps=steps_of(life, setting.now, zone, setting.law),
        law=_law_words(setting.law, is_asked=life.check is not None),
        notice=alert.notice,
        history=tuple(_told(one, zone) for one in of.dispositions),
    )


def clock_of(check: RecordCheck, setting: CardSetting) -> Clock:
    """Return how a record check stands."""
    zone = setting.zone
    if not check.is_running:
        against = check.answer is RecordAnswer.NOT_VALID
        words = "its agency says that the entry " + ("DOES NOT STAND" if against else "stands")
        at = "" if check.answered_at is None else f" at {local_text(check.answered_at, zone)}"
        return Clock(f"{words}; entered by {check.answered_by}{at}", False, None, against)
    overdue = check.is_overdue(setting.now)
    words = f"{check.priority.value}, asked by {check.asked_by} at {local_text(check.asked_at, zone)}"
    if check.answer is not None:
        words += "; its agency needs more time"
    words += f"; {'OVERDUE since' if overdue else 'due by'} {local_text(check.due_at, zone)}"
    return Clock(words, overdue, check.due_at, False)


def _news(alert: Alert) -> str | None:
    """Return what an update says is new, where that is not who has confirmed it, which stands by itself."""
    is_news = alert.type is AlertType.UPDATE and alert.reason and alert.reason not in alert.confirmation.words
    return alert.reason if is_news else None


def _headline(alert: Alert, category: str) -> str:
    state = short_state(alert.entry.jurisdiction)
    return f"{category}: {alert.entry.plate}" + (f" {state}" if state else "")


def _second_reader(alert: Alert) -> str | None:
    agrees, second = alert.hit.second_reader_agrees, alert.read.second_reading
    if agrees is None:
        return None
    seen = "" if second is None else f" ({second.text})"
    return f"second reader {'saw the listed plate' if agrees else 'saw another plate'}{seen}"


def _entry(alert: Alert) -> tuple[tuple[str, str], ...]:
    entry = alert.entry
    as_of = None if alert.hotlist.as_of is None else alert.hotlist.as_of.date().isoformat()
    named = (
        ("instructions", entry.instructions),
        ("entering agency", entry.originating_agency),
        ("record", entry.source_entry_id),
        ("case", entry.case_number),
        ("code", entry.source_code),
        ("plate type", entry.license_type),
        ("list's priority", entry.priority),
        ("list of", as_of),
    )
    return tuple((name, value) for name, value in named if value)


def _place(alert: Alert, camera: CameraPlace | None, movement: str) -> Place:
    read, location = alert.read, alert.read.location
    return Place(
        camera_id=read.camera_id,
        camera=read.camera_id if camera is None or camera.name is None else camera.name,
        street=None if camera is None else camera.street,
        latitude=None if location is None else location.latitude,
        longitude=None if location is None else location.longitude,
        heading=None if location is None else location.heading,
        movement=movement,
        position=position_text(location),
    )


def _claimed(alert: Alert, zone: tzinfo) -> str | None:
    claimed = alert.read.claimed_at
    if claimed is None:
        return None
    return f"camera's clock wrong (it says {local_text(claimed, zone)}): the time is that of arrival"


def _historical(alert: Alert) -> str | None:
    if not alert.historical:
        return None
    passes = "one pass" if alert.sightings == 1 else f"{alert.sightings} passes"
    return f"passed before its entry was added ({passes}): it was here then, and need not be now"


def _confirmed(life: Life, zone: tzinfo) -> str:
    verdict = life.verdict
    return NOBODY_YET if verdict is None else _told(verdict, zone)


def _standing(life: Life, zone: tzinfo) -> str:
    words = life.standing.value if life.latest is None else _told(life.latest, zone)
    return f"taken back; {words}" if life.is_canceled else words


def _told(one: Disposition, zone: tzinfo) -> str:
    """Return what somebody said, by whom and when: `rejected (misread) by lee at 2026-11-20 13:30:00 EST`."""
    what = one.rejection or one.outcome or one.answer or one.priority
    kind = {
        DispositionKind.OUTCOME: "closed",
        DispositionKind.RECORD_CHECK_ASKED: "record asked for",
        DispositionKind.RECORD_CHECK_ANSWERED: "record answered",
    }.get(one.kind, one.kind.value)
    words = f"{kind} ({what.value.replace('_', ' ')})" if what else kind
    words += f" by {one.person} at {local_text(one.at, zone)}"
    words += "".join(f"; {feature}: {reason}" for feature, reason in one.despite)
    return f"{words}; {one.note}" if one.note else words


def _law_words(law: ConfirmRule | None, *, is_asked: bool) -> tuple[str, ...]:
    words = []
    if law is not None and law.visual:
        words.append(f"a person has to compare the plate with the picture or the vehicle: {law.source}")
    if law is not None and law.is_suspicion is False:
        words.append(f"a match alone is no reason for a stop: {law.source}")
    if law is not None and law.record and not is_asked:
        words.append(f"the entering agency has to be asked before anybody acts: {law.source}")
    return tuple(words)
