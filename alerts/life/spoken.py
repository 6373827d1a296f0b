"""What an officer said in a patrol car, as a disposition; and whether it may follow what stands when it comes."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from alerts.life.transitions import refusal
from schemas.actor import SignIn
from schemas.events import Answered, CarAnswer
from schemas.types import Disposition, DispositionKind, Life, Rejection, Surface

DESPITE: Final = "looked at the vehicle a second time in the car, and it is the listed one"
"""The reason that stands with each contradiction which an officer has seen and tapped away."""

_KINDS: Final = {
    Answered.CORRECT: DispositionKind.CONFIRMED,
    Answered.WRONG_STATE: DispositionKind.REJECTED,
    Answered.MISREAD: DispositionKind.REJECTED,
    Answered.DISMISSED: DispositionKind.SEEN,
    Answered.RECORD_ASKED: DispositionKind.RECORD_CHECK_ASKED,
    Answered.RECORD_ANSWERED: DispositionKind.RECORD_CHECK_ANSWERED,
}
_REJECTIONS: Final = {Answered.WRONG_STATE: Rejection.WRONG_STATE, Answered.MISREAD: Rejection.MISREAD}


class Following(StrEnum):
    """Whether an answer may follow what stands."""

    FOLLOWS = "follows"
    SAME = "same"
    """It says what stands already."""
    CONFLICT = "conflict"
    """Somebody has said otherwise meanwhile: a person has to look at both."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of an answer; `disposition` is it as one, and `why` says why it does not follow."""

    following: Following
    disposition: Disposition
    why: str = ""


def origin_of(car_id: str, unit: str) -> str:
    """Return from where an answer comes, as it stands in the audit."""
    return f"car {car_id}, unit {unit}"


def spoken(answer: CarAnswer, number: int, agency_id: str, supersedes: int | None = None) -> Disposition:
    """Return an answer as a disposition.

    Args:
        answer: What the officer said.
        number: The disposition's number among its alert's.
        agency_id: Whose officer it is.
        supersedes: The number of the disposition whose place it takes.
    """
    return Disposition(
        kind=_KINDS[answer.what],
        at=answer.at,
        person=answer.person,
        actor=answer.person,
        agency_id=agency_id,
        number=number,
        surface=Surface.CAR,
        via=SignIn.CAR.value,
        origin=origin_of(answer.car_id, answer.unit),
        supersedes=supersedes,
        rejection=_REJECTIONS.get(answer.what),
        priority=answer.priority,
        answer=answer.answer,
        minutes=answer.minutes,
        plate_seen=answer.plate_seen,
        despite=tuple((feature, DESPITE) for feature in answer.despite),
    )


def judge(life: Life, answer: CarAnswer, agency_id: str) -> Judged:
    """Return what becomes of an answer. What this very car said before may be said otherwise; what others said may not.

    Args:
        life: What stands of the alert.
        answer: What the officer said.
        agency_id: Whose officer it is.
    """
    new = spoken(answer, life.count + 1, agency_id)
    fault = refusal(life, new)
    if fault is None:
        return Judged(Following.FOLLOWS, new)
    if _says_the_same(life, new):
        return Judged(Following.SAME, new, fault)
    standing = _standing(life, new)
    if standing is not None:
        again = dataclasses.replace(new, supersedes=standing)
        if refusal(life, again) is None and _is_ours(life, answer, new.kind):
            return Judged(Following.FOLLOWS, again)
    return Judged(Following.CONFLICT, new, fault)


def _says_the_same(life: Life, new: Disposition) -> bool:
    if new.kind is DispositionKind.SEEN:
        return True  # whatever was said of it, it was seen for that
    if new.kind in (DispositionKind.CONFIRMED, DispositionKind.REJECTED):
        verdict = life.verdict
        return verdict is not None and (verdict.kind, verdict.rejection) == (new.kind, new.rejection)
    check = life.check
    if check is None:
        return False
    if new.kind is DispositionKind.RECORD_CHECK_ASKED:
        return check.is_running and check.priority is new.priority
    return check.answer is not None and check.answer is new.answer and not check.is_running


def _standing(life: Life, new: Disposition) -> int | None:
    if new.kind in (DispositionKind.RECORD_CHECK_ASKED, DispositionKind.RECORD_CHECK_ANSWERED):
        return None if life.check is None else life.check.number
    return None if life.latest is None else life.latest.number


def _is_ours(life: Life, answer: CarAnswer, kind: DispositionKind) -> bool:
    """Tell whether what stands was said in this car before, so that its officer may say it otherwise."""
    if kind in (DispositionKind.RECORD_CHECK_ASKED, DispositionKind.RECORD_CHECK_ANSWERED):
        check = life.check
        return check is not None and answer.person in (check.asked_by, check.answered_by)
    latest = life.latest
    return latest is not None and latest.surface is Surface.CAR and latest.origin.startswith(f"car {answer.car_id}, ")
