"""A camera or an entry that raises far more than is expected: held with an alarm, listed, released or discarded."""

from __future__ import annotations

import json
import threading
from uuid import UUID

import pytest
from typer.testing import CliRunner

from cli.main import app
from operations.storms import discard_held, release_held, view_held
from pipeline.alerting.storms import StormStage
from pipeline.health.board import HealthBoard
from schemas import ids
from schemas.audit import Action
from schemas.errors import InvalidInput
from schemas.events import AlarmKind
from schemas.settings import Settings
from storage.alerts.numbering import number_alerts
from storage.alerts.outbox import pending
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.leadership import Leadership
from tests.integration.alerts.samples import VIRGINIA, found, messages, passing, settle
from tests.integration.operations.audited import LEE

LIMITED = Settings(alerts={"storm_minimum": 5})


def storm(database: Database, count: int, camera: str = "gate", first: int = 0, settings: Settings = LIMITED) -> None:
    """So many vehicles, each on an entry of its own, half a minute apart before one camera."""
    for number in range(first, first + count):
        plate = f"AB{camera[0].upper()}{number:04d}"
        entry = VIRGINIA._replace(entry_id=ids.entry_id("ncic", plate), plate=plate)
        settle(database, found(passing(number * 30.0, camera, None, plate=plate), entry), settings=settings)


def test_what_is_far_more_is_held_and_nobody_else_s(database: Database) -> None:
    storm(database, 8)
    storm(database, 2, "bridge")
    assert [one.read.camera_id for one in messages(database)] == ["gate"] * 5 + ["bridge"] * 2
    assert pending(database) == 7
    (one,) = view_held(LEE, database, 2)
    assert (one.storm.kind, one.storm.subject, one.storm.held, one.storm.most) == ("camera", "gate", 3, 5)
    assert [alert.entry.plate for alert in one.newest] == ["ABG0007", "ABG0006"]
    assert audit_entries(database)[0].action is Action.VIEW_HELD


def test_it_holds_until_a_person_ends_it(database: Database) -> None:
    storm(database, 7)
    storm(database, 1, first=5000)  # the next day
    (one,) = view_held(LEE, database, 9)
    assert one.storm.held == 3


def test_an_entry_that_is_seen_everywhere_is_held(database: Database) -> None:
    for number in range(8):
        read = passing(number * 60.0, f"camera-{number}", None, plate="ABC1234")
        settle(database, found(read), settings=LIMITED)
    (one,) = view_held(LEE, database, 1)
    assert (one.storm.kind, one.storm.subject, one.storm.held) == ("entry", str(VIRGINIA.entry_id), 3)


def test_what_is_released_goes_out_in_order_and_counts_anew(database: Database) -> None:
    storm(database, 8)
    number = view_held(LEE, database, 1)[0].storm.storm_number
    assert release_held(LEE, database, number) == 3
    assert [one.entry.plate for one in messages(database)] == [f"ABG{number:04d}" for number in range(8)]
    assert pending(database) == 8
    assert view_held(LEE, database, 1) == []
    storm(database, 5, first=8)
    assert len(messages(database)) == 13
    storm(database, 1, first=13)
    assert len(messages(database)) == 13
    with pytest.raises(InvalidInput, match=f"no storm {number} stands"):
        release_held(LEE, database, number)


def test_what_is_discarded_is_told_to_nobody_also_when_it_comes_again(database: Database) -> None:
    storm(database, 7)
    number = view_held(LEE, database, 1)[0].storm.storm_number
    for reason in ("", "test"):
        with pytest.raises(InvalidInput):
            discard_held(LEE, database, number, reason)
    assert discard_held(LEE, database, number, "the camera looked at a sign") == 2
    with database.connection() as connection:
        connection.execute("delete from hits")
    storm(database, 7)  # a replay
    number_alerts(database)
    assert pending(database) == 5
    assert len(messages(database)) == 5


def test_a_replay_of_what_is_held_sends_nothing(database: Database) -> None:
    storm(database, 7)
    with database.connection() as connection:
        connection.execute("delete from hits")
    storm(database, 7)
    assert pending(database) == 5
    assert view_held(LEE, database, 1)[0].storm.held == 2


def test_what_a_camera_always_raises_is_no_storm(database: Database) -> None:
    storm(database, 40, settings=Settings(alerts={"storm_minimum": 0}))
    # Twenty minutes of them, some hours later: forty an hour were seen in the only hour there was.
    with database.connection() as connection:
        connection.execute("update alerts set captured_at = captured_at - interval '2 hours'")
    storm(database, 20, first=100)
    assert view_held(LEE, database, 1) == []
    assert len(messages(database)) == 60


def test_zero_holds_nothing(database: Database) -> None:
    storm(database, 12, settings=Settings(alerts={"storm_minimum": 0}))
    assert len(messages(database)) == 12


def test_a_storm_is_an_alarm_until_it_is_ended(database: Database) -> None:
    storm(database, 6)
    with Leadership(database) as leadership:
        stage = StormStage(database, leadership)
        stage.board = HealthBoard("m1")
        stage.step(threading.Event())
        raised = stage.board.next_change()
        assert raised is not None
        assert (raised.kind, raised.subject) == (AlarmKind.ALERT_STORM, "camera gate")
        assert raised.message is not None
        assert "platewatch alerts held" in raised.message
        stage.board.stored(raised)
        release_held(LEE, database, view_held(LEE, database, 1)[0].storm.storm_number)
        stage.step(threading.Event())
        cleared = stage.board.next_change()
        assert cleared is not None
        assert (cleared.subject, cleared.message) == ("camera gate", None)


def test_the_commands(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    storm(database, 7)
    storm(database, 6, "bridge")

    def given(*arguments: str) -> str:
        result = CliRunner().invoke(app, ["alerts", *arguments], env={"COLUMNS": "200"})
        assert result.exit_code == 0, result.output
        return result.output

    shown = given("held")
    assert "storm 1, camera gate" in shown
    assert "2 alerts held" in shown
    assert "ABG0006" in shown
    records = [json.loads(line) for line in given("held", "--json").splitlines()]
    assert [record["held"] for record in records] == [2, 1]
    assert UUID(records[0]["newest"][0]["alert_id"])
    assert "2 alerts are sent" in given("release", "1")
    assert "1 alerts were discarded" in given("discard", "2", "--reason", "the camera was turned")
    assert "no alerts are held" in given("held")
    assert [row.action for row in audit_entries(database)][:3] == [
        Action.VIEW_HELD,
        Action.DISCARD_HELD,
        Action.RELEASE_HELD,
    ]
