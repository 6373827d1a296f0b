"""Cars are added with a token that is shown once, given another one, and revoked; each by whoever may, with one row."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from operations.added.adding import NewCamera, add_camera
from operations.cars.cars import add_car, change_cameras, renew_token, revoke_car
from operations.cars.looking import view_cars
from schemas.actor import Actor, SignIn
from schemas.audit import Action
from schemas.errors import InvalidInput, NotPermitted
from schemas.roles import Role
from schemas.settings import RtspCamera, Settings
from storage.audit.reader import audit_entries
from storage.cars.cars import Cars
from storage.database import Database

PAT = Actor("pat", SignIn.PASSWORD, "10.0.0.9", "local", roles=frozenset({Role.CAMERA_ADMINISTRATOR}))
SAM = Actor("sam", SignIn.PASSWORD, "10.0.0.9", "local", roles=frozenset({Role.SUPERVISOR}))
LEE = Actor("lee", SignIn.PASSWORD, "10.0.0.9", "local", roles=frozenset({Role.OFFICER, Role.ADMINISTRATOR}))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, cameras=(RtspCamera(id="gate", url="rtsp://10.0.0.4/101"),))


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_command_adds_lists_renews_and_revokes(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    first = run("cars", "add", "unit-12", "--camera", "unit-12-front", "--name", "Unit 12").strip()
    (car,) = Cars(database).all()
    assert bytes(car.token_sha256) == hashlib.sha256(first.encode()).digest()
    second = json.loads(run("cars", "token", "unit-12", "--json"))["token"]
    (car,) = Cars(database).all()
    assert (
        bytes(car.token_sha256) == hashlib.sha256(second.encode()).digest() != hashlib.sha256(first.encode()).digest()
    )
    run("cars", "cameras", "unit-12", "--camera", "unit-12-front", "--camera", "unit-12-rear")
    run("cars", "revoke", "unit-12", "--reason", "the car was stolen")
    shown = json.loads(run("cars", "list", "--json"))
    assert shown["car"] == "unit-12"
    assert shown["name"] == "Unit 12"
    assert shown["cameras"] == ["unit-12-front", "unit-12-rear"]
    assert shown["revoked_at"] is not None
    assert "revoked" in run("cars", "list")
    rows = audit_entries(database)
    assert [row.action for row in reversed(rows)] == [
        *(Action.ADD_CAR, Action.RENEW_CAR_TOKEN, Action.CHANGE_CAR, Action.REVOKE_CAR),
        *(Action.VIEW_CARS, Action.VIEW_CARS),
    ]
    written = str([row.details for row in rows])
    digests = [hashlib.sha256(token.encode()).hexdigest() for token in (first, second)]
    assert not any(secret in written for secret in (first, second, *digests))


def test_a_car_that_was_revoked_may_send_again_with_another_token(database: Database, settings: Settings) -> None:
    add_car(PAT, database, settings, "unit-12", ["unit-12-front"])
    revoke_car(SAM, database, "unit-12", "the car was stolen")
    with pytest.raises(InvalidInput, match="no car 'unit-12' that may send"):
        revoke_car(SAM, database, "unit-12", "the car was stolen")
    assert [(car.revoked_by, car.revoked_at is None) for car in view_cars(PAT, database)] == [("sam", False)]
    renew_token(PAT, database, "unit-12")
    assert [(car.revoked_by, car.revoked_at) for car in view_cars(PAT, database)] == [(None, None)]


def test_a_camera_belongs_to_one_alone(database: Database, settings: Settings) -> None:
    add_camera(PAT, database, settings, NewCamera("pole", "rtsp://10.0.0.5/101"))
    add_car(PAT, database, settings, "unit-12", ["unit-12-front", "unit-12-rear"])
    for cameras, words in (
        (["gate"], "is in the configuration"),
        (["pole"], "was added, and is no car's"),
        (["mine", "unit-12-rear"], "car 'unit-12's"),
        ([], "0 cameras; name the 1 to"),
        (["Front Camera"], "cannot be the id of a camera"),
    ):
        with pytest.raises(InvalidInput, match=words):
            add_car(PAT, database, settings, "unit-13", cameras)
    with pytest.raises(InvalidInput, match="there is a car 'unit-12'"):
        add_car(PAT, database, settings, "unit-12", ["unit-12-front"])
    with pytest.raises(InvalidInput, match="cannot be the id of a car"):
        add_car(PAT, database, settings, "Unit 12", ["x"])
    add_car(PAT, database, settings, "unit-13", ["unit-13-front"])
    with pytest.raises(InvalidInput, match="car 'unit-12's"):
        change_cameras(PAT, database, settings, "unit-13", ["unit-12-front"])
    # What a car has already it may keep.
    change_cameras(PAT, database, settings, "unit-12", ["unit-12-rear", "unit-12-side"])
    add_car(PAT, database, settings, "unit-14", ["unit-12-front"])
    assert [(car.car_id, car.camera_ids) for car in view_cars(PAT, database)] == [
        ("unit-12", ("unit-12-rear", "unit-12-side")),
        ("unit-13", ("unit-13-front",)),
        ("unit-14", ("unit-12-front",)),
    ]


def test_officers_and_who_gives_roles_add_no_cars(database: Database, settings: Settings) -> None:
    with pytest.raises(NotPermitted, match="camera administrator, supervisor may"):
        add_car(LEE, database, settings, "unit-12", ["unit-12-front"])
    add_car(PAT, database, settings, "unit-12", ["unit-12-front"])
    for refused in (
        lambda: renew_token(LEE, database, "unit-12"),
        lambda: revoke_car(LEE, database, "unit-12", "the car was stolen"),
        lambda: change_cameras(LEE, database, settings, "unit-12", ["unit-12-rear"]),
        lambda: view_cars(LEE, database),
    ):
        with pytest.raises(NotPermitted):
            refused()
    with pytest.raises(InvalidInput, match="reason"):
        revoke_car(PAT, database, "unit-12", "...")
    assert Cars(database).all()[0].revoked_at is None


def test_what_is_not_there_is_not_changed(database: Database, settings: Settings) -> None:
    for refused in (
        lambda: renew_token(PAT, database, "unit-99"),
        lambda: change_cameras(PAT, database, settings, "unit-99", ["unit-99-front"]),
        lambda: revoke_car(PAT, database, "unit-99", "the car was stolen"),
    ):
        with pytest.raises(InvalidInput, match="no car 'unit-99'"):
            refused()
    assert audit_entries(database) == []
