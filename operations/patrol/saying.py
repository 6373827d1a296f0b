"""What the officer in the car says of an alert: kept on the car's disk, shown at once, and queued for the server."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from alerts.life.comparing import Contradiction, contradictions
from alerts.life.spoken import Following, judge
from operations.patrol.board import CarBoard, Vehicle
from operations.patrol.shift import SignedOn
from operations.patrol.sources import Outbox
from schemas import ids
from schemas.errors import Conflict, NotThere, Outdated, PlatewatchError, TransientError
from schemas.events import Answered, CarAnswer, CarNote, Noted
from schemas.plates import normalize_plate
from schemas.types import CheckPriority, RecordAnswer
from storage.car.answers import AnswerBook

log = logging.getLogger(__name__)

_BATCH: Final = 100
_JUDGING: Final = frozenset({Answered.CORRECT, Answered.WRONG_STATE, Answered.MISREAD})


class LookAgain(Conflict):
    """Plate or vehicle contradict the entry: the officer has to say it a second time, having seen that.

    Args:
        found: What contradicts it.
    """

    def __init__(self, found: tuple[Contradiction, ...]) -> None:
        super().__init__("; ".join(one.words for one in found) + ". look again; then say it a second time")
        self.found = found


class SeenBefore(Outdated):
    """Something came of the alert that the officer had not seen when they spoke.

    Args:
        vehicle: As it is now.
    """

    def __init__(self, vehicle: Vehicle) -> None:
        super().__init__("it has changed meanwhile: look again, and say it then")
        self.vehicle = vehicle


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an officer wants to say. `again` is whether they have seen what contradicts the entry.

    `seen` is the number of the newest message about the vehicle that they had before them; None: it is not known.
    """

    what: Answered
    again: bool = False
    priority: CheckPriority | None = None
    answer: RecordAnswer | None = None
    minutes: int | None = None
    seen: int | None = None


class Sayings:
    """Takes what is said in the car.

    Args:
        car_id: The car.
        agency_id: Whose it is.
        board: The alerts.
        book: Where answers are kept.
        outbox: What waits for the server.
    """

    def __init__(self, car_id: str, agency_id: str, board: CarBoard, book: AnswerBook, outbox: Outbox) -> None:
        self._car_id = car_id
        self._agency_id = agency_id
        self._board = board
        self._book = book
        self._outbox = outbox
        self._now: Callable[[], datetime] = board.now

    def say(self, who: SignedOn, alert_id: UUID, wanted: Wanted) -> Vehicle:
        """Say something of an alert. With or without a network: the server hears of it when it can.

        Args:
            who: Who is signed on.
            alert_id: The first alert about the vehicle.
            wanted: What they say.

        Raises:
            NotThere: There is no such alert in the car.
            SeenBefore: They judge what they have not seen: something came of it meanwhile.
            LookAgain: The vehicle contradicts the entry, and they have not seen that.
            Conflict: It may not follow what stands, as where the alert was taken back.
            TransientError: The disk is full or fails; nothing is said.
        """
        vehicle = self._board.vehicle(alert_id)
        if vehicle is None:
            raise NotThere("this alert is not in the car any more; alerts of the last 24 hours are")
        if wanted.what in _JUDGING and wanted.seen is not None and vehicle.changed.message > wanted.seen:
            raise SeenBefore(vehicle)
        newest = vehicle.newest.alert
        found = contradictions(newest) if wanted.what is Answered.CORRECT else ()
        if found and not wanted.again:
            raise LookAgain(found)
        answer = self._answer(who, alert_id, wanted, normalize_plate(newest.entry.plate), found)
        judged = judge(vehicle.life, answer, self._agency_id)
        if judged.following is Following.CONFLICT:
            raise Conflict(f"this cannot be said: {judged.why}")
        if judged.following is Following.SAME:
            return vehicle
        number = self._book.add(answer)
        self._board.hear(number, answer)
        self._queue(number, answer)
        return self._board.vehicle(alert_id) or vehicle

    def queue_rest(self) -> None:
        """Queue what was said and did not get that far: the process ended in between, or the disk was full.

        Raises:
            TransientError: It cannot be queued now.
        """
        while rest := self._book.unqueued(_BATCH):
            for number, answer in rest:
                self._outbox.add("answer", str(answer.answer_id), answer.model_dump_json().encode())
                self._book.queued(number)

    def note(self, what: Noted, *, who: SignedOn | None, alert_id: UUID | None = None, words: str = "") -> None:
        """Have something written down in the server's audit; where it cannot be queued, the car's log has it alone."""
        at = self._now()
        subject = str(alert_id or words)
        note = CarNote(
            note_id=ids.car_note_id(self._car_id, what.value, subject, at),
            car_id=self._car_id,
            what=what,
            at=at,
            person=None if who is None else who.person,
            unit=None if who is None else who.unit,
            sign_on=None if who is None else who.sign_on,
            alert_id=alert_id,
            words=words[:500],
        )
        try:
            self._outbox.add("note", str(note.note_id), note.model_dump_json().encode())
        except PlatewatchError as error:
            log.warning("a note for the server's audit is lost (%s): %s", what.value, error)

    def _answer(
        self, who: SignedOn, alert_id: UUID, wanted: Wanted, plate: str, found: tuple[Contradiction, ...]
    ) -> CarAnswer:
        at = self._now().astimezone(UTC)
        is_correct = wanted.what is Answered.CORRECT
        return CarAnswer(
            answer_id=ids.car_answer_id(self._car_id, who.sign_on, alert_id, wanted.what.value, at),
            car_id=self._car_id,
            alert_id=alert_id,
            what=wanted.what,
            at=at,
            person=who.person,
            unit=who.unit,
            sign_on=who.sign_on,
            plate_seen=plate if is_correct else None,
            despite=tuple(dict.fromkeys(one.feature for one in found)),
            priority=wanted.priority,
            answer=wanted.answer,
            minutes=wanted.minutes,
        )

    def _queue(self, number: int, answer: CarAnswer) -> None:
        try:
            self._outbox.add("answer", str(answer.answer_id), answer.model_dump_json().encode())
            self._book.queued(number)
        except TransientError as error:
            # It is kept, and queued with the next that works.
            log.warning("an answer waits to be queued: %s", error)
