"""What a watched folder says of itself: closed parts, when something came last, what is read first."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest import image_folder
from ingest.image_folder import ImageFolderSource
from schemas.settings import ImageFolderCamera
from tests.unit.ingest.plain_user import as_plain_user, opened_to_others


def put(folder: Path, name: str, minutes_ago: float) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"picture")
    moment = time.time() - minutes_ago * 60
    os.utime(path, (moment, moment))


def source(folder: Path, **settings: object) -> ImageFolderSource:
    return ImageFolderSource(ImageFolderCamera.model_validate({"id": "gate", "path": folder, **settings}))


def names(of: ImageFolderSource) -> list[str]:
    return [item.name for item in of.items()]


def test_the_newest_come_first_where_that_is_asked(tmp_path: Path) -> None:
    for number, minutes in enumerate((30, 10, 20)):
        put(tmp_path, f"{number}.jpg", minutes)
    assert names(source(tmp_path)) == ["0.jpg", "2.jpg", "1.jpg"]
    assert names(source(tmp_path, order="newest")) == ["1.jpg", "2.jpg", "0.jpg"]


def test_the_folder_is_looked_at_again_only_where_the_newest_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "1.jpg", 10)
    newest, oldest = source(tmp_path, order="newest"), source(tmp_path)
    for one in (newest, oldest):
        names(one)
        assert not one.should_look_again()
    later = time.monotonic() + 4
    monkeypatch.setattr(image_folder.time, "monotonic", lambda: later)
    assert newest.should_look_again()
    assert not oldest.should_look_again()


def test_when_something_came_is_told_by_the_file_system_and_not_by_the_files_time(tmp_path: Path) -> None:
    before = datetime.now(UTC).timestamp() - 1
    put(tmp_path, "1.jpg", 1000)
    watched = source(tmp_path)
    names(watched)
    assert watched.listed == 1
    assert watched.newest_at is not None
    assert before <= watched.newest_at.timestamp() <= time.time()


def test_an_item_that_changed_or_went_away_is_not_as_listed(tmp_path: Path) -> None:
    put(tmp_path, "1.jpg", 10)
    watched = source(tmp_path)
    (item,) = watched.items()
    assert watched.is_as_listed(item)
    put(tmp_path, "1.jpg", 5)
    assert not watched.is_as_listed(item)
    (tmp_path / "1.jpg").unlink()
    assert not watched.is_as_listed(item)


def test_a_closed_folder_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    put(tmp_path, "1.jpg", 10)
    put(tmp_path, "closed/2.jpg", 10)

    def look() -> None:
        watched = source(Path())
        found = names(watched)
        raise RuntimeError(f"{found} {watched.problem}")

    with opened_to_others(tmp_path):
        (tmp_path / "closed").chmod(0)
        said = as_plain_user(look, tmp_path)
    (tmp_path / "closed").chmod(0o755)
    assert said.startswith("RuntimeError: ['1.jpg'] closed: this folder cannot be listed (Permission denied)")


def test_a_folder_that_cannot_be_looked_into_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "gate"
    put(folder, "1.jpg", 10)
    with opened_to_others(tmp_path):
        folder.chmod(0)
        said = as_plain_user(lambda: names(source(Path("gate"))), tmp_path)
    folder.chmod(0o755)
    assert said.startswith("UnreadableMedia: gate: this folder cannot be listed (Permission denied)")


def test_an_empty_folder_on_another_file_system_is_told_until_files_are_there(tmp_path: Path) -> None:
    put(tmp_path, "1.jpg", 10)
    watched = source(tmp_path)
    names(watched)
    assert watched.problem is None
    watched._device = 0  # what was mounted there is gone
    (tmp_path / "1.jpg").unlink()
    names(watched)
    assert "is its share or disk mounted?" in str(watched.problem)
    put(tmp_path, "2.jpg", 10)
    names(watched)
    assert watched.problem is None
