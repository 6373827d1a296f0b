"""What officers said of alerts in patrol cars becomes dispositions here, once each, in their names; nothing is lost.

An answer is kept before anything is judged. It waits where its alert is not here yet, since the read is on its way, and
stands beside the alert, for a person to look at, where somebody has said otherwise meanwhile.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final, Literal

from pydantic import ValidationError

from alerts.life.comparing import contradictions, fault_of_plate, unexplained
from alerts.life.spoken import Following, Judged, judge, origin_of
from operations.life.change import AlertCard, Said, Sayer, say
from operations.life.looking import find_card
from operations.people.actors import person_actor
from schemas.actions import Action
from schemas.actor import Actor, SignIn
from schemas.audit import AuditRecord
from schemas.errors import Conflict, InvalidInput, NotPermitted, NotThere, Outdated
from schemas.events import CarAnswer, problems_in
from schemas.permissions import may
from schemas.settings import Settings
from schemas.types import Disposition, DispositionKind, Surface
from storage.alerts.unit_of_work import UnitOfWork
from storage.audit.writer import write_audit
from storage.cars.answers import is_signed_on, keep_answer, settle_answer, waiting_answers
from storage.database import Database
from storage.people import people

log = logging.getLogger(__name__)

MOST_ANSWERS: Final = 200
"""Answers of one message."""
STRANGER: Final = "nobody of this name had signed on in this car then"
_TRIES: Final = 5
_CLOCK: Final = timedelta(minutes=10)
_ACTIONS: Final = {
    DispositionKind.SEEN: Action.VIEW_ALERT,
    DispositionKind.CONFIRMED: Action.CONFIRM_ALERT,
    DispositionKind.REJECTED: Action.REJECT_ALERT,
    DispositionKind.RECORD_CHECK_ASKED: Action.ASK_RECORD,
    DispositionKind.RECORD_CHECK_ANSWERED: Action.ANSWER_RECORD,
}
_SET_HERE: Final = frozenset({"kind", "at", "person", "actor", "agency_id", "number", "surface", "via", "origin"})
"""What the server says of a disposition itself; the rest is the officer's."""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of what a car sent: the ids of what is kept, and of the rest why it never will be."""

    stored: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]


def take_answers(database: Database, settings: Settings, car_id: str, sent: Sequence[Any]) -> Received:
    """Keep what a car sends of its officers' answers, and make dispositions of those whose alerts are here.

    Args:
        database: An open database.
        settings: The configuration.
        car_id: The car that has shown its token.
        sent: `CarAnswer`s as JSON objects. One that was sent before counts once.

    Raises:
        InvalidInput: There are too many, or it is no list.
        DatabaseUnavailable: The server is down; the car sends all of it again.
    """
    if not isinstance(sent, list) or len(sent) > MOST_ANSWERS:
        raise InvalidInput(f"expected answers, at most {MOST_ANSWERS} at a time")
    stored: list[str] = []
    refused: list[tuple[str, str]] = []
    for document in sent:
        answer, fault = _parsed(document, car_id)
        if answer is None:
            refused.append((_id_of(document), fault))
            continue
        if not is_signed_on(database, answer):
            refused.append((str(answer.answer_id), STRANGER))
            _write_down(database, settings, answer, "refused", STRANGER)
            continue
        keep_answer(database, answer)
        _settle_if_there(database, settings, answer)
        stored.append(str(answer.answer_id))
    return Received(tuple(stored), tuple(refused))


