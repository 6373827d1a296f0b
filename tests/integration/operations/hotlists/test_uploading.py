"""What an import of a list over the network keeps on the disk while it runs, and what nobody keeps any more."""

from __future__ import annotations

import dataclasses
import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hotlists.importing.importer import ImportOptions
from operations.hotlists import uploading
from operations.hotlists.uploading import folders_of_uploads, forget_left, import_upload
from schemas.actor import Actor, SignIn
from schemas.errors import ConfigurationError, InvalidInput, NotPermitted
from schemas.roles import Role
from schemas.settings import Settings
from storage.database import Database
from storage.hotlists.lists import HotlistStore
from storage.hotlists.versions import HotlistVersions

LEE = Actor("lee", SignIn.LOCAL_USER, "desk", "local")
LIST = b"plate,state\nVNV4527,VA\n"


def upload(database: Database, settings: Settings) -> None:
    import_upload(LEE, database, settings, LIST, "wanted.csv", "csv", ImportOptions(hotlist_id="wanted"))


def test_an_import_that_takes_hours_keeps_its_file(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data_dir=tmp_path)
    begun, may_end = threading.Event(), threading.Event()
    read: list[bytes] = []
    real = uploading.import_list

    def slow(actor: Actor, database: Database, settings: Settings, path: Path, *others: Any) -> Any:
        begun.set()
        assert may_end.wait(120)
        read.append(path.read_bytes())
        return real(actor, database, settings, path, *others)

    monkeypatch.setattr(uploading, "import_list", slow)
    thread = threading.Thread(target=upload, args=(database, settings))
    thread.start()
    assert begun.wait(120)
    (folder,) = folders_of_uploads(tmp_path)
    os.utime(folder, (0, 0))
    left = tmp_path / "upload-killed"
    left.mkdir()
    (left / "wanted.csv").write_bytes(LIST)
    os.utime(left, (0, 0))
    forget_left(tmp_path)
    assert folders_of_uploads(tmp_path) == [folder]
    may_end.set()
    thread.join(120)
    assert read == [LIST]
    assert folders_of_uploads(tmp_path) == []


def test_one_that_has_just_begun_is_left_alone(tmp_path: Path) -> None:
    begun = tmp_path / "upload-begun"
    begun.mkdir()
    forget_left(tmp_path)
    assert begun.exists()


@pytest.mark.parametrize(
    ("name", "is_taken"),
    [
        *(("wanted (1)_x-2.csv", True), ("7", True), ("a" * 120, True), ("a" * 121, False), ("", False)),
        *(
            (".hidden", False),
            ("../wanted.csv", False),
            ("a/b", False),
            ("=a.csv", False),
            ("a\n", False),
            ("\u00e9", False),
        ),
    ],
)
def test_a_file_is_imported_under_a_name_that_leads_nowhere(
    database: Database, tmp_path: Path, name: str, is_taken: bool
) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    options = ImportOptions(hotlist_id="wanted", default_state="US-MD", force="as agreed")
    if not is_taken:
        with pytest.raises(InvalidInput, match="the file's name cannot be used"):
            import_upload(LEE, database, settings, LIST, name, "csv", options)
        assert not settings.data_dir.exists()
        assert HotlistStore(database).lists() == []
        return
    done = import_upload(LEE, database, settings, LIST, name, "csv", options)
    assert (done.report.file_name, done.report.hotlist_id, done.report.layout) == (name, "wanted", "csv")
    (version,) = HotlistVersions(database).of_list("wanted", 9)
    assert (version.file_name, version.made_by, version.reason, version.entries) == (name, "lee", "as agreed", 1)
    assert folders_of_uploads(settings.data_dir) == []


def test_who_may_not_import_sends_nothing_and_where_nothing_can_be_written_is_said(
    database: Database, tmp_path: Path
) -> None:
    officer = dataclasses.replace(LEE, roles=frozenset({Role.OFFICER}))
    settings = Settings(data_dir=tmp_path / "data")
    with pytest.raises(NotPermitted):
        import_upload(officer, database, settings, LIST, "../x", "csv", ImportOptions())
    assert not settings.data_dir.exists()
    settings.data_dir.write_text("no folder")
    with pytest.raises(ConfigurationError, match=r"data: .*; make room, or let us write there"):
        upload(database, settings)


def test_folders_of_imports_that_were_killed_go_after_an_hour(tmp_path: Path) -> None:
    for name, minutes in (("upload-old", 62), ("upload-new", 58), ("other", 900)):
        (tmp_path / name).mkdir()
        left_at = (datetime.now(UTC) - timedelta(minutes=minutes)).timestamp()
        (tmp_path / name / ".lock").touch()
        os.utime(tmp_path / name, (left_at, left_at))
    forget_left(tmp_path)
    assert sorted(folder.name for folder in tmp_path.iterdir()) == ["other", "upload-new"]
