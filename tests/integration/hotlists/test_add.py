"""`platewatch hotlist add` on a real database: what a person enters is what officers are told of."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import typer
from typer.testing import CliRunner, Result

from cli.hotlist import add as hotlist_add
from cli.matching import match
from schemas.errors import InvalidInput
from schemas.types import Category
from storage.database import Database
from storage.hotlists.edits import HotlistEdits

app = typer.Typer()
_group = typer.Typer()


@_group.callback()
def _hotlist() -> None:
    """A group, as on the real command line, even where it has one command."""


hotlist_add.register(_group)
app.add_typer(_group, name="hotlist")
match.register(app)

MISSING = (
    *("--missing", "--plate", "ABC1??4", "--state", "VA", "--case", "24-00123"),
    *("--vehicle", "2014 grey Honda Odyssey", "--expires", "2096-12-01T00:00Z"),
)


@pytest.fixture(autouse=True)
def _use_database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    monkeypatch.setenv("COLUMNS", "220")


def run(*arguments: str, stdin: str = "", code: int = 0) -> Result:
    result = CliRunner().invoke(app, arguments, input=stdin)
    assert result.exit_code == code, result.output
    return result


def add(*arguments: str, code: int = 0) -> Result:
    return run("hotlist", "add", *arguments, code=code)


def record(*arguments: str) -> dict[str, Any]:
    (line,) = add(*arguments, "--json").stdout.splitlines()
    return dict(json.loads(line))


def hits(*plates: str) -> list[dict[str, Any]]:
    reads = "".join(json.dumps({"plate": plate, "jurisdiction": "VA"}) + "\n" for plate in plates)
    return [json.loads(line) for line in run("match", "--json", "-", stdin=reads).stdout.splitlines()]


def test_a_partial_plate_of_a_missing_person_is_found_on_full_reads() -> None:
    said = add(*MISSING)
    assert "ABC1??4 (US-VA), Missing person, 2014 GRY HOND Odyssey: added to list 'local'" in said.stdout
    assert "until 2096-12-01 00:00 UTC" in said.stdout
    assert said.stderr == ""
    (hit,) = hits("ABC1994", "ABC1995", "QQQ0000")
    assert (hit["plate"], hit["tier"], hit["category"]) == ("ABC1994", "partial", "missing_person")
    assert (hit["hotlist"], hit["case_number"]) == ("local", "24-00123")


@pytest.mark.parametrize(
    ("option", "category", "code"),
    [
        (("--missing",), "missing_person", "Missing person"),
        (("--amber",), "child_abduction", "AMBER Alert"),
        (("--silver",), "endangered_person", "Silver Alert"),
        (("--blue",), "officer_safety", "Blue Alert"),
        (("--category", "stolen_vehicle"), "stolen_vehicle", None),
        (("--category", "Stolen-Plate"), "stolen_plate", None),
    ],
)
def test_each_kind_of_alert_has_its_category(option: tuple[str, ...], category: str, code: str | None) -> None:
    found = record(*option, "--plate", "xyz4321", "--expires", "24h")
    assert (found["category"], found["source_code"], found["outcome"]) == (category, code, "added")


def test_json_has_the_whole_entry(database: Database) -> None:
    more = ("--instructions", "Call Det. Ray", "--priority", "High", "--agency", "VA1170000", "--name", "region-7")
    found = record(*MISSING, *more)
    assert (found["hotlist"], found["instructions"], found["priority"]) == ("region-7", "Call Det. Ray", "High")
    assert (found["year"], found["make"], found["model"], found["color"]) == (2014, "HOND", "Odyssey", "GRY")
    assert (found["originating_agency"], found["valid_until"]) == ("VA1170000", "2096-12-01T00:00:00Z")
    assert found["extra"] == {"vehicle": "2014 grey Honda Odyssey"}
    (stored,) = HotlistEdits(database).find(entry_id=UUID(found["entry_id"]))
    assert (stored.plate, stored.category, stored.jurisdiction) == ("ABC1??4", Category.MISSING_PERSON, "US-VA")
    assert stored.valid_until == datetime(2096, 12, 1, tzinfo=UTC)


def test_the_same_again_changes_the_entry_instead_of_doubling_it(database: Database) -> None:
    first = record(*MISSING)
    again = record(*MISSING)
    assert (again["outcome"], again["version"]) == ("unchanged", first["version"])
    changed = record(*MISSING, "--instructions", "Two children aboard")
    assert (changed["outcome"], changed["entry_id"]) == ("changed", first["entry_id"])
    assert changed["version"] > first["version"]
    other_case = record(*MISSING[:5], "--case", "24-00999", "--expires", "3d")
    assert (other_case["outcome"], other_case["entry_id"] == first["entry_id"]) == ("added", False)
    found = HotlistEdits(database).find(plate="ABC1??4")
    assert {(entry.case_number, entry.instructions) for entry in found} == {
        ("24-00123", "Two children aboard"),
        ("24-00999", None),
    }


def test_an_entry_with_an_end_does_not_match_after_it(database: Database) -> None:
    found = record("--amber", "--plate", "XYZ4321", "--expires", "24h")
    until = datetime.fromisoformat(found["valid_until"])
    assert timedelta(hours=23, minutes=59) < until - datetime.now(UTC) <= timedelta(hours=24)
    assert [hit["tier"] for hit in hits("XYZ4321")] == ["exact"]
    edits = HotlistEdits(database)
    (stored,) = edits.find(plate="XYZ4321")
    over = stored._replace(valid_until=datetime.now(UTC) - timedelta(seconds=1))
    edits.add("local", [over], by="test", reason="the day passed")
    assert hits("XYZ4321") == []


def test_an_alert_without_an_end_is_warned_of() -> None:
    said = add("--amber", "--plate", "XYZ4321")
    assert "holds until it is withdrawn" in said.stderr
    assert "without an end" in said.stdout
    assert len(said.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--plate", "ABC123"), "give one of --missing"),
        (("--plate", "ABC123", "--amber", "--silver"), "give one of --missing"),
        (("--plate", "ABC123", "--amber", "--category", "watch"), "give one of --missing"),
        (("--amber",), "--plate"),
        (("--plate", "ABC123", "--category", "stolen"), "'stolen' is no category"),
        (("--plate", "ABC123", "--category", "unmapped"), "'unmapped' is no category"),
        (("--plate", "ABC123", "--amber", "--name", "No Good"), "cannot name a hotlist"),
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: tuple[str, ...], words: str) -> None:
    said = add(*arguments, code=2)
    assert words in " ".join(said.stderr.replace("│", " ").split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--plate", "????"), "fewer than 2 characters are known"),
        (("--plate", "ABC*12"), "the plate holds '*'"),
        (("--plate", "ABC123", "--state", "Atlantis"), "'Atlantis' is no state"),
        (("--plate", "ABC123", "--expires", "2020-01-01"), "is over already"),
        (("--plate", "ABC123", "--expires", "tomorrow"), "neither a time nor a duration"),
        (("--plate", "ABC123", "--expires", "99999w"), "no duration of use"),
    ],
)
def test_what_cannot_be_an_entry_is_said_in_one_line(
    arguments: tuple[str, ...], words: str, database: Database
) -> None:
    said = add("--amber", *arguments, code=1)
    assert isinstance(said.exception, InvalidInput)
    assert words in str(said.exception)
    assert "\n" not in str(said.exception)
    assert HotlistEdits(database).find(plate=arguments[1]) == []


def test_the_help_has_an_example() -> None:
    assert "platewatch hotlist add --missing" in run("hotlist", "add", "--help").stdout
