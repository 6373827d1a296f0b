"""What officers said in cars: who had signed on when, what waits in which order, and what stands beside an alert."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from schemas.events import Answered, CarAnswer
from storage.cars.answers import (
    AnswerBeside,
    answers_beside,
    is_signed_on,
    keep_answer,
    note_sign_on,
    settle_answer,
    take_note,
    waiting_answers,
)
from storage.database import Database
from tests.integration.alerts.records import Records
from tests.integration.storage.samples import sample_id, sample_record

CLOCK = timedelta(minutes=10)

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
SHIFT = UUID(int=7)


def answer(alert: int, at: datetime = NOON, **others: Any) -> CarAnswer:
    values = {
        **{"answer_id": UUID(int=0), "car_id": "unit-7", "alert_id": sample_id("alert", alert), "at": at},
        **{"what": Answered.DISMISSED, "person": "kim", "unit": "7", "sign_on": SHIFT, **others},
    }
    draft = CarAnswer.model_construct(**values)
    return CarAnswer(**(values | {"answer_id": draft.derived_id()}))


@pytest.mark.parametrize(
    ("changes", "holds"),
    [
        ({}, True),
        ({"at": NOON - CLOCK}, True),
        ({"at": NOON - CLOCK - TICK}, False),
        ({"at": NOON + timedelta(hours=8) + CLOCK}, True),
        ({"at": NOON + timedelta(hours=8) + CLOCK + TICK}, False),
        ({"car_id": "unit-8"}, False),
        ({"person": "lee"}, False),
        ({"sign_on": UUID(int=8)}, False),
    ],
)
def test_a_sign_on_is_of_one_person_and_car_for_its_time(
    database: Database, changes: dict[str, Any], holds: bool
) -> None:
    with database.transaction() as on:
        note_sign_on(on, SHIFT, "unit-7", "kim", "7", NOON, NOON + timedelta(hours=8))
        note_sign_on(on, UUID(int=9), "unit-8", "lee", "8", NOON, NOON + timedelta(hours=8))
        assert is_signed_on(on, answer(1, **changes)) is holds


def test_answers_wait_for_their_alerts_in_the_order_in_which_they_were_said(database: Database) -> None:
    Records(database).write([sample_record(number) for number in (1, 2)])
    said = [answer(number, NOON + timedelta(seconds=seconds)) for number, seconds in ((1, 9), (2, 5), (1, 1), (3, 0))]
    assert [keep_answer(database, one) for one in (*said, said[0])] == [True] * 4 + [False]
    assert waiting_answers(database, 10) == [said[2], said[1], said[0]]
    assert waiting_answers(database, 2) == [said[2], said[1]]
    assert settle_answer(database, said[2].answer_id, "taken", number=3)
    assert settle_answer(database, said[0].answer_id, "conflict", "somebody said otherwise")
    assert not settle_answer(database, said[0].answer_id, "refused", "again")
    assert waiting_answers(database, 10) == [said[1]]
    Records(database).write([sample_record(3)])
    assert waiting_answers(database, 10) == [said[3], said[1]]


def test_what_nobody_decided_between_stands_beside_its_alert(database: Database) -> None:
    states: dict[int, Any] = {5: "refused", 4: "taken", 3: "same", 2: "conflict", 1: None}
    for seconds, state in states.items():
        one = answer(1, NOON + timedelta(seconds=seconds))
        keep_answer(database, one)
        if state is not None:
            settle_answer(database, one.answer_id, state, f"because {state}", 3 if state == "taken" else None)
    other = answer(2)
    keep_answer(database, other)
    settle_answer(database, other.answer_id, "conflict", "of another one")
    found = answers_beside(database, sample_id("alert", 1))
    assert [one.state for one in found] == ["conflict", "refused"]
    conflict = answer(1, NOON + timedelta(seconds=2))
    assert found[0] == AnswerBeside(
        *(conflict.answer_id, "unit-7", "kim", "7", conflict.at, "dismissed", "conflict", "because conflict")
    )


def test_a_note_is_taken_once(database: Database) -> None:
    with database.transaction() as on:
        assert [take_note(on, UUID(int=number)) for number in (1, 2, 1)] == [True, True, False]
