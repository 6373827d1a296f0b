"""What was said in a car, held against what stands by the time it comes."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from alerts.life.spoken import DESPITE, Following, judge, spoken
from alerts.life.transitions import advanced
from schemas import ids
from schemas.events import Answered, CarAnswer
from schemas.types import CheckPriority, Disposition, DispositionKind, Life, RecordAnswer, Rejection, Surface
from tests.unit.alerts.life.samples import MOMENT, after, said

ALERT, SHIFT = uuid4(), uuid4()


def answer(what: Answered, later: float = 0, *, sign_on: UUID = SHIFT, **values: Any) -> CarAnswer:
    at = MOMENT + timedelta(minutes=later)
    car = values.pop("car_id", "car-12")
    seen = "VNV4527" if what is Answered.CORRECT else None
    return CarAnswer(
        answer_id=values.pop("answer_id", ids.car_answer_id(car, sign_on, ALERT, what.value, at)),
        **{"car_id": car, "alert_id": ALERT, "what": what, "at": at, "sign_on": sign_on},
        **{"person": "kim", "unit": "7", "plate_seen": seen} | values,
    )


def follow(life: Life, one: CarAnswer) -> Life:
    judged = judge(life, one, "springfield")
    assert judged.following is Following.FOLLOWS
    return advanced(life, judged.disposition)


def test_each_answer_is_its_disposition() -> None:
    life = follow(after(), answer(Answered.MISREAD))
    assert life.verdict is not None
    assert (life.verdict.rejection, life.verdict.origin) == ("misread", "car car-12, unit 7")
    asked = follow(life, answer(Answered.RECORD_ASKED, 1, priority=CheckPriority.URGENT))
    assert asked.check is not None
    # The clock runs from when it was asked, whenever the server hears of it.
    assert asked.check.due_at == MOMENT + timedelta(minutes=11)
    routine = follow(after(), answer(Answered.RECORD_ASKED, 1, priority=CheckPriority.ROUTINE)).check
    assert routine is not None
    assert routine.due_at == MOMENT + timedelta(minutes=61)


def test_an_officer_may_think_again_in_the_car_and_nobody_else_is_overruled() -> None:
    own = follow(after(), answer(Answered.MISREAD))
    again = follow(own, answer(Answered.CORRECT, 1))
    assert again.confirmed_by == "kim"
    other = answer(Answered.MISREAD, 2, car_id="car-13")
    assert judge(again, other, "springfield").following is Following.CONFLICT
    desk = after(said(DispositionKind.CONFIRMED))
    judged = judge(desk, answer(Answered.MISREAD), "springfield")
    assert judged.following is Following.CONFLICT
    assert "it was confirmed by lee" in judged.why
    assert judge(desk, answer(Answered.CORRECT), "springfield").following is Following.SAME
    assert judge(desk, answer(Answered.DISMISSED), "springfield").following is Following.SAME
    taken_back = after(is_canceled=True)
    assert judge(taken_back, answer(Answered.CORRECT), "springfield").following is Following.CONFLICT


def test_record_checks_that_were_asked_twice() -> None:
    life = follow(after(), answer(Answered.RECORD_ASKED, priority=CheckPriority.URGENT))
    same = answer(Answered.RECORD_ASKED, 1, priority=CheckPriority.URGENT)
    assert judge(life, same, "springfield").following is Following.SAME
    stands = answer(Answered.RECORD_ANSWERED, 2, answer=RecordAnswer.VALID)
    life = follow(life, stands)
    assert judge(life, stands, "springfield").following is Following.SAME
    # A wrong tap is put right by who tapped it, and by nobody else.
    wrong = answer(Answered.RECORD_ANSWERED, 3, answer=RecordAnswer.NOT_VALID)
    assert judge(life, wrong, "springfield").following is Following.FOLLOWS
    lees = answer(Answered.RECORD_ANSWERED, 3, answer=RecordAnswer.NOT_VALID, person="lee")
    assert judge(life, lees, "springfield").following is Following.CONFLICT
    nobody_asked = judge(after(), stands, "springfield")
    assert nobody_asked.following is Following.CONFLICT


@pytest.mark.parametrize(
    "values",
    [
        {"what": Answered.RECORD_ASKED},
        {"what": Answered.MISREAD, "priority": CheckPriority.URGENT},
        {"what": Answered.RECORD_ANSWERED},
        {"what": Answered.RECORD_ANSWERED, "answer": RecordAnswer.TIME_NEEDED},
        {"what": Answered.RECORD_ANSWERED, "answer": RecordAnswer.VALID, "minutes": 10},
        {"what": Answered.CORRECT, "plate_seen": None},
        {"what": Answered.MISREAD, "answer_id": uuid4()},
        {"what": Answered.MISREAD, "person": ""},
    ],
)
def test_an_answer_that_does_not_hold_together_is_none(values: dict[str, Any]) -> None:
    what = values.pop("what")
    with pytest.raises(ValidationError):
        answer(what, **values)


KINDS: dict[Answered, tuple[DispositionKind, dict[str, Any], dict[str, Any]]] = {
    Answered.CORRECT: (DispositionKind.CONFIRMED, {"despite": ("color", "make")}, {"plate_seen": "VNV4527"}),
    Answered.WRONG_STATE: (DispositionKind.REJECTED, {}, {"rejection": Rejection.WRONG_STATE}),
    Answered.MISREAD: (DispositionKind.REJECTED, {}, {"rejection": Rejection.MISREAD}),
    Answered.DISMISSED: (DispositionKind.SEEN, {}, {}),
    Answered.RECORD_ASKED: (
        DispositionKind.RECORD_CHECK_ASKED,
        {"priority": CheckPriority.ROUTINE},
        {"priority": CheckPriority.ROUTINE},
    ),
    Answered.RECORD_ANSWERED: (
        DispositionKind.RECORD_CHECK_ANSWERED,
        {"answer": RecordAnswer.TIME_NEEDED, "minutes": 9},
        {"answer": RecordAnswer.TIME_NEEDED, "minutes": 9},
    ),
}


@pytest.mark.parametrize("what", Answered)
def test_what_was_tapped_is_written_down_whole(what: Answered) -> None:
    kind, given, kept = KINDS[what]
    one = answer(what, 3, **given)
    expected = Disposition(
        kind=kind,
        at=MOMENT + timedelta(minutes=3),
        person="kim",
        actor="kim",
        agency_id="springfield",
        number=7,
        surface=Surface.CAR,
        via="car",
        origin="car car-12, unit 7",
        supersedes=5,
        **({"despite": tuple((feature, DESPITE) for feature in given.get("despite", ()))} | kept),
    )
    assert spoken(one, 7, "springfield", 5) == expected
    # By itself it is the next of its alert's.
    life = after(DispositionKind.ACKNOWLEDGED, DispositionKind.RECORD_CHECK_ASKED)
    judged = judge(life, one, "springfield")
    assert judged.disposition == spoken(one, 3, "springfield", judged.disposition.supersedes)


@pytest.mark.parametrize(
    ("stands", "what", "following"),
    [
        (said(DispositionKind.REJECTED), Answered.MISREAD, Following.SAME),
        (said(DispositionKind.REJECTED), Answered.WRONG_STATE, Following.CONFLICT),
        (said(DispositionKind.REJECTED), Answered.CORRECT, Following.CONFLICT),
        (said(DispositionKind.CONFIRMED), Answered.CORRECT, Following.SAME),
        (said(DispositionKind.CONFIRMED), Answered.MISREAD, Following.CONFLICT),
        (said(DispositionKind.OUTCOME), Answered.MISREAD, Following.CONFLICT),
        (said(DispositionKind.OUTCOME), Answered.DISMISSED, Following.SAME),
        (said(DispositionKind.SEEN), Answered.DISMISSED, Following.SAME),
        (said(DispositionKind.SEEN), Answered.CORRECT, Following.FOLLOWS),
        (said(DispositionKind.ACKNOWLEDGED), Answered.MISREAD, Following.FOLLOWS),
    ],
)
def test_what_somebody_else_has_said_stands(stands: Disposition, what: Answered, following: Following) -> None:
    judged = judge(after(stands), answer(what, 5), "springfield")
    assert judged.following is following
    assert (judged.why == "") is (following is Following.FOLLOWS)
    assert judged.disposition.supersedes is None


def test_only_what_this_car_said_itself_is_said_otherwise_by_it() -> None:
    """A desk whose words begin like the car's, another car, and a car whose name begins like its own."""
    new = answer(Answered.CORRECT, 5)
    own = spoken(answer(Answered.MISREAD), 1, "springfield")
    for stands, following in (
        (own, Following.FOLLOWS),
        (dataclasses.replace(own, surface=Surface.CONSOLE), Following.CONFLICT),
        (dataclasses.replace(own, origin="car car-13, unit 7"), Following.CONFLICT),
        (dataclasses.replace(own, origin="car car-12b, unit 7"), Following.CONFLICT),
        # Who drives it next says otherwise from the same car.
        (dataclasses.replace(own, origin="car car-12, unit 9", person="lee"), Following.FOLLOWS),
    ):
        judged = judge(after(stands), new, "springfield")
        assert judged.following is following
        assert judged.disposition.supersedes == (1 if following is Following.FOLLOWS else None)


