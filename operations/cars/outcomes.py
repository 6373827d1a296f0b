"""A car is told what became of its officers' answers: what was not taken, and why."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from operations.cars.answering import MOST_ANSWERS
from schemas.errors import InvalidInput
from storage.cars.answers import outcomes_of
from storage.database import Database


def tell_outcomes(database: Database, car_id: str, asked: Any) -> list[dict[str, str]]:
    """Return what became of a car's answers; those that are not here, or wait for their alert, are left out.

    Args:
        database: An open database.
        car_id: The car that has shown its token.
        asked: The answers' ids, as JSON.

    Raises:
        InvalidInput: There are too many, or they are none.
        DatabaseUnavailable: The server is down.
    """
    if not isinstance(asked, list) or len(asked) > MOST_ANSWERS:
        raise InvalidInput(f"expected ids of answers, at most {MOST_ANSWERS} at a time")
    try:
        answer_ids = [UUID(one) for one in asked]
    except (ValueError, AttributeError, TypeError):
        raise InvalidInput("an id of an answer is none") from None
    found = outcomes_of(database, car_id, answer_ids)
    return [{"id": str(answer_id), "state": state, "why": why} for answer_id, state, why in found]
