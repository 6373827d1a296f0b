"""What officers said in patrol cars, as it came to the server, and who had signed on there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from psycopg.rows import class_row

from schemas.events import CarAnswer
from storage import statements
from storage.database import Connection, Database
from storage.sql import load_queries
from storage.values import jsonb, storable

_SQL = load_queries("cars/answers")

CLOCK = timedelta(minutes=10)
"""By so much a car's clock may be wrong."""
State = Literal["taken", "same", "conflict", "refused"]


@dataclass(frozen=True, slots=True)
class AnswerBeside:
    """What was said in a car and did not become a disposition; `why` says why not, for people."""

    answer_id: UUID
    car_id: str
    person: str
    unit: str
    said_at: datetime
    what: str
    state: str
    why: str


def note_sign_on(
    on: Connection, sign_on: UUID, car_id: str, person: str, unit: str, granted_at: datetime, expires_at: datetime
) -> None:
    """Keep that somebody signed on in a car."""
    values = {
        **{"sign_on": sign_on, "car_id": car_id, "person": storable(person), "unit": storable(unit)},
        **{"granted_at": granted_at, "expires_at": expires_at},
    }
    statements.execute(on, _SQL["sign_on"], values)


def is_signed_on(on: Database | Connection, answer: CarAnswer) -> bool:
    """Return whether a sign-on is that of the person and the car, and held when something was said."""
    values = {"sign_on": answer.sign_on, "car_id": answer.car_id, "person": storable(answer.person)}
    return bool(statements.scalar(on, _SQL["is_theirs"], values | {"at": answer.at, "clock": CLOCK}, kind=bool))


def keep_answer(on: Database | Connection, answer: CarAnswer) -> bool:
    """Keep an answer, waiting; return whether it is new.

    Raises:
        DatabaseUnavailable: The server is down; nothing is kept.
    """
    values: dict[str, Any] = {
        **{"answer_id": answer.answer_id, "car_id": answer.car_id, "alert_id": answer.alert_id},
        **{"person": storable(answer.person), "unit": storable(answer.unit), "said_at": answer.at},
        "body": jsonb(answer.model_dump(mode="json")),
    }
    return bool(statements.execute(on, _SQL["keep"], values))


def waiting_answers(database: Database, limit: int) -> list[CarAnswer]:
    """Return the answers that wait and whose alert is there, oldest first."""
    bodies = statements.scalars(database, _SQL["waiting"], {"limit": limit}, kind=dict)
    return [CarAnswer.model_validate(body) for body in bodies]


def settle_answer(
    on: Database | Connection, answer_id: UUID, state: State, why: str = "", number: int | None = None
) -> bool:
    """Note what became of an answer; return False where that was noted before."""
    values = {"answer_id": answer_id, "state": state, "why": storable(why), "number": number}
    return bool(statements.execute(on, _SQL["settle"], values))


def answers_beside(on: Database | Connection, alert_id: UUID) -> list[AnswerBeside]:
    """Return what was said of a first alert in cars and stands beside its dispositions."""
    return statements.all(on, _SQL["beside"], {"alert_id": alert_id}, row=class_row(AnswerBeside))


def outcomes_of(on: Database | Connection, car_id: str, answer_ids: Sequence[UUID]) -> list[tuple[UUID, str, str]]:
    """Return what became of those of a car's answers that were judged: the id, the state, and why."""
    values = {"car_id": car_id, "answer_ids": list(answer_ids)}
    return [(answer_id, state, why) for answer_id, state, why in statements.all(on, _SQL["outcomes"], values)]


def take_note(on: Connection, note_id: UUID) -> bool:
    """Note that a note of a car is written down; return False where it was before."""
    return bool(statements.execute(on, _SQL["note"], {"note_id": note_id}))
