"""An officer signs on over the network, answers alerts without it, and the server has the answers in their name."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from console.car.showing import fragment
from console.car.site import CarSite
from console.drawing import Drawing
from operations.cars.cars import revoke_car
from operations.life.deciding import reject_alert
from operations.life.looking import show_alert
from operations.patrol.credentials import FOLDER
from operations.patrol.desk import Desk, open_desk
from operations.patrol.saying import Wanted
from operations.patrol.sources import Surroundings
from operations.people.accounts import add_person
from operations.people.secrets import hashed
from pipeline.patrol.answer_outcomes import OutcomeStage
from schemas.audit import Action
from schemas.errors import InvalidInput, NotPermitted
from schemas.events import Answered
from schemas.roles import Role
from schemas.settings import ConsoleSettings
from schemas.settings.patrol import PatrolSettings
from schemas.types import CheckPriority, ListStanding, Rejection, Standing
from schemas.types.list_keys import ListsKey
from services.http.home import Home
from storage.alerts.dispositions import find_alert
from storage.audit.reader import audit_entries
from storage.car.alerts import CarAlerts
from storage.car.file import CAR_FILE
from storage.database import Database
from storage.people import people
from tests.integration.car.days import car_settings, day, drive, list_at_server
from tests.integration.car.servers import CLERK, CarServer
from tests.integration.operations.life.alerts import LEE_SAYS
from tests.unit.pipeline.patrol.way_home import CarBooks, at_work, until

PASSWORD = "four dull words here"


def server_with_kim(folder: Path, database: Database) -> CarServer:
    server = CarServer(folder, database)
    server.settings = server.settings.model_copy(update={"console": ConsoleSettings(second_factor=False)})
    add_person(CLERK, database, server.settings, "kim", [Role.OFFICER])
    kim = people.people(database, name="kim")[0]
    with database.transaction() as connection:
        people.set_password(connection, kim.person_id, hashed(PASSWORD), None, 0)
    return server


@contextlib.contextmanager
def reached(server: CarServer) -> Iterator[None]:
    """Have the server run, and listen."""
    with server.going():
        until(lambda: _listens(server.port))
        yield


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def desk_of(folder: Path, books: CarBooks, server: CarServer, keys: list[ListsKey]) -> Desk:
    patrol = PatrolSettings(
        car="unit-12",
        server=f"https://127.0.0.1:{server.port}",
        token_file=books.token_file,
        ca_file=server.papers.authority,
    )
    settings = car_settings(folder).model_copy(update={"patrol": patrol})
    around = Surroundings(lambda: 0.0, lists=lambda: [ListStanding("ncic", None)])
    return open_desk(settings, CarAlerts(folder / CAR_FILE), books.uploads, around, keys.append)


@pytest.fixture
def books(tmp_path: Path) -> CarBooks:
    folder = tmp_path / "car"
    folder.mkdir()
    return CarBooks(folder)


def test_a_shift_with_and_without_a_network(database: Database, tmp_path: Path, books: CarBooks) -> None:
    server, keys, folder = server_with_kim(tmp_path / "server", database), list[ListsKey](), tmp_path / "car"
    list_at_server(database)
    books.token_file.write_text(server.add_car())
    with contextlib.closing(books):
        desk = desk_of(folder, books, server, keys)
        with reached(server):
            with pytest.raises(InvalidInput, match="look at the name, the password and the code"):
                desk.sign_ons.sign_on("kim", "wrong", "", "7")
            first = desk.sign_ons.sign_on("Kim", PASSWORD, "", "7").who
        assert (first.person, first.how) == ("kim", "server")
        # The network is gone: a wrong password is wrong here too, and the right one opens the same lists.
        with pytest.raises(InvalidInput, match="the name or the password is wrong"):
            desk.sign_ons.sign_on("kim", "wrong", "", "7")
        who = desk.sign_ons.sign_on("kim", PASSWORD, "", "7").who
        assert (who.how, who.sign_on) == ("kept", first.sign_on)
        assert len(set(keys)) == 1
        drive(books, folder, day(7, 60))
        desk.board.load()
        waiting = [one for one in desk.board.all() if not one.is_canceled]
        confirmed, misread = waiting[0].alert_id, waiting[1].alert_id
        desk.sayings.say(who, confirmed, Wanted(Answered.CORRECT, again=True))
        desk.sayings.say(who, confirmed, Wanted(Answered.RECORD_ASKED, priority=CheckPriority.URGENT))
        desk.sayings.say(who, misread, Wanted(Answered.MISREAD))
        assert desk.board.vehicle(misread) is not None
        desk.close()
        # The officer's answers may be there before the reads that they are about.
        with reached(server), at_work(books.stage(server.port, server.papers.authority)):
            until(lambda: books.is_empty)
            until(lambda: _settled(database) == {"taken": 3})
    card = show_alert(LEE_SAYS, database, confirmed, leave_new=True)
    assert card.life.confirmed_by == "kim"
    assert card.life.check is not None
    assert (card.life.check.asked_by, card.life.check.is_running) == ("kim", True)
    rejected = show_alert(LEE_SAYS, database, misread, leave_new=True)
    assert rejected.life.standing is Standing.REJECTED
    assert [one.rejection for one in rejected.dispositions] == [Rejection.MISREAD]
    told = [
        (one.details.get("what"), one.actor.origin)
        for one in audit_entries(database)
        if one.action is Action.SIGN_IN and one.details.get("what")
    ]
    assert told == [("signed_on", "car unit-12, unit 7")] * 2


def _settled(database: Database) -> dict[str, int]:
    with database.connection() as connection:
        return dict(connection.execute("select state, count(*) from car_answers group by state").fetchall())


def test_in_a_car_that_was_revoked_nobody_signs_on_also_without_the_server_afterwards(
    database: Database, tmp_path: Path, books: CarBooks
) -> None:
    server, folder = server_with_kim(tmp_path / "server", database), tmp_path / "car"
    books.token_file.write_text(server.add_car())
    with contextlib.closing(books):
        desk = desk_of(folder, books, server, [])
        with reached(server):
            desk.sign_ons.sign_on("kim", PASSWORD, "", "7")
            assert list((folder / FOLDER).glob("*.json"))
            revoke_car(CLERK, database, "unit-12", "the laptop was stolen from the car")
            # The server may know the car for some seconds more by what it remembers.
            until(lambda: _is_refused(desk))
        assert not list((folder / FOLDER).glob("*.json"))
        with pytest.raises(InvalidInput, match="nothing for this name"):
            desk.sign_ons.sign_on("kim", PASSWORD, "", "7")
        desk.close()


def test_the_officer_is_told_that_an_answer_was_not_taken_and_why(
    database: Database, tmp_path: Path, books: CarBooks
) -> None:
    server, folder = server_with_kim(tmp_path / "server", database), tmp_path / "car"
    list_at_server(database)
    books.token_file.write_text(server.add_car())
    with contextlib.closing(books):
        desk = desk_of(folder, books, server, [])
        with reached(server):
            who = desk.sign_ons.sign_on("kim", PASSWORD, "", "7").who
        drive(books, folder, day(7, 60))
        desk.board.load()
        contradicted, agreed, stranger = [one.alert_id for one in desk.board.all() if not one.is_canceled][:3]
        with reached(server), at_work(books.stage(server.port, server.papers.authority)):
            until(lambda: books.is_empty)
            until(lambda: find_alert(database, contradicted) is not None and find_alert(database, agreed) is not None)
            # At the desk somebody has judged both meanwhile, one otherwise than the officer does.
            reject_alert(LEE_SAYS, database, contradicted, Rejection.MISREAD)
            reject_alert(LEE_SAYS, database, agreed, Rejection.MISREAD)
            desk.sayings.say(who, contradicted, Wanted(Answered.CORRECT, again=True))
            desk.sayings.say(who, agreed, Wanted(Answered.MISREAD))
            # Of a sign-on that the server does not know it takes nothing.
            desk.sayings.say(dataclasses.replace(who, sign_on=uuid4()), stranger, Wanted(Answered.MISREAD))
            assert desk.sign_ons.settings.patrol is not None
            with at_work(OutcomeStage(Home(desk.sign_ons.settings.patrol), books.uploads, desk.outcomes)):
                until(lambda: not desk.outcomes.open(10), every=0.2)
        desk.close()
        # It is still said after a start.
        desk = desk_of(folder, books, server, [])
        desk.board.load()
        told = {alert_id: desk.board.vehicle(alert_id) for alert_id in (contradicted, agreed, stranger)}
        assert {alert_id: len(one.untaken) for alert_id, one in told.items() if one is not None} == {
            contradicted: 1,
            agreed: 0,
            stranger: 1,
        }
        page = _page_of(desk, contradicted)
        assert "Your answer “Correct” was not taken" in page
        assert "Call the desk" in page
        assert "not taken" not in _page_of(desk, agreed)
        page = _page_of(desk, stranger)
        assert "nobody of this name had signed on in this car then" in page
        assert "Tell your supervisor" in page
        desk.close()
    kept = [one for one in audit_entries(database) if one.details.get("what") == "answer_not_taken"]
    assert {(one.actor.name, one.details["said"], one.details["state"]) for one in kept} == {
        ("kim", "correct", "conflict"),
        ("car unit-12", "misread", "refused"),
    }


def _page_of(desk: Desk, alert_id: UUID) -> str:
    vehicle = desk.board.vehicle(alert_id)
    assert vehicle is not None
    return fragment(CarSite(desk.sign_ons.settings, Drawing(desk.sign_ons.settings), desk), vehicle)


def _is_refused(desk: Desk) -> bool:
    try:
        desk.sign_ons.sign_on("kim", PASSWORD, "", "7")
    except NotPermitted:
        return True
    return False


def test_what_was_said_is_on_the_disk_and_queued_though_the_process_ended_in_between(
    database: Database, tmp_path: Path, books: CarBooks
) -> None:
    server, folder = server_with_kim(tmp_path / "server", database), tmp_path / "car"
    books.token_file.write_text(server.add_car())
    with contextlib.closing(books):
        desk = desk_of(folder, books, server, [])
        with reached(server):
            who = desk.sign_ons.sign_on("kim", PASSWORD, "", "7").who
        drive(books, folder, day(7, 20))
        desk.board.load()
        alert_id = desk.board.all()[0].alert_id
        desk.sayings.say(who, alert_id, Wanted(Answered.WRONG_STATE))
        with sqlite3.connect(folder / "car" / "answers.sqlite") as file:
            file.execute("update answers set is_queued = 0")
        with sqlite3.connect(folder / CAR_FILE) as file:
            file.execute("delete from uploads where kind = 'answer'")
        desk.close()
        again = desk_of(folder, books, server, [])
        again.board.load()
        vehicle = again.board.vehicle(alert_id)
        assert vehicle is not None
        assert [one.what for one in vehicle.answers] == [Answered.WRONG_STATE]
        again.tidy()
        again.tidy()
        queued = [json.loads(one.body)["what"] for one in books.uploads.waiting(0, 1000) if one.kind == "answer"]
        assert queued == ["wrong_state"]
        again.close()
