"""A car says over the line how it is; the server keeps that, and says the same everywhere."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from cli.main import app
from operations.cars.cars import revoke_car
from operations.cars.looking import car_statuses, view_car
from operations.cars.reporting import take_report
from operations.patrol.shift import SignedOn
from operations.patrol.sources import Surroundings
from pipeline.patrol.car import Car, open_car
from pipeline.patrol.reporting import ReportStage
from schemas.errors import InvalidInput
from schemas.events import CarReport
from schemas.settings import RtspCamera, Settings
from schemas.types import CarState, ListStanding, StateKind
from services.http.home import Home
from storage.cars.answers import note_sign_on
from storage.database import Database
from tests.integration.car.list_world import World
from tests.integration.car.test_list_answers import Line
from tests.integration.operations.cars.test_cars import PAT, SAM
from tests.unit.pipeline.patrol.way_home import until

OLDER_SECONDS = 600.0
REPORT_SECONDS = 30.0

NOW = datetime.now(UTC)
DARK = CarState(StateKind.DARK_LENS, "front", "dark lens", "camera front sees nothing", stops=True)
LISTS = [ListStanding("local", NOW - timedelta(hours=1)), ListStanding("ncic", NOW - timedelta(days=3), "3 d old")]
KIM = SignedOn(uuid4(), "kim", "12", NOW, NOW + timedelta(hours=8), "server")


@pytest.fixture
def line(database: Database, tmp_path: Path) -> Iterator[Line]:
    one = Line(World(database, tmp_path), tmp_path)
    one.server.start()
    yield one
    one.server.stop()


@pytest.fixture
def car(line: Line, tmp_path: Path) -> Iterator[Car]:
    camera = RtspCamera(id="front", url="rtsp://10.0.0.4/101", mount="vehicle")
    with open_car(Settings(data_dir=tmp_path / "car", cameras=(camera,), patrol=line.patrol("unit-12"))) as one:
        yield one


def stage_of(car: Car, who: SignedOn | None = KIM) -> ReportStage:
    around = Surroundings(lambda: None, lambda: [DARK], lambda: LISTS)
    return ReportStage(car, Home(car.patrol), around, lambda: who)


def told(stage: ReportStage) -> float:
    with contextlib.closing(stage._home):
        return stage.step(threading.Event())


def heard(car: Car, database: Database, who: SignedOn | None = KIM) -> None:
    """The car says it, as often as a busy machine needs until the server has it."""
    before, stage = view_car(PAT, database, "unit-12").said_at, stage_of(car, who)
    with contextlib.closing(stage._home):
        until(lambda: stage.step(threading.Event()) > 0 and view_car(PAT, database, "unit-12").said_at != before)


def test_what_a_car_says_stands_in_the_list_of_cars_and_in_the_status(
    line: Line, car: Car, database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert view_car(PAT, database, "unit-12").state == "never seen"
    for number in range(3):
        car.uploads.add("read" if number else "answer", f"upload-{number}", b"{}")
    car.uploads.add("note", "refused-one", b"{}")
    car.uploads.refuse(4, "camera 'x' is none of this car's")
    with database.transaction() as connection:
        note_sign_on(connection, KIM.sign_on, "unit-12", "kim", "12", NOW, NOW + timedelta(hours=8))
    heard(car, database)
    found = view_car(PAT, database, "unit-12")
    assert found.state == "connected"
    assert found.officer_words == "kim, unit 12"
    assert found.lists_words == "1 of 2 lists red; withdrawals are not current"
    assert found.lists_as_of == LISTS[1].dated
    assert found.waits_words == "2 reads, 1 answer or note, 0 pictures"
    assert found.reading_words == "nothing is read: camera front sees nothing"
    assert [(one.kind, one.upload_id, one.reason) for one in found.refusals] == [
        ("note", "refused-one", "camera 'x' is none of this car's")
    ]
    # The same words stand wherever somebody looks.
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    monkeypatch.setenv("COLUMNS", "400")
    listed = CliRunner().invoke(app, ["cars", "list"]).stdout
    status = CliRunner().invoke(app, ["status", "--data-dir", str(tmp_path / "server")]).stdout
    for words in (found.officer_words, found.lists_words, found.waits_words, found.reading_words):
        assert words in listed
        assert words in status
    asked = CliRunner().invoke(app, ["status", "--json", "--data-dir", str(tmp_path / "server")]).stdout
    (as_json,) = [one for one in json.loads(asked)["cars"] if one["car_id"] == "unit-12"]
    assert (as_json["person"], as_json["reads"], as_json["stops"]) == ("kim", 2, True)
    # Somebody else signs on without the server's word, and then nobody.
    heard(car, database, SignedOn(uuid4(), "lee", "7", NOW, NOW + timedelta(hours=8), "kept"))
    assert "this server does not know" in view_car(PAT, database, "unit-12").officer_words
    heard(car, database, None)
    assert view_car(PAT, database, "unit-12").officer_words == "nobody"


def test_a_server_that_is_away_refuses_or_revokes_stops_nothing(line: Line, car: Car, database: Database) -> None:
    class Older(Home):
        def ask(self, method: str, path: str, *rest: object, **options: object):  # type: ignore[no-untyped-def]
            return super().ask(method, "nothing-like-it", *rest, **options)  # type: ignore[arg-type]

    around = Surroundings(lambda: None)
    assert told(ReportStage(car, Older(car.patrol), around, lambda: None)) == OLDER_SECONDS
    revoke_car(SAM, database, "unit-12", "the car was stolen")
    stage = stage_of(car)
    # It takes up to ten seconds until the server knows.
    assert stage.step(threading.Event()) == REPORT_SECONDS
    line.server.stop()
    assert told(stage) == REPORT_SECONDS


def test_a_car_that_was_not_heard_lately_is_away(line: Line, database: Database) -> None:
    take_report(database, "unit-12", CarReport(car_id="unit-12", at=NOW).model_dump(mode="json"))
    with database.transaction() as connection:
        connection.execute("update cars set last_seen_at = now() - interval '10 minutes' where car_id = 'unit-12'")
    states = {one.car_id: (one.state, one.waits_words) for one in car_statuses(database, datetime.now(UTC))}
    assert states["unit-12"] == ("away", "nothing")
    assert states["unit-13"] == ("never seen", "not known")


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        "report",
        {"car_id": "unit-12"},
        {"car_id": "unit-13", "at": "2026-11-20T12:00:00Z"},
        {"car_id": "unit-12", "at": "2026-11-20T12:00:00"},
        {"car_id": "unit-12", "at": "2026-11-20T12:00:00Z", "reads": -1},
        {"car_id": "unit-12", "at": "2026-11-20T12:00:00Z", "states": [{"kind": "x", "words": "y" * 501}]},
        {"car_id": "unit-12", "at": "2026-11-20T12:00:00Z", "lists": [{"hotlist_id": "x"}] * 501},
    ],
)
def test_what_is_no_report_changes_nothing(line: Line, database: Database, sent: object) -> None:
    with pytest.raises(InvalidInput):
        take_report(database, "unit-12", sent)
    assert view_car(PAT, database, "unit-12").said_at is None
