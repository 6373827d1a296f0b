"""Rows of the audit as a table: for a reason, for its owner alone, and with nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from operations.audit import looking
from operations.audit.looking import AuditFilter, save_audit
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from storage.audit.reader import audit_entries
from storage.audit.writer import write_audit
from storage.database import Database
from tests.integration.operations.audited import LEE


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
