"""What officers say in a car, and what became of it, is kept in its order until its time is over."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from schemas.events import Answered, CarAnswer
from storage.car.answers import AnswerBook
from storage.car.outcomes import AnswerOutcome, OutcomeBook

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TICK = timedelta(milliseconds=1)


def said(number: int, at: datetime = NOON) -> CarAnswer:
    values: dict[str, Any] = {
        **{"answer_id": UUID(int=0), "car_id": "unit-7", "alert_id": UUID(int=number), "at": at},
        **{"what": Answered.DISMISSED, "person": "kim", "unit": "7", "sign_on": UUID(int=7)},
    }
    return CarAnswer(**(values | {"answer_id": CarAnswer.model_construct(**values).derived_id()}))


@pytest.fixture
def book(tmp_path: Path) -> Iterator[AnswerBook]:
    book = AnswerBook(tmp_path / "answers.sqlite")
    yield book
    book.close()


def test_answers_are_kept_once_in_the_order_in_which_they_came(book: AnswerBook, tmp_path: Path) -> None:
    answers = [said(1), said(2, NOON - TICK), said(3, NOON + TICK)]
    assert [book.add(one) for one in (*answers, answers[0])] == [1, 2, 3, 1]
    numbered = list(enumerate(answers, 1))
    assert book.since(NOON - TICK) == numbered
    assert book.since(NOON) == [numbered[0], numbered[2]]
    assert book.since(NOON + 2 * TICK) == []
    assert book.unqueued(10) == numbered
    assert book.unqueued(2) == numbered[:2]
    again = AnswerBook(tmp_path / "answers.sqlite")
    assert again.since(NOON - TICK) == numbered
    again.close()


def test_what_waits_for_the_server_is_forgotten_with_its_time_and_nothing_else(book: AnswerBook) -> None:
    for number, at in enumerate((NOON - TICK, NOON, NOON - TICK, NOON + TICK), 1):
        book.add(said(number, at))
    for number in (1, 2, 4):
        book.queued(number)
    assert [number for number, _ in book.unqueued(10)] == [3]
    assert book.forget(NOON) == 1
    assert [number for number, _ in book.since(NOON - TICK)] == [2, 3, 4], "one was not queued, one is as old as can be"
    assert book.forget(NOON + 2 * TICK) == 2
    assert [number for number, _ in book.since(NOON - TICK)] == [3]
    # A number is never given again: who follows them would pass over it.
    assert book.add(said(9)) == 5


def test_what_a_newer_version_wrote_is_passed_over(book: AnswerBook, tmp_path: Path) -> None:
    for number in (1, 2):
        book.add(said(number))
    file = sqlite3.connect(tmp_path / "answers.sqlite")
    with file:
        file.execute('update answers set body = \'{"of": "later"}\' where number = 1')
    file.close()
    assert book.since(NOON) == book.unqueued(10) == [(2, said(2))]


def test_what_became_of_answers_is_kept_once_as_it_was_said_first(tmp_path: Path) -> None:
    states = ("taken", "same", "conflict", "refused", "read_refused")
    outcomes = [AnswerOutcome(UUID(int=number), state, f"why {state}") for number, state in enumerate(states, 1)]
    assert [one.is_taken for one in outcomes] == [True, True, False, False, False]
    book = OutcomeBook(tmp_path / "outcomes.sqlite")
    assert book.add(outcomes[1::-1], NOON) == [(1, outcomes[1]), (2, outcomes[0])]
    later = book.add([AnswerOutcome(UUID(int=1), "refused"), *outcomes[2:4]], NOON - TICK)
    assert [one for _, one in later] == outcomes[2:4]
    assert book.all() == [(1, outcomes[1]), (2, outcomes[0]), *later]
    assert book.unknown([UUID(int=number) for number in (9, 1, 4, 7)]) == [UUID(int=9), UUID(int=7)]
    book.forget(NOON)
    book.close()
    book = OutcomeBook(tmp_path / "outcomes.sqlite")
    assert book.all() == [(1, outcomes[1]), (2, outcomes[0])]
    book.forget(NOON + TICK)
    (added,) = book.add(outcomes[4:], NOON)
    assert (added[0] > 4, added[1]) == (True, outcomes[4])
    book.close()
