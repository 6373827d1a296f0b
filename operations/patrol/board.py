"""The alerts of the last hours in a car, with what was said of them here: what the officer's page shows."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from alerts.cards.card import Card, CardSetting, CardSources, make_card
from alerts.life.spoken import Following, judge
from alerts.life.transitions import life_of
from alerts.routing.zone import agency_zone
from operations.patrol.sources import AlertSource
from operations.patrol.storms import CarStorms
from policy.decisions import open_policy
from schemas.events import Alert, AlertType, CarAnswer
from schemas.settings import Settings
from schemas.types import Disposition, Life
from schemas.wording import NOT_CURRENT
from storage.car.alerts import NumberedAlert
from storage.car.answers import AnswerBook
from storage.car.outcomes import READ_REFUSED, AnswerOutcome, OutcomeBook

log = logging.getLogger(__name__)

SHOWN_HOURS: Final = 24.0
"""How far back the page goes: the last shift is in it."""
MOST_SHOWN: Final = 500
"""Vehicles that the page holds; the oldest go first."""
_BATCH: Final = 200


class Cursor(NamedTuple):
    """Up to where somebody has seen changes: the number of the last message, of the last answer, and of the last word
    of the server about one."""

    message: int = 0
    answer: int = 0
    word: int = 0

    def __str__(self) -> str:
        """Return it as the id of an event."""
        return f"{self.message}.{self.answer}.{self.word}"

    @classmethod
    def of(cls, text: str | None) -> Cursor | None:
        """Return the cursor that a text is, or None where it is none."""
        parts = (text or "").split(".")
        if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
            return None
        return cls(*map(int, parts))


@dataclass(frozen=True, slots=True)
class Untaken:
    """An answer that the server did not take, and why; `is_conflict`: somebody has said otherwise there."""

    answer: CarAnswer
    why: str
    is_conflict: bool


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle that was alerted on: its first message and its newest, and what was said of it in the car.

    `untaken` is what of it the server did not take, `refused` why it did not take the read itself. `storm` says of what
    there were so many within an hour that this one makes no tone.
    """

    first: NumberedAlert
    newest: NumberedAlert
    changed: Cursor
    canceled: str | None = None
    is_canceled: bool = False
    said: tuple[Disposition, ...] = field(default=())
    answers: tuple[CarAnswer, ...] = field(default=())
    untaken: tuple[Untaken, ...] = field(default=())
    refused: str | None = None
    storm: str | None = None

    @property
    def alert_id(self) -> UUID:
        """The first alert's id, by which it is known."""
        return self.first.alert.alert_id

    @property
    def life(self) -> Life:
        """What stands of it, by what is known in the car."""
        return life_of(self.said, is_canceled=self.is_canceled)


