"""Officers who have signed on in a car, and what they say there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from operations.cars.cars import add_car
from operations.people.accounts import add_person
from operations.people.secrets import hashed
from schemas import ids
from schemas.actor import Actor, SignIn
from schemas.events import Answered, CarAnswer
from schemas.roles import Role
from schemas.settings import ConsoleSettings, Settings
from storage.database import Database
from storage.people import people

KEEPER = Actor("root", SignIn.LOCAL_USER, "a test", "springfield")
PASSWORD = "four dull words here"
CAR = "car-12"


def car_settings(folder: Any, *, second_factor: bool = False) -> Settings:
    """Those of a server with cars."""
    console = ConsoleSettings(second_factor=second_factor)
    return Settings(data_dir=folder, agency_id="springfield", console=console)


def officer(database: Database, settings: Settings, name: str = "kim", role: Role = Role.OFFICER) -> None:
    """Add somebody with a password."""
    add_person(KEEPER, database, settings, name, [role])
    person = people.people(database, name=name)[0]
    with database.transaction() as connection:
        people.set_password(connection, person.person_id, hashed(PASSWORD), None, 0)


def car(database: Database, settings: Settings, car_id: str = CAR) -> None:
    """Add a car."""
    add_car(KEEPER, database, settings, car_id, [f"{car_id}-front"])


def said(sign_on: UUID, alert_id: UUID, what: Answered, *, seconds: float = 0.0, **changes: Any) -> dict[str, Any]:
    """What kim says in the car, some seconds from now, as it is sent."""
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    car_id = changes.pop("car_id", CAR)
    answer = CarAnswer(
        answer_id=ids.car_answer_id(car_id, sign_on, alert_id, what.value, at),
        **{"car_id": car_id, "alert_id": alert_id, "what": what, "at": at, "sign_on": sign_on},
        **{"person": "kim", "unit": "7", "plate_seen": "VNV4527" if what is Answered.CORRECT else None} | changes,
    )
    return answer.model_dump(mode="json")
