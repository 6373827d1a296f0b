"""`platewatch backup`, `restore` and `keys make` as an administrator gives them."""

from __future__ import annotations

import json
import os
import pwd
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli.main import app
from schemas.audit import Action
from schemas.errors import ConfigurationError, InvalidInput
from schemas.settings import Settings
from storage.audit.reader import audit_entries
from storage.database import Database
from tests.integration.backup.site import another_database, fill, opened, settings_of
from tests.integration.conftest import DatabaseServer


def given(settings: Settings, *arguments: str | Path) -> Result:
    url, owner = settings.database.url, settings.database.owner_url
    assert url is not None
    assert owner is not None
    environment = {
        "PLATEWATCH_DATABASE__URL": url.get_secret_value(),
        "PLATEWATCH_DATABASE__OWNER_URL": owner.get_secret_value(),
        "PLATEWATCH_DATA_DIR": str(settings.data_dir),
        "PLATEWATCH_AGENCY_ID": settings.agency_id,
    }
    return CliRunner().invoke(app, [str(one) for one in arguments], env=environment)


@pytest.fixture
def settings(tmp_path: Path, database_url: str, owner_url: str) -> Settings:
    return settings_of(tmp_path / "data", database_url, owner_url)


@pytest.fixture
def elsewhere(database_server: DatabaseServer, tmp_path: Path) -> Iterator[Settings]:
    with another_database(database_server, tmp_path / "elsewhere") as settings:
        yield settings


def test_a_backup_is_made_looked_at_and_brought_back(
    database: Database, settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    fill(database, settings, reads=3)
    folder, key = tmp_path / "backups", tmp_path / "key"
    made = given(settings, "keys", "make", key)
    assert (made.exit_code, "keep a copy away from this machine" in made.stderr) == (0, True)
    made = given(settings, "backup", folder, "--key-file", key)
    assert made.exit_code == 0, made.output
    assert "3 reads, 3 hits, 3 alerts, 4 hotlist entries" in made.stderr
    assert "6 pictures (0 shared with the backup before)" in made.stderr
    assert "not in it: secrets and keys" in made.stderr
    (newest, *_) = audit_entries(database)
    assert (newest.action, newest.actor.name) == (Action.BACK_UP, pwd.getpwuid(os.getuid()).pw_name)
    assert newest.details == {"folder": str(folder), "sealed": True, "pictures": True}
    looked = given(settings, "backup", folder, "--verify", "--key-file", key, "--json")
    assert (looked.exit_code, json.loads(looked.stdout)["problems"]) == (0, [])
    with pytest.raises(ConfigurationError, match="which is not at hand"):
        raise given(settings, "backup", folder, "--verify").exception or AssertionError
    back = given(elsewhere, "restore", folder, "--key-file", key, "--json")
    assert back.exit_code == 0, back.output
    told = json.loads(back.stdout)
    assert (told["pictures"], told["journal"]) == (6, None)
    with opened(elsewhere) as copy:
        (restored, backed_up, *_) = audit_entries(copy)
        assert (restored.action, backed_up.action) == (Action.RESTORE_BACKUP, Action.BACK_UP)
        assert restored.details["taken_at"] == told["taken_at"].replace("+00:00", "Z")


def test_damage_ends_with_one(database: Database, settings: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    fill(database, settings, reads=1)
    made = given(settings, "backup", tmp_path / "backups", "--json", "--without-pictures")
    told = json.loads(made.stdout)
    assert told["pictures"] is None
    assert told["rows"]["reads"] == 1
    (table, *_) = Path(told["backup"]).glob("database/*-alerts.*")
    table.write_bytes(table.read_bytes()[:-1])
    looked = given(settings, "backup", told["backup"], "--verify")
    assert looked.exit_code == 1
    assert f"DAMAGED: database/{table.name}: is another file than was written" in looked.stderr
    refused = given(elsewhere, "restore", told["backup"])
    assert isinstance(refused.exception, InvalidInput)


def test_nothing_is_made_where_nothing_was_recorded(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no database is there, nothing was recorded"):
        raise (
            CliRunner()
            .invoke(app, ["backup", str(tmp_path / "backups"), "--data-dir", str(tmp_path / "none")])
            .exception
            or AssertionError
        )
    assert not (tmp_path / "backups").exists()