class CarBoard:
    """Holds the alerts of the last hours in memory, and follows the ledger. Threads share it.

    Args:
        settings: The configuration.
        source: The ledger's alerts.
        book: What was said in the car.
        outcomes: What the server said of that; None: it says nothing.
        now: The present, aware.
    """

    def __init__(
        self,
        settings: Settings,
        source: AlertSource,
        book: AnswerBook,
        outcomes: OutcomeBook | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._source = source
        self._book = book
        self._outcomes = outcomes
        self.now = now
        self._zone = agency_zone(settings.time_zone)
        self._law = open_policy(settings).profile.confirm
        self._lock = threading.Lock()
        self._vehicles: dict[UUID, Vehicle] = {}
        self._cursor = Cursor()
        self._guard = CarStorms(settings)
        self._waking: set[Callable[[], None]] = set()

    @property
    def cursor(self) -> Cursor:
        """Up to where changes are known."""
        return self._cursor

    def load(self) -> None:
        """Take up what the ledger and the book hold of the last hours.

        Raises:
            TransientError: One of them cannot be read now.
        """
        since = self.now() - timedelta(hours=SHOWN_HOURS)
        # Asked first: what comes in between is taken once more, which changes nothing.
        last = self._source.last()
        messages, answers = self._source.since(since), self._book.since(since)
        outcomes = [] if self._outcomes is None else self._outcomes.all()
        with self._lock:
            self._vehicles.clear()
            self._guard = CarStorms(self._settings)
            self._cursor = Cursor(last)
            for message in messages:
                self._take(message)
            for number, answer in answers:
                self._hear(number, answer)
            for number, outcome in outcomes:
                self._hear_outcome(number, outcome)

    def follow(self) -> bool:
        """Take up what the ledger has got since; return whether something came.

        Raises:
            TransientError: It cannot be read now.
        """
        is_news = False
        while messages := self._source.newest(self._cursor.message, _BATCH):
            with self._lock:
                for message in messages:
                    self._take(message)
            is_news = True
            if len(messages) < _BATCH:
                break
        if is_news:
            self._wake()
        return is_news

    def hear(self, number: int, answer: CarAnswer) -> None:
        """Take up what was just said in the car."""
        with self._lock:
            self._hear(number, answer)
        self._wake()

    def hear_outcome(self, number: int, outcome: AnswerOutcome) -> None:
        """Take up what the server says of an answer; only what it did not take is shown."""
        with self._lock:
            self._hear_outcome(number, outcome)
        self._wake()

    def vehicle(self, alert_id: UUID) -> Vehicle | None:
        """Return a vehicle by its first alert's id."""
        with self._lock:
            return self._vehicles.get(alert_id)

    def changed_since(self, cursor: Cursor) -> list[Vehicle]:
        """Return the vehicles that changed after a cursor, in the order in which they did."""
        with self._lock:
            found = [
                one
                for one in self._vehicles.values()
                if any(mine > theirs for mine, theirs in zip(one.changed, cursor, strict=True))
            ]
        return sorted(found, key=lambda one: one.changed)

    def all(self) -> list[Vehicle]:
        """Return the vehicles of the last hours, the newest first; earlier ones are forgotten."""
        oldest = self.now() - timedelta(hours=SHOWN_HOURS)
        with self._lock:
            for one in [one for one in self._vehicles.values() if one.first.alert.read.captured_at < oldest]:
                del self._vehicles[one.alert_id]
            return sorted(self._vehicles.values(), key=lambda one: one.first.number, reverse=True)

    def card(self, vehicle: Vehicle) -> Card:
        """Return a vehicle's card: the same as the board's on the server."""
        alert = vehicle.newest.alert
        sources = CardSources(
            number=vehicle.first.number,
            first=vehicle.first.alert,
            newest=alert,
            life=vehicle.life,
            canceled=vehicle.canceled,
            has_plate=alert.plate_picture is not None,
            dispositions=vehicle.said,
        )
        setting = CardSetting(self._zone, self.now(), law=self._law, priorities=self._settings.alerts.priorities)
        return make_card(sources, setting)

    def storms(self) -> tuple[str, ...]:
        """Return what raises so many alerts at this time that they make no tone, in words."""
        with self._lock:
            return self._guard.standing(self.now())

    def is_list_old(self, alert: Alert) -> bool:
        """Return whether an alert's list was older than it may be when the vehicle passed.

        By the car's limit; by the list's own and the law's, too, which the matcher has said in its explanation.
        """
        patrol, age = self._settings.patrol, alert.hotlist.age_seconds
        if NOT_CURRENT in alert.hit.explanation:
            return True
        return patrol is not None and age is not None and age > patrol.list_red_hours * 3600

    @contextlib.contextmanager
    def waking(self, wake: Callable[[], None]) -> Iterator[None]:
        """Have a function called whenever something changes, for the time of the block; from any thread."""
        with self._lock:
            self._waking.add(wake)
        try:
            yield
        finally:
            with self._lock:
                self._waking.discard(wake)

    def _wake(self) -> None:
        with self._lock:
            waking = tuple(self._waking)
        for wake in waking:
            wake()

    def _take(self, message: NumberedAlert) -> None:
        alert = message.alert
        self._cursor = self._cursor._replace(message=max(self._cursor.message, message.number))
        if alert.type is AlertType.ALERT:
            if alert.alert_id not in self._vehicles:
                storm = self._guard.storm_of(alert)
                self._vehicles[alert.alert_id] = Vehicle(message, message, Cursor(message.number, 0), storm=storm)
                self._shorten()
            return
        first = alert.updates if alert.type is AlertType.UPDATE else alert.cancels
        known = None if first is None else self._vehicles.get(first)
        if known is None:
            log.debug("a message about an alert that is not shown any more is left out")
            return
        changed = known.changed._replace(message=message.number)
        if alert.type is AlertType.CANCEL:
            canceled = replace(known, canceled=alert.reason, is_canceled=True, changed=changed)
            self._vehicles[known.alert_id] = canceled
        else:
            self._vehicles[known.alert_id] = replace(known, newest=message, changed=changed)

    def _hear(self, number: int, answer: CarAnswer) -> None:
        self._cursor = self._cursor._replace(answer=max(self._cursor.answer, number))
        known = self._vehicles.get(answer.alert_id)
        if known is None or any(one.answer_id == answer.answer_id for one in known.answers):
            return
        # It was said when the entry stood, whatever came since.
        judged = judge(life_of(known.said), answer, self._settings.agency_id)
        said = (*known.said, judged.disposition) if judged.following is Following.FOLLOWS else known.said
        changed = known.changed._replace(answer=number)
        self._vehicles[known.alert_id] = replace(known, said=said, answers=(*known.answers, answer), changed=changed)

    def _hear_outcome(self, number: int, outcome: AnswerOutcome) -> None:
        self._cursor = self._cursor._replace(word=max(self._cursor.word, number))
        if outcome.is_taken:
            return
        for known in list(self._vehicles.values()):
            changed = known.changed._replace(word=number)
            if outcome.state == READ_REFUSED and known.first.alert.read.read_id == outcome.answer_id:
                self._vehicles[known.alert_id] = replace(known, refused=outcome.why, changed=changed)
            for answer in known.answers:
                if answer.answer_id == outcome.answer_id:
                    untaken = Untaken(answer, outcome.why, outcome.state == "conflict")
                    self._vehicles[known.alert_id] = replace(known, untaken=(*known.untaken, untaken), changed=changed)

    def _shorten(self) -> None:
        while len(self._vehicles) > MOST_SHOWN:
            del self._vehicles[min(self._vehicles, key=lambda one: self._vehicles[one].first.number)]