def test_a_check_is_asked_for_once_and_answered_as_it_stands() -> None:
    asked = after(said(DispositionKind.RECORD_CHECK_ASKED, priority=CheckPriority.URGENT))
    valid = advanced(asked, said(DispositionKind.RECORD_CHECK_ANSWERED, 2, answer=RecordAnswer.VALID))
    later = advanced(asked, said(DispositionKind.RECORD_CHECK_ANSWERED, 2, answer=RecordAnswer.TIME_NEEDED, minutes=30))

    def of(life: Life, what: Answered, **values: Any) -> Following:
        return judge(life, answer(what, 3, **values), "springfield").following

    urgent, routine = {"priority": CheckPriority.URGENT}, {"priority": CheckPriority.ROUTINE}
    assert of(asked, Answered.RECORD_ASKED, **urgent) is Following.SAME
    assert of(asked, Answered.RECORD_ASKED, **routine) is Following.CONFLICT
    assert of(valid, Answered.RECORD_ASKED, **urgent) is Following.FOLLOWS
    assert of(later, Answered.RECORD_ASKED, **urgent) is Following.SAME
    assert of(asked, Answered.RECORD_ANSWERED, answer=RecordAnswer.VALID) is Following.FOLLOWS
    assert of(later, Answered.RECORD_ANSWERED, answer=RecordAnswer.VALID) is Following.FOLLOWS
    assert of(valid, Answered.RECORD_ANSWERED, answer=RecordAnswer.VALID) is Following.SAME
    assert of(valid, Answered.RECORD_ANSWERED, answer=RecordAnswer.NOT_VALID) is Following.CONFLICT
