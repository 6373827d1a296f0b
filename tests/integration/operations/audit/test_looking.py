"""Rows of the audit as a table: for a reason, for its owner alone, and with nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from operations.audit import looking
from operations.audit.looking import AuditFilter, save_audit, view_audit
from operations.audit.rows import cameras_of, plate_of, surface_of
from schemas.actor import SignIn
from schemas.actor_kinds import ActorKind
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from storage.audit.reader import AuditEntry, audit_entries
from storage.audit.writer import write_audit
from storage.database import Database
from tests.integration.operations.audited import LEE
from tests.integration.storage.samples import START


@pytest.fixture(autouse=True)
def _rows(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    for plate, purpose in (("ABC1234", "stolen vehicle"), ("XYZ1234", "\uff1d1+1"), ("DEF1234", "\n=1+1")):
        write_audit(database, AuditRecord(LEE, Action.SEARCH, {"pattern": plate}, purpose, "-26"), 3)


def test_a_command_writes_what_fits_into_a_new_file(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "lee.csv"
    given = ["audit", "save", str(file), "--actor", "lee", "--purpose", "1+1", "--why", "complaint of a resident"]
    result = CliRunner().invoke(app, given)
    assert result.exit_code == 0, result.output
    assert file.stat().st_mode & 0o777 == 0o600
    with file.open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    assert [(row["plate"], row["purpose"], row["case_number"]) for row in rows] == [
        ("DEF1234", "'\n=1+1", "'-26"),
        ("XYZ1234", "'\uff1d1+1", "'-26"),
    ]
    newest = audit_entries(database, limit=1)[0]
    assert (newest.action, newest.purpose, newest.results) == (Action.EXPORT_AUDIT, "complaint of a resident", 2)
    assert (newest.details["actor"], newest.details["words"]) == ("lee", "1+1")
    assert CliRunner().invoke(app, given).exit_code != 0  # it is there


def test_too_many_rows_are_refused_and_nothing_is_written_down(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "MOST_SAVED", 2)
    with pytest.raises(InvalidInput, match="more than 2 rows"):
        save_audit(LEE, database, AuditFilter(), "complaint of a resident")
    with pytest.raises(InvalidInput, match="the reason"):
        save_audit(LEE, database, AuditFilter(), "x")
    assert [row.action for row in audit_entries(database)] == [Action.REFUSED, *[Action.SEARCH] * 3]
    assert len(save_audit(LEE, database, AuditFilter(plate="abc1234"), "complaint of a resident")) == 1


def test_as_many_rows_as_fit_are_saved(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "MOST_SAVED", 3)
    assert len(save_audit(LEE, database, AuditFilter(), "complaint of a resident")) == 3
    with pytest.raises(InvalidInput, match="more than 3 rows"):
        save_audit(LEE, database, AuditFilter(), "complaint of a resident")


def test_a_look_is_written_down_with_all_that_was_asked(database: Database) -> None:
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    wanted = AuditFilter(
        "lee",
        Action.SEARCH,
        begun,
        begun + timedelta(days=400),
        "stolen",
        "-26",
        "abc-1234",
        ActorKind.PERSON,
        before=9_999,
    )
    asked = {
        "actor": "lee",
        "action": "search",
        "since": "2026-01-01T00:00:00Z",
        "until": "2027-02-05T00:00:00Z",
        "case_number": "-26",
        "plate": "ABC1234",
        "kind": "person",
        "before": 9_999,
    }
    (found,) = view_audit(LEE, database, wanted, 7)
    assert (found.details["pattern"], found.purpose) == ("ABC1234", "stolen vehicle")
    row = audit_entries(database, limit=1)[0]
    assert (row.actor, row.action, row.purpose, row.results) == (LEE, Action.VIEW_AUDIT, None, 1)
    assert row.details == asked | {"purpose": "stolen", "limit": 7}
    assert save_audit(LEE, database, wanted, "complaint of a resident") == [found]
    row = audit_entries(database, limit=1)[0]
    assert (row.actor, row.action, row.purpose, row.results) == (
        *(LEE, Action.EXPORT_AUDIT, "complaint of a resident"),
        1,
    )
    assert row.details == asked | {"words": "stolen", "form": "table"}


@pytest.mark.parametrize(("hours", "fits"), [(-1, False), (0, False), (1, True)])
def test_a_span_begins_before_it_ends(database: Database, hours: int, fits: bool) -> None:
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    wanted = AuditFilter(since=begun, until=begun + timedelta(hours=hours))
    if fits:
        assert view_audit(LEE, database, wanted, 7) == []
        return
    with pytest.raises(InvalidInput, match="the span ends before it begins"):
        view_audit(LEE, database, wanted, 7)
    with pytest.raises(InvalidInput, match="the span ends before it begins"):
        save_audit(LEE, database, wanted, "complaint of a resident")


def test_a_row_says_where_it_was_done_about_which_plate_and_cameras() -> None:
    def entry(details: dict[str, Any], via: SignIn = SignIn.LOCAL_USER) -> AuditEntry:
        return AuditEntry(1, START, replace(LEE, via=via), Action.SEARCH, None, None, details, None)

    surfaces = {via: surface_of(entry({}, via)) for via in SignIn}
    assert {via: surface for via, surface in surfaces.items() if surface != "console"} == {
        SignIn.LOCAL_USER: "command line",
        SignIn.SERVICE: "service",
        SignIn.AGREEMENT: "agreement",
        SignIn.TOKEN: "API",
        SignIn.CAR: "car",
    }
    camera_details: tuple[tuple[dict[str, Any], list[str]], ...] = (
        ({}, []),
        ({"camera": "gate"}, ["gate"]),
        ({"camera": ["gate", 7]}, ["gate", "7"]),
        ({"cameras": ["a"], "cameras_searched": ["b"]}, ["a"]),
        ({"camera": None, "cameras": [], "cameras_searched": ["b", "c"]}, ["b", "c"]),
    )
    for details, cameras in camera_details:
        assert cameras_of(entry(details)) == cameras
    assert plate_of(entry({})) is None
    assert plate_of(entry({"plate": "A", "pattern": "B"})) == "A"
    assert plate_of(entry({"plate": "", "pattern": "B*"})) == "B*"
