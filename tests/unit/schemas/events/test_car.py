"""What an officer says in a car fits together: each thing with what it belongs to, and with nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from schemas import ids
from schemas.events.car import Answered, CarAnswer

MOST_MINUTES = 7 * 24 * 60

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
ALERT, SIGN_ON = UUID(int=1), UUID(int=2)


def answer(kind: str, /, **fields: Any) -> CarAnswer:
    given = {
        "answer_id": ids.car_answer_id("unit-12", SIGN_ON, ALERT, kind, AT),
        "car_id": "unit-12",
        "alert_id": ALERT,
        "what": kind,
        "at": AT,
        "person": "k.kim",
        "unit": "12",
        "sign_on": SIGN_ON,
    }
    return CarAnswer.model_validate(given | fields)


ADDED: dict[str, dict[str, Any]] = {
    "correct": {"plate_seen": "ABC1234"},
    "record_asked": {"priority": "urgent"},
    "record_answered": {"answer": "valid"},
}


@pytest.mark.parametrize("what", Answered)
def test_each_answer_has_what_belongs_to_it_and_nothing_else(what: Answered) -> None:
    own = ADDED.get(what.value, {})
    assert answer(what.value, **own).what is what
    assert answer(what.value, **own, despite=("color",)).despite == ("color",)
    if own:
        with pytest.raises(ValidationError):
            answer(what.value)
    for other in ({"priority": "routine"}, {"answer": "valid"}, {"minutes": 5}):
        if other.keys() != own.keys():
            with pytest.raises(ValidationError, match="and with nothing else"):
                answer(what.value, **own, **other)


@pytest.mark.parametrize(
    ("said", "minutes", "fits"),
    [
        ("time_needed", 5, True),
        ("time_needed", None, False),
        ("time_needed", 0, False),
        ("time_needed", 1, True),
        ("time_needed", MOST_MINUTES, True),
        ("time_needed", MOST_MINUTES + 1, False),
        ("valid", None, True),
        ("valid", 5, False),
        ("not_valid", 5, False),
    ],
)
def test_minutes_go_with_the_time_that_an_agency_needs(said: str, minutes: int | None, fits: bool) -> None:
    if fits:
        assert answer("record_answered", answer=said, minutes=minutes).minutes == minutes
    else:
        with pytest.raises(ValidationError):
            answer("record_answered", answer=said, minutes=minutes)


@pytest.mark.parametrize(
    "changed",
    [
        {"car_id": "unit-13"},
        {"sign_on": ALERT},
        {"alert_id": SIGN_ON},
        {"what": "dismissed"},
        {"at": AT.replace(second=1)},
        {"answer_id": ALERT},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_an_answer_whose_id_is_of_something_else_is_none(changed: dict[str, Any]) -> None:
    assert answer("misread").derived_id() == answer("misread").answer_id
    with pytest.raises(ValidationError, match="id is not that of what it says"):
        answer("misread", **changed)
