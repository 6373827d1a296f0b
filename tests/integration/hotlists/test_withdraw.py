"""`platewatch hotlist withdraw` as a person uses it, with what follows from it."""

from __future__ import annotations

import json
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from cli.hotlist import withdraw as hotlist_withdraw
from schemas.errors import InvalidInput
from storage.alerts.raised import AlertLog
from storage.database import Database
from storage.hotlists.edits import HotlistEdits
from tests.integration.alerts.test_cancel import raise_alert
from tests.integration.hotlists.list_versions import import_version, version_rows
from tests.integration.storage.samples import sample_entry, sample_id
from tests.integration.storage.stored_entries import withdrawn

app = typer.Typer()
hotlist_withdraw.register(app)
app.command("other")(lambda: None)  # with one command alone, typer takes its name away


@pytest.fixture(autouse=True)
def _two_lists(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    monkeypatch.setenv("COLUMNS", "220")
    here, there = sample_entry(1, "ABC1230"), sample_entry(2, "ABC1230", jurisdiction="US-MD")
    import_version(database, [here, there, sample_entry(3, "XYZ9999")])
    import_version(database, [sample_entry(4, "ABC-123O", "region")], "region")


def run(*arguments: str, stdin: str = "", code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["withdraw", "--reason", "recovered", *arguments], input=stdin)
    assert result.exit_code == code, result.output
    return result


def record(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*arguments, "--yes", "--json").stdout)
    return found


def test_one_entry_is_withdrawn_and_its_alert_canceled(database: Database) -> None:
    raise_alert(database, sample_entry(3, "XYZ9999"))
    result = run("--nic", "v000000003", stdin="y\n")
    assert "Withdraw 1 entry?" in result.stderr
    assert "1 entry of ncic withdrawn; 1 alert was canceled" in result.stdout
    assert withdrawn(database, "ncic") == {sample_id("ncic", 3)}
    cancel = AlertLog(database).latest(1)[0].payload
    assert cancel["type"] == "cancel"
    assert "(recovered)" in cancel["reason"]
    assert version_rows(database, "ncic")[-1].reason == "recovered"


def test_several_that_fit_are_listed_and_none_is_withdrawn(database: Database) -> None:
    result = run("--plate", "abc123o", "--yes", code=1)
    assert isinstance(result.exception, InvalidInput)
    assert "3 entries fit" in str(result.exception)
    assert all(str(sample_id(*key)) in result.stdout for key in (("ncic", 1), ("ncic", 2), ("region", 4)))
    assert len(run("--plate", "abc123o", "--yes", "--json", code=1).stdout.splitlines()) == 3
    assert len(HotlistEdits(database).find(plate="ABC1230")) == 3


def test_state_list_and_all_narrow_and_widen() -> None:
    maryland = record("--plate", "ABC1230", "--state", "md")
    assert maryland == {"withdrawn": 1, "entries": [str(sample_id("ncic", 2))], "canceled_alerts": 0}
    assert record("--plate", "ABC1230", "--list", "region")["entries"] == [str(sample_id("region", 4))]
    assert record("--plate", "ABC1230", "--all")["withdrawn"] == 1


def test_the_next_file_does_not_bring_it_back_but_restoring_does(database: Database) -> None:
    entry = str(sample_id("ncic", 3))
    assert record("--entry", entry)["withdrawn"] == 1
    assert record("--restore", "--entry", entry) == {"restored": 1, "active": 1, "entries": [entry]}
    assert record("--plate", "XYZ9999")["withdrawn"] == 1
    import_version(database, [sample_entry(1, "ABC1230"), sample_entry(3, "XYZ9999", instructions="changed")])
    assert HotlistEdits(database).find(plate="XYZ9999") == []
    result = run("--restore", "--plate", "xyz-9999", "--yes")
    assert "0 entries active again" in result.stdout
    assert "1 entry: a file was imported since" in result.stderr
    import_version(database, [sample_entry(3, "XYZ9999")])
    assert len(HotlistEdits(database).find(plate="XYZ9999")) == 1


def test_saying_no_changes_nothing(database: Database) -> None:
    assert "XYZ9999" in run("--plate", "XYZ9999", stdin="n\n", code=1).stdout
    assert len(HotlistEdits(database).find(plate="XYZ9999")) == 1


def test_what_does_not_fit_is_said() -> None:
    assert "no active entry fits" in str(run("--plate", "NONE1", "--yes", code=1).exception)
    assert "no withdrawn entry fits" in str(run("--restore", "--plate", "XYZ9999", "--yes", code=1).exception)
    assert "give --plate, --nic or --entry" in run("--list", "ncic", code=2).output
    assert "is no entry id" in run("--entry", "17", code=2).output
    assert "is no state" in run("--plate", "X1", "--state", "QQ", code=2).output
    assert "say why" in run("--plate", "X1", "--reason", " ", code=2).output
