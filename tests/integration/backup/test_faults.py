"""Whatever happens while a backup is made or restored: nothing that is not whole looks whole."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from operations.backup.making import BackupWish, make_backup
from operations.backup.restoring import restore_backup
from operations.backup.verifying import verify_backup
from schemas.errors import ConfigurationError, StorageFull
from schemas.settings import Settings
from storage import migrate as migrating
from storage.backup import files
from storage.backup.folder import UNFINISHED, BackupFolder
from storage.database import Database, open_database
from storage.reads.images import ImageStore
from storage.reads.search import ReadSearch
from tests.integration.backup.site import LEE, another_database, content, fill, opened, passed, settings_of
from tests.integration.conftest import DatabaseServer


@pytest.fixture
def settings(tmp_path: Path, database_url: str, owner_url: str) -> Settings:
    return settings_of(tmp_path / "data", database_url, owner_url)


@pytest.fixture
def elsewhere(database_server: DatabaseServer, tmp_path: Path) -> Iterator[Settings]:
    with another_database(database_server, tmp_path / "elsewhere") as settings:
        yield settings


def test_a_backup_is_of_one_moment_while_others_write(
    database: Database, settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    fill(database, settings)
    stop, written = threading.Event(), []

    def write() -> None:
        for number in range(200, 1000):
            if stop.is_set():
                return
            written.append(passed(database, settings, number, f"RUN{number}", timedelta(seconds=number)))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(written) < 5:
            time.sleep(0.01)
        outcome = make_backup(LEE, database, settings, BackupWish(tmp_path / "backups"))
        while len(written) < 20:
            time.sleep(0.01)
    finally:
        stop.set()
        writer.join()
    assert outcome.manifest.pictures is not None
    assert outcome.manifest.pictures.missing == 0
    restore_backup(LEE, elsewhere, outcome.path, ())
    with opened(elsewhere) as copy:
        found = ReadSearch(copy).find("RUN*", limit=1000)
        assert 5 <= len(found) < len(written)
        # No read without its hit, its alert and both of its pictures, and none of the others.
        with copy.connection() as connection:
            lone = connection.execute(
                "select (select count(*) from reads where read_id not in (select read_id from hits)), "
                "(select count(*) from hits where hit_id not in (select hit_id from alerts)), "
                "(select count(*) from alerts where alert_id not in (select alert_id from outbox))"
            ).fetchone()
        assert lone == (0, 0, 0)
        kept = ImageStore(elsewhere)
        assert all(kept.has(str(key)) for read in found for key in (read.plate_image_key, read.context_image_key))


def test_a_full_disk_leaves_nothing(
    database: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, settings, reads=2)
    folder = tmp_path / "backups"
    room = 0
    write = files._Hashing.write

    def full(self: files._Hashing, data: bytes) -> None:
        nonlocal room
        room -= len(data)
        if room < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(self, data)

    with monkeypatch.context() as patched:
        patched.setattr(files._Hashing, "write", full)
        for size in (0, 100, 3000, 10_000):
            room = size
            with pytest.raises(StorageFull, match="no space left for the backup"):
                make_backup(LEE, database, settings, BackupWish(folder))
            assert [path.name for path in folder.iterdir()] == [".lock"]
    make_backup(LEE, database, settings, BackupWish(folder))
    assert verify_backup(folder, ()).problems == ()


def test_a_killed_backup_is_none_and_the_next_one_clears_it_away(
    database: Database, settings: Settings, tmp_path: Path, database_url: str
) -> None:
    fill(database, settings, reads=2)
    folder = tmp_path / "backups"
    # It stops in the middle of the pictures, as with a store that does not answer.
    program = (
        "import time; from storage.reads.images import ImageStore; ImageStore.load = lambda *_: time.sleep(60)\n"
        "from cli.main import main; main()"
    )
    environment = os.environ | {
        "PLATEWATCH_DATABASE__URL": database_url,
        "PLATEWATCH_DATA_DIR": str(settings.data_dir),
        "PLATEWATCH_AGENCY_ID": settings.agency_id,
    }
    process = subprocess.Popen(
        [sys.executable, "-c", program, "backup", str(folder)], env=environment, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 60
        while not list(folder.glob(f"{UNFINISHED}*/pictures.jsonl.gz")) and time.monotonic() < deadline:
            time.sleep(0.02)
        with pytest.raises(ConfigurationError, match="another backup is being made there"):
            make_backup(LEE, database, settings, BackupWish(folder))
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert len(list(folder.glob(f"{UNFINISHED}*"))) == 1
    assert BackupFolder(folder).finished() == []
    outcome = make_backup(LEE, database, settings, BackupWish(folder))
    assert sorted(path.name for path in folder.iterdir()) == sorted([".lock", "purged.json", outcome.path.name])
    assert verify_backup(folder, ()).problems == ()


def test_a_restore_that_was_interrupted_is_not_taken_for_one(
    database: Database, settings: Settings, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, settings, reads=2)
    backup = make_backup(LEE, database, settings, BackupWish(tmp_path / "backups")).path

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("operations.backup.restoring.enforce_retention", killed)
        with pytest.raises(KeyboardInterrupt):
            restore_backup(LEE, elsewhere, backup, ())
    assert [path.name for path in elsewhere.data_dir.iterdir()] == ["run.lock"]
    with pytest.raises(ConfigurationError, match="a restore into it was interrupted"), open_database(elsewhere):
        pass
    with pytest.raises(ConfigurationError, match="is in use"):
        restore_backup(LEE, elsewhere, backup, ())


def test_a_restore_that_failed_before_its_rows_can_be_done_again(
    database: Database, settings: Settings, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, settings, reads=2)
    backup = make_backup(LEE, database, settings, BackupWish(tmp_path / "backups")).path

    def broken(*_: object, **__: object) -> Iterator[bytes]:
        yield b"cut off"
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("operations.backup.restoring.reading", broken)
        with pytest.raises((KeyboardInterrupt, psycopg.Error)):
            restore_backup(LEE, elsewhere, backup, ())
    restore_backup(LEE, elsewhere, backup, ())
    with opened(elsewhere) as copy:
        assert len(ReadSearch(copy).find("KPR*")) == 2


@pytest.mark.parametrize("left", ["images", "postgres", "notes.txt"])
def test_a_used_data_directory_is_refused(
    database: Database, settings: Settings, elsewhere: Settings, tmp_path: Path, left: str
) -> None:
    backup = make_backup(LEE, database, settings, BackupWish(tmp_path / "backups")).path
    (elsewhere.data_dir / left).mkdir(parents=True)
    with pytest.raises(ConfigurationError, match=f"is in use \\(it holds '{left}'\\)"):
        restore_backup(LEE, elsewhere, backup, ())
    assert [path.name for path in elsewhere.data_dir.iterdir()] == [left]


def test_a_used_database_is_refused(database: Database, settings: Settings, tmp_path: Path) -> None:
    fill(database, settings, reads=2)
    backup = make_backup(LEE, database, settings, BackupWish(tmp_path / "backups")).path
    before = content(database)
    with pytest.raises(ConfigurationError, match="is in use \\(its table"):
        restore_backup(LEE, settings.model_copy(update={"data_dir": tmp_path / "new"}), backup, ())
    assert content(database) == before


def test_one_role_alone_backs_up_and_restores(
    database: Database, settings: Settings, database_server: DatabaseServer, tmp_path: Path, database_url: str
) -> None:
    """An application without the owner's way sees all rows; sequences go on after the greatest number in them."""
    fill(database, settings, reads=3)
    with open_database(settings_of(settings.data_dir, database_url), migrate=False) as application:
        assert not application.has_owner
        backup = make_backup(LEE, application, settings, BackupWish(tmp_path / "backups")).path
    database_server.create("restored_alone")
    try:
        alone = settings_of(tmp_path / "alone", database_server.owner_url("restored_alone"))
        restore_backup(LEE, alone, backup, ())
        with open_database(alone) as copy:
            passed(copy, alone, 70, "KPR2001", timedelta(minutes=1))
            with copy.connection() as connection:
                (numbers,) = connection.execute(
                    "select array_agg(alert_number order by insert_number) from alerts"
                ).fetchone() or ([],)
            assert numbers == [1, 2, 3, 4]
    finally:
        database_server.drop("restored_alone")


def test_a_backup_of_a_newer_schema_is_refused(
    database: Database, settings: Settings, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = make_backup(LEE, database, settings, BackupWish(tmp_path / "backups")).path
    older = tmp_path / "migrations"
    older.mkdir()
    for path in sorted(migrating.FOLDER.glob("*.sql"))[:-1]:
        (older / path.name).write_bytes(path.read_bytes())
    with monkeypatch.context() as patched:
        patched.setattr(migrating, "FOLDER", older)
        with pytest.raises(ConfigurationError, match=r"schema is newer than this Platewatch.*update Platewatch"):
            restore_backup(LEE, elsewhere, backup, ())


def test_a_folder_with_other_things_takes_no_backup(database: Database, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.txt").write_text("mine")
    with pytest.raises(ConfigurationError, match=r"holds other files, like thesis\.txt"):
        make_backup(LEE, database, settings, BackupWish(tmp_path / "home"))
