"""Signing on in a car: the console's names, passwords and locks; what it gives is the key of the car's lists."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest

from operations.cars.cars import revoke_car
from operations.cars.keys import lists_key
from operations.cars.signing_on import sign_on
from operations.patrol.credentials import Granted
from operations.people.letting_in import SignInRefused
from operations.people.secrets import hashed
from schemas.audit import Action
from schemas.errors import InvalidInput, NotPermitted
from schemas.roles import Role
from schemas.settings import Settings
from storage.audit.reader import audit_entries
from storage.cars.cars import Cars
from storage.database import Database
from storage.people import people
from tests.integration.operations.cars.officers import CAR, KEEPER, PASSWORD, car, car_settings, officer


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    made = car_settings(tmp_path)
    officer(database, made)
    car(database, made)
    return made


def asked(**changes: Any) -> dict[str, Any]:
    return {"name": "kim", "password": PASSWORD, "code": "", "unit": "7"} | changes


def test_it_gives_who_it_is_until_when_and_the_key_of_this_cars_lists(database: Database, settings: Settings) -> None:
    answer = sign_on(database, settings, CAR, asked())
    stored = Cars(database).get(CAR)
    assert stored is not None
    key = lists_key(settings.data_dir, CAR, stored.token_at)
    assert (base64.b64decode(answer["key"]), answer["key_number"]) == (key.secret, key.number)
    granted, until = map(datetime.fromisoformat, (answer["granted_at"], answer["expires_at"]))
    assert until - granted == timedelta(hours=72)
    rows = [one for one in audit_entries(database) if one.action is Action.SIGN_IN]
    assert [(one.actor.name, one.actor.origin, one.details["car"]) for one in rows] == [
        ("kim", "car car-12, unit 7", CAR)
    ]
    # What the car takes of it is what the server means.
    taken = Granted.from_json(json.dumps(answer))
    assert taken.lists_key == key


def test_wrong_attempts_are_written_down_and_lock_the_name(database: Database, settings: Settings) -> None:
    for _ in range(settings.console.failures):
        with pytest.raises(SignInRefused, match="that is not right"):
            sign_on(database, settings, CAR, asked(password="wrong"))
    with pytest.raises(SignInRefused, match="too many wrong attempts"):
        sign_on(database, settings, CAR, asked())
    failed = [one for one in audit_entries(database) if one.action is Action.SIGN_IN_FAILED]
    assert len(failed) == settings.console.failures
    assert all(one.actor.via.value == "car" for one in failed)


def test_the_code_is_asked_for_as_in_the_console_and_works_once(database: Database, tmp_path: Path) -> None:
    settings = car_settings(tmp_path, second_factor=True)
    officer(database, settings)
    car(database, settings)
    with pytest.raises(SignInRefused):
        sign_on(database, settings, CAR, asked())
    secret = pyotp.random_base32()
    with database.transaction() as connection:
        kim = people.people(connection, name="kim")[0]
        people.set_password(connection, kim.person_id, hashed(PASSWORD), secret, 0)
    code = pyotp.TOTP(secret).now()
    assert sign_on(database, settings, CAR, asked(code=code))["person"] == "kim"
    with pytest.raises(SignInRefused):
        sign_on(database, settings, CAR, asked(code=code))


def test_who_may_not_work_with_alerts_and_what_is_no_sign_on(database: Database, settings: Settings) -> None:
    officer(database, settings, "pat", Role.CAMERA_ADMINISTRATOR)
    with pytest.raises(SignInRefused, match="your roles"):
        sign_on(database, settings, CAR, asked(name="pat"))
    for wrong in (asked(unit=" "), asked(unit="x" * 41), asked(name=7), [], None):
        with pytest.raises(InvalidInput):
            sign_on(database, settings, CAR, wrong)
    revoke_car(KEEPER, database, CAR, "the laptop was stolen")
    with pytest.raises(NotPermitted, match="revoked"):
        sign_on(database, settings, CAR, asked())
