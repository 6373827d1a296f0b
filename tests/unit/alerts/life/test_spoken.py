"""What was said in a car, held against what stands by the time it comes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from alerts.life.spoken import Following, judge
from alerts.life.transitions import advanced
from schemas import ids
from schemas.events import Answered, CarAnswer
from schemas.types import CheckPriority, DispositionKind, Life, RecordAnswer
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
