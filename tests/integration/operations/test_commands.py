"""Every command that sees or changes something writes one row, in the name of the system's user."""

from __future__ import annotations

import os
import pwd
import socket
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from schemas.actor import SignIn
from schemas.audit import Action
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.hotlists.edits import HotlistEdits
from tests.integration.hotlists.feed_samples import put, rows
from tests.integration.runs.site import folder_camera
from tests.integration.storage.samples import activate, sample_entry, sample_id

ADD = ("--missing", "--plate", "ABC1234", "--case", "26-7", "--expires", "3d")
WITHDRAW = ("--nic", "V000000001", "--reason", "recovered", "--yes")
RESTORE = ("--restore", "--nic", "V000000002", "--reason", "a mistake", "--yes")

COMMANDS: dict[Action, list[Sequence[str]]] = {
    Action.SEARCH: [("search", "VNV*", "--purpose", "stolen vehicle", "--case", "26-7")],
    Action.ADD: [("hotlist", "add", *ADD)],
    Action.WITHDRAW: [("hotlist", "withdraw", *WITHDRAW)],
    Action.RESTORE: [("hotlist", "withdraw", *RESTORE)],
    Action.ROLL_BACK: [("hotlist", "rollback", "ncic", "--reason", "wrong file")],
    Action.REMOVE: [("hotlist", "remove", "ncic", "--yes")],
    Action.VIEW_LISTS: [("hotlist", "list")],
    Action.VIEW_VERSIONS: [("hotlist", "versions", "ncic")],
    Action.VIEW_ENTRIES: [("hotlist", "show", "ncic"), ("hotlist", "show", "ncic", "--json")],
    Action.VIEW_REJECTS: [("hotlist", "show", "ncic", "--rejects"), ("hotlist", "rejects", "ncic")],
    Action.HISTORICAL: [
        ("historical", "--list", "ncic"),
        ("historical", "--entry", str(sample_id("ncic", 1)), "--days", "3"),
    ],
    Action.VIEW_ALERTS: [("alerts",)],
    Action.VIEW_ALARMS: [("alarms",), ("alarms", "--all")],
    Action.ACKNOWLEDGE_ALARM: [("alarms", "--acknowledge", "1")],
}


@pytest.fixture(autouse=True)
def _site(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    monkeypatch.setenv("PLATEWATCH_AGENCY_ID", "portsmouth-pd")
    entries = [sample_entry(1, valid_until=None), sample_entry(2, "BKR2203")]
    activate(database, entries[:1])
    activate(database, entries)
    HotlistEdits(database).withdraw([entries[1].entry_id], by="lee", reason="recovered")


def the_only_row(database: Database, action: Action) -> None:
    (row,) = audit_entries(database)
    assert row.action == action
    assert (row.actor.name, row.actor.via) == (pwd.getpwuid(os.getuid()).pw_name, SignIn.LOCAL_USER)
    assert row.actor.agency_id == "portsmouth-pd"
    assert row.actor.origin.startswith(f"{socket.gethostname()}, ")


@pytest.mark.parametrize(
    ("action", "arguments"), [(action, one) for action, commands in COMMANDS.items() for one in commands]
)
def test_a_command_writes_one_row(database: Database, action: Action, arguments: Sequence[str]) -> None:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.output
    the_only_row(database, action)


def test_an_import_writes_one_row(database: Database, tmp_path: Path) -> None:
    path = put(tmp_path / "region.csv", rows(3))
    command = ["hotlist", "import", "--source", "csv", str(path)]
    assert CliRunner().invoke(app, [*command, "--dry-run"]).exit_code == 0
    assert audit_entries(database) == []
    assert CliRunner().invoke(app, command).exit_code == 0
    the_only_row(database, Action.IMPORT)


def test_what_a_person_sees_before_withdrawing_is_written_down(database: Database) -> None:
    arguments = ["hotlist", "withdraw", "--plate", "VNV4527", "--reason", "recovered"]
    assert CliRunner().invoke(app, arguments, input="n\n").exit_code == 1
    the_only_row(database, Action.VIEW_ENTRIES)
    assert CliRunner().invoke(app, [*arguments, "--list", "nothing", "--yes"]).exit_code == 1
    assert [row.results for row in audit_entries(database)] == [0, 1]


def test_what_shows_nothing_stored_writes_nothing(database: Database) -> None:
    for arguments in (["law", "show"], ["--version"], ["search", "A*"]):
        CliRunner().invoke(app, arguments)
    assert audit_entries(database) == []


def test_pulling_what_is_not_new_writes_one_row(database: Database, tmp_path: Path) -> None:
    (tmp_path / "drop").mkdir()
    config = tmp_path / "platewatch.toml"
    config.write_text('[[hotlists.feeds]]\nname = "region"\nsource = "csv"\nkind = "folder"\npath = "drop"\n')
    assert CliRunner().invoke(app, ["hotlist", "pull", "--config", str(config)]).exit_code == 0
    the_only_row(database, Action.PULL)


def test_a_run_says_what_is_new_in_its_configuration(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLATEWATCH_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "pictures").mkdir()
    config = tmp_path / "platewatch.toml"
    config.write_text(folder_camera(tmp_path / "pictures"))
    for _ in range(2):
        assert CliRunner().invoke(app, ["run", "--until-done", "--config", str(config)]).exit_code == 0
    the_only_row(database, Action.SETTINGS_CHANGED)
    config.write_text("[retention]\nreads_days = 7\n" + folder_camera(tmp_path / "pictures"))
    assert CliRunner().invoke(app, ["run", "--until-done", "--config", str(config)]).exit_code == 0
    newest, _ = audit_entries(database)
    assert newest.details["changed"] == [{"key": "retention.reads_days", "old": None, "new": 7}]
