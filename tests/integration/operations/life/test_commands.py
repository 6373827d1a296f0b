"""`platewatch alerts show`, `ack`, `confirm`, `reject`, `outcome` and `check`, as a person gives them."""

from __future__ import annotations

import json
import os
import pwd
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from operations.life.checking import ask_record
from schemas.errors import InvalidInput
from schemas.types import VehicleDescription
from storage.database import Database
from tests.integration.operations.life.alerts import KIM_SAYS, raised

ME = pwd.getpwuid(os.getuid()).pw_name
WIDE = {"COLUMNS": "300"}


@pytest.fixture(autouse=True)
def _site(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    monkeypatch.setenv("PLATEWATCH_AGENCY_ID", "portsmouth-pd")


def given(*arguments: str, typed: str = "") -> str:
    result = CliRunner().invoke(app, ["alerts", *arguments], input=typed, env=WIDE)
    assert result.exit_code == 0, result.output or result.exception
    return result.stdout


def record(*arguments: str) -> dict[str, Any]:
    return dict(json.loads(given(*arguments, "--json").splitlines()[-1]))


def refused(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["alerts", *arguments], env=WIDE)
    assert isinstance(result.exception, InvalidInput), result.output
    return str(result.exception)


def test_the_list_says_what_stands_of_each(database: Database) -> None:
    raised(database)
    raised(database, 1, "BKR2203")
    shown = given("--limit", "5")
    assert shown.count("nobody yet") == 2
    assert shown.count("new; ") == 2
    given("confirm", "2", "--plate", "BKR2203")
    shown = given()
    assert f"confirmed by {ME} at" in " ".join(shown.split())
    assert [line.split()[0] for line in shown.splitlines() if "gate" in line] == ["1", "2"]
    lives = [json.loads(line)["life"] for line in given("--json").splitlines()]
    assert [life["confirmed_by"] for life in lives] == [None, ME]
    assert [life["standing"] for life in lives] == ["new", "confirmed"]


def test_the_card_shows_what_contradicts_first(database: Database) -> None:
    alert = raised(
        database,
        state="US-MD",
        read_vehicle=VehicleDescription(vehicle_class="car"),
        listed_vehicle=VehicleDescription(2009, "YAMA", "CYL", "MC", "BLK"),
    )
    first, second, third, *_ = given("show", str(alert.alert_id)).splitlines()
    assert first == "alert 1: listed VNV4527 VA, read VNV4527 MD; class listed motorcycle, seen car"
    assert second == "STATE: seen US-MD, listed US-VA (by the reader)"
    assert third == "CLASS: seen car, listed motorcycle (by the reader)"
    shown = record("show", "1")
    assert shown["life"]["standing"] == "seen"
    assert [one["person"] for one in shown["dispositions"]] == [ME]
    assert shown["dispositions"][0]["surface"] == "command_line"
    assert len(shown["contradictions"]) == 2


def test_the_plate_as_seen_is_asked_for_without_telling_it(database: Database) -> None:
    raised(database)
    result = CliRunner().invoke(app, ["alerts", "confirm", "1"], input="8NV4527\n", env=WIDE)
    assert isinstance(result.exception, InvalidInput)
    assert "VNV4527" not in result.output + str(result.exception)
    given("confirm", "1", typed="vnv 4527\n")
    assert record("show", "1")["life"]["confirmed_by"] == ME


def test_a_second_step_names_what_contradicts(database: Database) -> None:
    raised(database, listed_vehicle=VehicleDescription(2009, "TOYT", None, "4D", "RED"))
    text = refused("confirm", "1", "--plate", "VNV4527", "--color", "blue", "--class", "motorcycle")
    assert "CLASS: seen motorcycle" in text
    assert "COLOR: seen blue, listed RED" in text
    assert "is no FEATURE=REASON" in refused("confirm", "1", "--plate", "VNV4527", "--despite", "color")
    shown = record(
        *("confirm", "1", "--plate", "VNV4527", "--color", "blue", "--despite", "Color=new paint, listed VIN seen"),
        *("--officer", "Kim Doe", "--note", "parked"),
    )
    (one,) = shown["dispositions"]
    assert (one["person"], one["actor"], one["note"]) == ("Kim Doe", ME, "parked")
    assert one["despite"] == {"color": "new paint, listed VIN seen"}
    assert "Kim Doe, entered by" in given("show", "1")


def test_another_officer_is_told_and_may_name_what_stands(database: Database) -> None:
    raised(database)
    given("ack", "1")
    assert f"acknowledged by {ME} at 20" in refused("ack", "1")
    given("ack", "1", "--supersedes", "1")
    given("reject", "1", "--because", "misread", "--plate", "VNV4522")
    assert "misread) by" in refused("reject", "1", "--because", "wrong_state")
    assert "confirm it first" in refused("outcome", "1", "recovered")
    given("confirm", "1", "-p", "VNV4527", "--supersedes", "3")
    assert record("outcome", "1", "recovered")["life"]["outcome"] == "recovered"
    assert "closed (recovered)" in refused("outcome", "1", "arrest")


def test_the_clock_of_a_check_is_shown_and_runs_out(database: Database, owner_url: str) -> None:
    raised(database)
    assert "record check: urgent, asked by" in given("check", "1")
    assert "the answer is due by" in refused("check", "1")
    shown = record("check", "1", "--answer", "time-needed", "--minutes", "20")["life"]["record_check"]
    assert (shown["answer"], shown["overdue"], shown["priority"]) == ("time_needed", False, "urgent")
    given("check", "1", "--answer", "not-valid")
    assert "ENTRY DOES NOT STAND" in given("show", "1")
    raised(database, 1, "BKR2203")
    ask_record(KIM_SAYS, database, 2)
    with database.as_owner() as connection:
        connection.execute("alter table dispositions disable trigger dispositions_are_append_only")
        connection.execute(
            "update dispositions set happened_at = %s where agency_id = 'portsmouth-pd'",
            [datetime.now(UTC) - timedelta(minutes=11)],
        )
    assert "OVERDUE since" in given("show", "2")
    assert record("show", "2")["life"]["record_check"]["overdue"] is True
    given("check", "2")  # a second request


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("show", "x"), "neither an alert's number nor its id"),
        (("show", "-1"), ""),
        (("show", "99999999999999999999"), "neither"),
        (("reject", "1", "--because", "nonsense"), "not one of misread, wrong-state"),
        (("outcome", "1", "nonsense"), "not one of recovered"),
        (("check", "1", "--answer", "maybe"), "not one of valid, not-valid, time-needed"),
        (("--limit", "3", "show", "1"), "give --limit behind 'show'"),
        (("--json", "show", "1"), "give --json behind 'show'"),
    ],
)
def test_what_cannot_be_meant_is_refused(database: Database, arguments: tuple[str, ...], word: str) -> None:
    raised(database)
    result = CliRunner().invoke(app, ["alerts", *arguments], env=WIDE)
    assert result.exit_code == 2
    assert word in " ".join(result.output.replace("│", " ").split())


def test_options_that_do_not_belong_together(database: Database) -> None:
    raised(database)
    assert "leave it out" in refused("check", "1", "--answer", "valid", "--routine")
    assert "time-needed" in refused("check", "1", "--minutes", "3")
    assert "no alert 7" in refused("show", "7")
    assert "at most 100" in refused("confirm", "1", "-p", "VNV4527", "--officer", "x" * 101)
