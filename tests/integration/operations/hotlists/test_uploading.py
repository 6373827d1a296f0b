"""What an import of a list over the network keeps on the disk while it runs, and what nobody keeps any more."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest

from hotlists.importing.importer import ImportOptions
from operations.hotlists import uploading
from operations.hotlists.uploading import folders_of_uploads, forget_left, import_upload
from schemas.actor import Actor, SignIn
from schemas.settings import Settings
from storage.database import Database

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
