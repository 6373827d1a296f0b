"""How a vehicle, and the car itself, look on the page: drawn here once, for the page and for its stream."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from alerts.cards.card import Card
from alerts.cards.glance import Phrase, glance, rest
from alerts.cards.places import where_words
from console.car.site import CarSite
from operations.patrol.board import Untaken, Vehicle
from operations.patrol.motion import Motion
from schemas.events import Answered
from schemas.types import CarState, Standing
from schemas.wording import age_text

_SAID: Final = {
    Answered.CORRECT: "Correct",
    Answered.WRONG_STATE: "Wrong state",
    Answered.MISREAD: "Misread",
    Answered.DISMISSED: "Dismiss",
    Answered.RECORD_ASKED: "that the record check was asked for",
    Answered.RECORD_ANSWERED: "the record check's answer",
}


@dataclass(frozen=True, slots=True)
class UntakenShown:
    """An answer that the server did not take: what was said, why it was not taken, and what to do."""

    said: str
    why: str
    advice: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A vehicle as the page shows it. `is_waiting` is whether nobody in the car has said anything of it."""

    card: Card
    phrases: tuple[Phrase, ...]
    where: str
    is_list_old: bool
    is_waiting: bool
    change: str
    untaken: tuple[UntakenShown, ...] = ()
    refused: str | None = None
    storm: str | None = None

    @property
    def tone(self) -> str:
        """Which tone it has."""
        return "other-state" if self.card.is_other_state else str(self.card.priority)


@dataclass(frozen=True, slots=True)
class ShownList:
    """A list with its age now."""

    name: str
    age: str
    is_red: bool


@dataclass(frozen=True, slots=True)
class ShownCar:
    """The car as the page shows it."""

    motion: Motion
    rest: str
    states: Sequence[CarState]
    lists: Sequence[ShownList]
    is_reading: bool
    storms: Sequence[str] = ()


def shown(site: CarSite, vehicle: Vehicle) -> Shown:
    """Return a vehicle as the page shows it."""
    card = site.desk.board.card(vehicle)
    old = site.desk.board.is_list_old(vehicle.newest.alert)
    waits = not vehicle.answers and not vehicle.is_canceled and vehicle.life.standing is Standing.NEW
    phrases = glance(card, is_list_old=old)
    untaken = tuple(map(_untaken, vehicle.untaken))
    return Shown(
        card,
        phrases,
        where_words(card.place),
        old,
        waits,
        str(vehicle.changed),
        untaken,
        vehicle.refused,
        vehicle.storm,
    )


def _untaken(one: Untaken) -> UntakenShown:
    if one.is_conflict:
        advice = "What was said there counts. Call the desk: both stand on the alert's page, and a person decides."
    else:
        advice = "Tell your supervisor: it is kept in the car and at the server, and counts for nothing."
    return UntakenShown(_SAID[one.answer.what], one.why, advice)


def fragment(site: CarSite, vehicle: Vehicle) -> str:
    """Return what the stream sends of a vehicle."""
    return site.drawing.text("car/fragment.html", one=shown(site, vehicle))


def shown_car(site: CarSite, now: datetime) -> ShownCar:
    """Return the car as the page shows it.

    Args:
        site: The car's page.
        now: The present, aware.
    """
    motion = site.desk.motion.judge(site.desk.around.speed())
    states = sorted(site.desk.around.states(), key=lambda one: not one.stops)
    waiting = sum(1 for one in site.desk.board.all() if not one.answers and not one.is_canceled)
    lists = []
    for one in site.desk.around.lists():
        seconds = None if one.dated is None else max(0.0, (now - one.dated).total_seconds())
        lists.append(ShownList(one.hotlist_id, age_text(seconds), one.why_red is not None))
    return ShownCar(
        motion=motion,
        rest=rest(states, waiting, is_speed_known=motion is not Motion.UNKNOWN),
        states=states,
        lists=lists,
        is_reading=not any(one.stops for one in states),
        storms=site.desk.board.storms(),
    )
