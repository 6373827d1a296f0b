"""Signing on in a patrol car with the server: the same names, passwords, codes and locks as in the console."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from alerts.life.spoken import origin_of
from operations.cars.keys import lists_key
from operations.people.actors import person_actor
from operations.people.letting_in import SignInRefused, forget_failures
from operations.people.signing_in import use_up, who_knows
from schemas.actions import Action
from schemas.actor import SignIn
from schemas.audit import AuditRecord
from schemas.errors import InvalidInput, NotPermitted
from schemas.permissions import may
from schemas.settings import Settings
from storage.audit.writer import write_audit
from storage.cars.answers import note_sign_on
from storage.cars.cars import Cars
from storage.database import Database
from storage.people import people

LONGEST_UNIT: Final = 40


class CarIsRevoked(NotPermitted):
    """The car was revoked; its lists have to go."""


def sign_on(database: Database, settings: Settings, car_id: str, asked: Any) -> dict[str, Any]:
    """Let an officer sign on in a car.

    Args:
        database: An open database.
        settings: The configuration.
        car_id: The car that has shown its token.
        asked: A JSON object: name, password, code, unit.

    Returns:
        What the car keeps, sealed, for signing on without a network: who it is, until when, and the key of its lists.

    Raises:
        InvalidInput: It is not right; says nothing that would help to guess.
        CarIsRevoked: The car was revoked meanwhile.
        TransientError: Too many people sign in at this moment, or the database is down.
    """
    fields = [asked.get(name, "") if isinstance(asked, dict) else None for name in ("name", "password", "code", "unit")]
    if not all(isinstance(one, str) for one in fields):
        raise InvalidInput("expected name, password, code and unit as texts")
    name, password, code, unit = map(str, fields)
    unit = " ".join(unit.split())
    if not 0 < len(unit) <= LONGEST_UNIT:
        raise InvalidInput(f"the unit has {len(unit)} characters, expected 1 to {LONGEST_UNIT}")
    car = Cars(database).get(car_id)
    if car is None or car.revoked_at is not None:
        raise CarIsRevoked("this car was revoked, and nobody signs on in it")
    # The car counts as an address: who tries names in one car does not lock out a station.
    address = origin_of(car_id, unit)
    person, step = who_knows(database, settings, name, password, code, f"car {car_id}", via=SignIn.CAR)
    actor = person_actor(person, SignIn.CAR, address)
    if person.agency_id != settings.agency_id or not may(actor, Action.CONFIRM_ALERT):
        raise SignInRefused("your roles do not let you work with alerts; ask an administrator")
    now = datetime.now(UTC)
    granted, until = uuid4(), now + timedelta(hours=settings.console.car_hours)
    key = lists_key(settings.data_dir, car_id, car.token_at)
    with database.transaction() as connection:
        use_up(connection, person, step, password)
        forget_failures(connection, person.name, f"car {car_id}")
        people.note_sign_in(connection, person.person_id)
        note_sign_on(connection, granted, car_id, person.name, unit, now, until)
        details = {"car": car_id, "unit": unit, "sign_on": granted, "until": until}
        write_audit(connection, AuditRecord(actor, Action.SIGN_IN, details))
    return {
        "sign_on": str(granted),
        "person": person.name,
        "full_name": person.full_name,
        "granted_at": now.isoformat(),
        "expires_at": until.isoformat(),
        "key": base64.b64encode(key.secret).decode(),
        "key_number": key.number,
    }
