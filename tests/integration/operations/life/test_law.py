"""What the law wants between an alert and a stop is asked for, said and written down."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli.main import app
from operations.life.checking import ask_record
from schemas.audit import Action
from schemas.errors import InvalidInput
from storage.audit.reader import audit_entries
from storage.database import Database
from tests.integration.operations.life.alerts import LEE_SAYS, raised

RECORD = """
jurisdiction = "US-VA"
title = "An agency's own order"
[notify]
permitted = "any"
citation = "General order 41"
as_of = 2026-01-01
confidence = "read"
[retention.reads]
days = 21
citation = "General order 41"
as_of = 2026-01-01
confidence = "read"
[confirm]
visual = true
record = true
is_suspicion = false
citation = "General order 41"
as_of = 2026-01-01
confidence = "read"
"""


@pytest.fixture(autouse=True)
def _site(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    raised(database)


def given(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, ["alerts", *arguments], input=typed)


def test_the_confirmation_says_what_the_law_wants_besides(database: Database) -> None:
    done = given("confirm", "1", "--plate", "VNV4527", "--compared", "vehicle")
    assert done.exit_code == 0, done.output
    assert "a match alone is no reason for a stop: Code of Virginia 2.2-5517" in done.stderr
    (row, *_) = audit_entries(database)
    assert row.action == Action.CONFIRM_ALERT
    assert row.details["compared"] == "vehicle"
    assert row.details["law"].startswith("Code of Virginia 2.2-5517")


def test_a_person_at_a_terminal_is_asked_with_what_the_plate_was_compared(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = CliRunner()
    from cli.alerts import life

    class _Terminal:
        def isatty(self) -> bool:
            return True

    class _Sys:
        stdin = _Terminal()

    monkeypatch.setattr(life, "sys", _Sys)
    done = runner.invoke(app, ["alerts", "confirm", "1", "--plate", "VNV4527"], input="from afar\npicture\n")
    assert done.exit_code == 0, done.output
    assert "'from afar' is not one of vehicle, picture" in done.stderr
    (row, *_) = audit_entries(database)
    assert row.details["compared"] == "picture"
    # No such law: nobody is asked.
    monkeypatch.setenv("PLATEWATCH_POLICY__PROFILE", "alabama")
    raised(database, 1, "BKR2203")  # the update of the first one has the number 2
    done = runner.invoke(app, ["alerts", "confirm", "3", "--plate", "BKR2203"])
    assert done.exit_code == 0, done.exception
    assert "no reason for a stop" not in done.stderr


def test_what_has_no_picture_was_compared_with_none(database: Database) -> None:
    with database.as_owner() as connection:
        connection.execute("update alerts set payload = payload - 'plate_picture'")
    refused = given("confirm", "1", "--plate", "VNV4527", "--compared", "picture")
    assert isinstance(refused.exception, InvalidInput)
    assert "the alert has no picture to compare with; look at the vehicle" in str(refused.exception)


def test_where_the_law_has_the_record_checked_nobody_acts_before(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = tmp_path / "own.toml"
    profile.write_text(RECORD)
    monkeypatch.setenv("PLATEWATCH_POLICY__PROFILE", str(profile))
    done = given("confirm", "1", "--plate", "VNV4527", "--compared", "vehicle")
    assert "ask the entering agency before anybody acts (platewatch alerts check): General order 41" in done.stderr
    refused = given("outcome", "1", "arrest")
    assert isinstance(refused.exception, InvalidInput)
    assert "the law has the entering agency asked before anybody acts on its entry" in str(refused.exception)
    assert [row.action for row in audit_entries(database)][:1] == [Action.REFUSED]
    ask_record(LEE_SAYS, database, 1)
    assert given("outcome", "1", "arrest").exit_code == 0
    shown = CliRunner().invoke(app, ["law", "show"], env={"COLUMNS": "300"}).stdout
    assert "the entering agency is asked" in shown
