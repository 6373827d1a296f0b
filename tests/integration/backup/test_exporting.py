"""Everything leaves in open formats, and an empty installation takes all of it, row by row as it was."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from cli.main import app
from operations.audit.sealing import seal_audit
from operations.audit.verifying import verify_audit
from operations.backup.exporting import export_all, import_all
from operations.backup.making import BackupWish, make_backup
from schemas.audit import Action, AuditRecord
from schemas.errors import ConfigurationError, InvalidInput
from schemas.settings import Settings
from storage.audit.reader import audit_entries
from storage.audit.writer import write_audit
from storage.backup.manifest import Manifest
from storage.backup.tables import rows_in
from storage.database import Database
from tests.integration.backup.site import ADDED_BY_PEOPLE, LEE, another_database, content, fill, opened, settings_of
from tests.integration.conftest import DatabaseServer

WHY = "end of the trial"
OWN = ("audit", "audit_retention", "audit_unsealed")
ODD = 'a "quoted", line\nand another\r\n\\N \\. \x1f ü 試 =1+1'


@pytest.fixture
def settings(tmp_path: Path, database_url: str, owner_url: str) -> Settings:
    return settings_of(tmp_path / "data", database_url, owner_url)


@pytest.fixture
def elsewhere(database_server: DatabaseServer, tmp_path: Path) -> Iterator[Settings]:
    with another_database(database_server, tmp_path / "elsewhere") as settings:
        yield settings


def test_what_leaves_comes_in_as_it_was_and_anybody_can_read_it(
    database: Database, settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    stored = fill(database, settings)
    write_audit(database, AuditRecord(LEE, Action.SEARCH, {"pattern": ODD}, ODD, "26-7"), 0)
    seal_audit(database, settings)
    folder = tmp_path / "export"
    manifest = export_all(LEE, database, settings, folder, WHY)
    before, audit = content(database, without=OWN), audit_entries(database)
    assert all(before[table] for table in ADDED_BY_PEOPLE)
    assert audit[0].action is Action.EXPORT_ALL
    # By everybody's tools: CSV, JSON, SHA-256.
    told = json.loads((folder / "manifest.json").read_text())
    for table in told["tables"]:
        data = (folder / table["file"]["name"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == table["file"]["sha256"]
        rows = list(csv.reader(data.decode().splitlines(keepends=True), strict=True))
        assert (rows[0], len(rows) - 1) == (table["columns"], table["rows"])
        if table["table"] == "audit":
            assert ODD in {row[rows[0].index("purpose")] for row in rows}
    assert json.loads((folder / "policy/profile.json").read_text())["jurisdiction"] == "US-VA"
    assert manifest.rows["reads"] == len(stored)
    outcome = import_all(LEE, elsewhere, folder)
    assert (outcome.pictures, outcome.ended.reads) == (2 * len(stored), 0)
    with opened(elsewhere) as copy:
        assert content(copy, without=OWN) == before
        assert audit_entries(copy, limit=1)[0].action is Action.IMPORT_ALL
        assert audit_entries(copy)[1:] == audit
        # What was sealed there still verifies here, with the key that came from there.
        (key,) = (folder / "keys").iterdir()
        assert verify_audit(LEE, copy, elsewhere, [key]).problems == []
    with pytest.raises(ConfigurationError, match="in use"):
        import_all(LEE, elsewhere, folder)


def damage_row(folder: Path, manifest: Manifest) -> None:
    """Change a row, and all hashes that go with it."""
    path = folder / next(one.file.name for one in manifest.tables if one.table == "audit")
    changed = path.read_bytes().replace(b"stolen", b"stolem")
    path.write_bytes(changed)


def test_a_damaged_export_is_not_taken(
    database: Database, settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    write_audit(database, AuditRecord(LEE, Action.SEARCH, {}, "stolen vehicle", "26-7"), 0)
    folder = tmp_path / "export"
    damage_row(folder, export_all(LEE, database, settings, folder, WHY, pictures=False))
    with pytest.raises(InvalidInput, match="is damaged"):
        import_all(LEE, elsewhere, folder)


def test_rows_that_the_database_writes_otherwise_are_noticed(
    database: Database, settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    """A file that fits its hash, with a number that PostgreSQL takes for another one."""
    write_audit(database, AuditRecord(LEE, Action.SEARCH, {}, "stolen vehicle", "26-7"), 7)
    folder = tmp_path / "export"
    export_all(LEE, database, settings, folder, WHY, pictures=False)
    told = json.loads((folder / "manifest.json").read_text())
    (audit,) = (one["file"] for one in told["tables"] if one["table"] == "audit")
    path = folder / audit["name"]
    data = path.read_bytes().replace(b",7\n", b",07\n")
    path.write_bytes(data)
    audit |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(told))
    with pytest.raises(InvalidInput, match="audit: what came in is not what the file holds"):
        import_all(LEE, elsewhere, folder)


def test_an_export_says_why_is_alone_in_its_folder_and_is_no_backup(
    database: Database, settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput, match="says nothing"):
        export_all(LEE, database, settings, tmp_path / "export", "test")
    assert not (tmp_path / "export").exists()
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "mine").touch()
    with pytest.raises(InvalidInput, match="holds something"):
        export_all(LEE, database, settings, tmp_path / "used", WHY)
    backup = make_backup(LEE, database, settings, BackupWish(tmp_path / "backups", pictures=False)).path
    with pytest.raises(ConfigurationError, match="platewatch restore"):
        import_all(LEE, elsewhere, backup)


def test_the_commands_write_and_take(
    database: Database, settings: Settings, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settings.database.url is not None
    assert elsewhere.database.url is not None
    assert elsewhere.database.owner_url is not None
    write_audit(database, AuditRecord(LEE, Action.VIEW_LISTS))
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", settings.database.url.get_secret_value())
    command = ["export", "all", str(tmp_path / "export"), "--purpose", WHY, "--json"]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["rows"]["audit"] == 2
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", elsewhere.database.url.get_secret_value())
    monkeypatch.setenv("PLATEWATCH_DATABASE__OWNER_URL", elsewhere.database.owner_url.get_secret_value())
    command = ["import", "all", str(tmp_path / "export"), "--data-dir", str(tmp_path / "elsewhere")]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    assert "each as in its file" in result.stderr
    with psycopg.connect(elsewhere.database.owner_url.get_secret_value()) as connection:
        assert connection.execute("select count(*) from audit").fetchone() == (3,)


@given(st.lists(st.lists(st.text(alphabet='a,"\n\r', max_size=8), min_size=2, max_size=2)), st.integers(1, 7))
def test_rows_of_csv_are_counted_whatever_they_hold_and_wherever_it_is_cut(rows: list[list[str]], size: int) -> None:
    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\n\r') or not text else text

    data = "".join(",".join(map(cell, row)) + "\n" for row in [["x", "y"], *rows]).encode()
    pieces = (data[start : start + size] for start in range(0, len(data), size))
    assert rows_in(pieces, "csv") == len(rows)
