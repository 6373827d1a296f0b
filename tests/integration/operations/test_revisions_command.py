"""`platewatch revisions` as somebody uses it who has to answer for a read."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

import cli.revisions
from cli.main import app
from cli.terminal.screen import SafeConsole
from operations.revisions import view_revisions
from schemas.audit import Action
from schemas.errors import InvalidInput
from schemas.settings import PolicySettings, Settings
from schemas.types import Movement, PlateRead, VehicleDescription, VendorReport
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.reads.images import ImageStore
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.operations.audited import LEE, close_audit
from tests.integration.storage.samples import sample_read

WHY = ("--purpose", "stolen vehicle", "--case", "26-1")
READ = str(sample_read(0).read_id)


@pytest.fixture(autouse=True)
def _site(database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    monkeypatch.setenv("PLATEWATCH_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(cli.revisions, "console", SafeConsole(width=400))


def store(database: Database, *revisions: PlateRead) -> None:
    for read in revisions:
        Records(database).write([ReadRecord(read)])


def passing(revision: int, plate: str, *, final: bool = False, **fields: object) -> PlateRead:
    read = dataclasses.replace(sample_read(0), second_reading=None, characters=(), vehicle=None)
    values: dict[str, object] = {"plate": plate, "revision": revision, "is_final": final}
    return dataclasses.replace(read, **(values | fields))  # type: ignore[arg-type]


def shown(*arguments: str) -> Result:
    result = CliRunner().invoke(app, ["revisions", *arguments, *WHY], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def test_every_report_is_there_as_it_came_with_what_it_changed(database: Database, tmp_path: Path) -> None:
    early = passing(1, "VNV4S27", confidence_is_known=False, report=VendorReport("rekor", payload='{"a":1}'))
    late = {"captured_at": early.captured_at + timedelta(seconds=2), "plate_image_key": None}
    vehicle = VehicleDescription(make="Ford", color="red")
    final = passing(0, "VNV4527", final=True, vehicle=vehicle, movement=Movement("2"), **late)
    store(database, final, early)  # the early one came late
    ImageStore(Settings(data_dir=tmp_path)).save(str(early.plate_image_key), b"jpeg")
    first, second = (json.loads(line) for line in shown(READ, "--json").stdout.splitlines())
    assert [(one["revision"], one["is_final"], one["is_newest"]) for one in (first, second)] == [
        (1, False, False),
        (0, True, True),
    ]
    assert first["changes"] == []
    assert first["stored_at"] > second["stored_at"]
    changed = {change["field"]: (change["before"], change["after"]) for change in second["changes"]}
    assert changed.keys() == {"plate", "captured_at", "confidence_is_known", "vehicle", "movement"}
    assert changed["plate"] == ("VNV4S27", "VNV4527")
    assert changed["movement"] == (None, {"lane": "2", "direction": None, "speed": None})
    assert (first["payload_characters"], second["payload_characters"]) == (7, None)
    assert "payload" not in first
    assert [(one["kind"], one["is_kept"]) for one in first["pictures"]] == [("plate", True), ("context", False)]
    assert [one["kind"] for one in second["pictures"]] == ["context"]
    assert (first["read"]["plate"], second["read"]["vehicle"]["color"]) == ("VNV4S27", "red")


def test_the_table_says_it_in_words(database: Database) -> None:
    early = passing(1, "VNV4S27", confidence_is_known=False, report=VendorReport("rekor", payload='{"a":\x1b"1"}'))
    store(database, early, passing(2, "VNV4527", vehicle=VehicleDescription(make="Ford")))
    result = shown(READ, "--payload")
    for words in ("plate VNV4S27 -> VNV4527", "vehicle unknown -> Ford", "confidence unknown -> given"):
        assert words in result.stdout
    assert "10 characters" in result.stdout
    assert "unknown" in result.stdout
    assert "(not there any more)" in result.stdout
    assert '{"a":\\x1b"1"}' in result.stdout.replace("^[", "\\x1b")
    assert "shown as VNV4527; stored " in result.stderr


def test_a_read_that_was_reported_once_has_one(database: Database) -> None:
    store(database, sample_read(0))
    (line,) = shown(READ, "--json").stdout.splitlines()
    told = json.loads(line)
    assert (told["revision"], told["is_final"], told["is_newest"], told["changes"]) == (0, True, True, [])


def test_the_look_is_written_down_with_the_plate_and_found_by_it(database: Database) -> None:
    store(database, passing(1, "VNV4S27"), passing(2, "VNV4527"))
    shown(READ)
    (row,) = audit_entries(database)
    assert (row.action, row.purpose, row.case_number, row.results) == (
        Action.VIEW_REVISIONS,
        "stolen vehicle",
        "26-1",
        2,
    )
    assert row.details == {"read": READ, "plate": "VNV4527", "offense": ["240 motor vehicle theft"]}
    found = CliRunner().invoke(app, ["audit", "--plate", "VNV4527", "--json"]).stdout
    assert json.loads(found)["action"] == "view_revisions"


def test_nothing_is_shown_without_a_reason_or_an_audit(database: Database) -> None:
    store(database, sample_read(0))
    result = CliRunner().invoke(app, ["revisions", READ])
    assert isinstance(result.exception, InvalidInput)
    assert [row.action for row in audit_entries(database)] == [Action.REFUSED]
    close_audit(database)
    result = CliRunner().invoke(app, ["revisions", READ, *WHY])
    assert result.exit_code != 0
    assert "VNV4527" not in result.output


def test_an_old_pass_needs_a_warrant_where_the_law_says_so(database: Database) -> None:
    settings = Settings(policy=PolicySettings(profile="vermont"))
    why = {"purpose": "stolen vehicle, seen leaving Main Street at 21:40", "case_number": "26-117"}
    old = dataclasses.replace(sample_read(0), captured_at=datetime.now(UTC) - timedelta(days=200))
    young = dataclasses.replace(sample_read(1), captured_at=datetime.now(UTC) - timedelta(days=100))
    store(database, old, young)
    assert view_revisions(LEE, database, settings, young.read_id, **why).shown == young
    with pytest.raises(InvalidInput, match="needs a warrant"):
        view_revisions(LEE, database, settings, old.read_id, **why)
    assert view_revisions(LEE, database, settings, old.read_id, warrant="W-26-9", **why).shown == old


def test_a_read_that_is_not_there_is_named_and_the_look_counted(database: Database) -> None:
    result = CliRunner().invoke(app, ["revisions", str(uuid4()), *WHY])
    assert isinstance(result.exception, InvalidInput)
    assert "is stored" in result.exception.message
    assert [row.results for row in audit_entries(database)] == [0]
    assert CliRunner().invoke(app, ["revisions", "VNV4527", *WHY]).exit_code == 2