def settle_waiting(database: Database, settings: Settings, limit: int) -> int:
    """Make dispositions of answers that wait and whose alerts have come; return how many were looked at.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    waiting = waiting_answers(database, limit)
    for answer in waiting:
        _settle_if_there(database, settings, answer)
    return len(waiting)


def _settle_if_there(database: Database, settings: Settings, answer: CarAnswer) -> None:
    try:
        _settle(database, settings, answer)
    except NotThere:
        log.debug("an answer of car %s waits for its alert", answer.car_id)


def _settle(database: Database, settings: Settings, answer: CarAnswer) -> None:
    """Make a disposition of an answer, or note why not.

    Raises:
        NotThere: Its alert is not here yet.
    """
    actor = _officer(database, settings, answer)
    for _ in range(_TRIES):
        card = find_card(actor, database, answer.alert_id)
        judged = judge(card.life, answer, settings.agency_id)
        if judged.following is Following.SAME:
            settle_answer(database, answer.answer_id, "same", judged.why)
            return
        if judged.following is Following.CONFLICT:
            _not_taken(database, settings, answer, "conflict", judged.why)
            log.warning("what an officer said in car %s stands beside what was said here meanwhile", answer.car_id)
            return
        if not may(actor, _ACTIONS[judged.disposition.kind]):
            _not_taken(database, settings, answer, "refused", f"{answer.person} may not say that")
            return
        sayer = Sayer(actor, Surface.CAR, knows=card.life.count, at=_when(answer, card))
        try:
            say(sayer, database, card.first.alert_id, _said(answer, judged))
        except Outdated:
            continue  # somebody was faster: it is judged by what stands now
        except NotThere:
            raise
        except (Conflict, NotPermitted) as error:
            _not_taken(database, settings, answer, "conflict", str(error))
        return
    log.warning("what was said in car %s is settled later: its alert changes all the time", answer.car_id)


def _not_taken(
    database: Database, settings: Settings, answer: CarAnswer, state: Literal["conflict", "refused"], why: str
) -> None:
    """Note that an answer is no disposition, with a row in the audit: the car is told, and a person has to look."""
    with database.transaction() as connection:
        if settle_answer(connection, answer.answer_id, state, why):
            write_audit(connection, _record_of(settings, answer, state, why, answer.person))


def _write_down(database: Database, settings: Settings, answer: CarAnswer, state: str, why: str) -> None:
    # Whose word it is nobody knows: it is the car's.
    with database.transaction() as connection:
        write_audit(connection, _record_of(settings, answer, state, why, f"car {answer.car_id}"))


def _record_of(settings: Settings, answer: CarAnswer, state: str, why: str, name: str) -> AuditRecord:
    actor = Actor(name, SignIn.CAR, origin_of(answer.car_id, answer.unit), settings.agency_id)
    details = {
        **{"car": answer.car_id, "unit": answer.unit, "what": "answer_not_taken", "said": answer.what.value},
        **{"at": answer.at, "alert_id": answer.alert_id, "answer": answer.answer_id, "state": state, "words": why},
    }
    return AuditRecord(actor, Action.NOTE_CAR, details)


def _said(answer: CarAnswer, judged: Judged) -> Said:
    new = judged.disposition
    values = {
        one.name: getattr(new, one.name)
        for one in fields(Disposition)
        if one.name not in _SET_HERE and getattr(new, one.name) not in (None, ())
    }
    details = {
        **{"car": answer.car_id, "unit": answer.unit, "answer": answer.answer_id, "supersedes": new.supersedes},
        **{"rejection": new.rejection, "despite": sorted(answer.despite) or None},
    }

    def settled(unit: UnitOfWork, disposition: Disposition) -> None:
        unit.settle_car_answer(answer.answer_id, disposition.number)

    check = partial(_fault, answer=answer) if new.kind is DispositionKind.CONFIRMED else None
    return Said(new.kind, _ACTIONS[new.kind], values, details, check, settled)


def _fault(card: AlertCard, *, answer: CarAnswer) -> str | None:
    """Return why what was seen in the car confirms nothing here: more may be known of the vehicle than the car knew."""
    fault = fault_of_plate(answer.plate_seen or "", card.first.entry.plate)
    if fault is not None:
        return fault
    left = unexplained(contradictions(card.newest), dict.fromkeys(answer.despite, ""))
    if left:
        return f"{'; '.join(one.words for one in left)}, which the car did not show"
    return None


def _when(answer: CarAnswer, card: AlertCard) -> datetime:
    """Return when it was said, or now where the car's clock cannot have been right."""
    now = datetime.now(UTC)
    return answer.at if card.first.read.captured_at - _CLOCK <= answer.at <= now else now


def _officer(database: Database, settings: Settings, answer: CarAnswer) -> Actor:
    """Return who has said it, with what they may do by now; somebody who was disabled since may nothing."""
    found = people.people(database, name=answer.person)
    origin = origin_of(answer.car_id, answer.unit)
    if not found or found[0].disabled_at is not None or found[0].agency_id != settings.agency_id:
        return Actor(answer.person, SignIn.CAR, origin, settings.agency_id, frozenset())
    return person_actor(found[0], SignIn.CAR, origin)


def _parsed(document: Any, car_id: str) -> tuple[CarAnswer | None, str]:
    try:
        answer = CarAnswer.model_validate(document)
    except ValidationError as error:
        return None, problems_in(error)
    return (answer, "") if answer.car_id == car_id else (None, "the answer is another car's")


def _id_of(document: Any) -> str:
    return str(document.get("answer_id", ""))[:80] if isinstance(document, Mapping) else ""
