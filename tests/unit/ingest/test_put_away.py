"""Recorded files are deleted or moved, never one that changed, and what fails leaves the file where it was."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from ingest import put_away as module
from ingest.files import fingerprint
from ingest.put_away import TAKEN, put_away, restore_taken
from tests.unit.ingest.plain_user import as_plain_user, opened_to_others


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "sub" / "1.jpg"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"recorded")
    return path


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_it_is_deleted(path: Path, tmp_path: Path) -> None:
    assert put_away(path, fingerprint(path), None)
    assert files(tmp_path) == {}


def test_it_is_moved_with_its_subfolder(path: Path, tmp_path: Path) -> None:
    assert put_away(path, fingerprint(path), tmp_path / "out/sub/1.jpg")
    assert files(tmp_path) == {"out/sub/1.jpg": b"recorded"}


def test_another_of_its_name_is_not_replaced(path: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    others = {"out/1.jpg": b"another", "out/1~2.jpg": b"a third"}
    for name, data in others.items():
        (tmp_path / name).write_bytes(data)
    assert put_away(path, fingerprint(path), tmp_path / "out/1.jpg")
    assert files(tmp_path) == {**others, "out/1~3.jpg": b"recorded"}


@pytest.fixture
def another_disk(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What is moved to a folder named `out` goes to another file system; returns what was copied there."""
    rename, copied = Path.rename, []

    def renamed(source: Path, target: Path) -> Path:
        if target.parent.name == "out" != source.parent.name:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        if target.parent.name == "out":
            copied.append(source.read_bytes())
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", renamed)
    return copied


def test_it_is_moved_to_another_disk_with_its_time(path: Path, tmp_path: Path, another_disk: list[bytes]) -> None:
    os.utime(path, (1_700_000_000, 1_700_000_000))
    assert put_away(path, fingerprint(path), tmp_path / "out/1.jpg")
    assert files(tmp_path) == {"out/1.jpg": b"recorded"}
    # Whole, before it has its name.
    assert another_disk == [b"recorded"]
    assert (tmp_path / "out/1.jpg").stat().st_mtime == 1_700_000_000


def test_a_disk_that_is_full_keeps_no_half(
    path: Path, tmp_path: Path, another_disk: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        target.write_bytes(b"rec")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module.shutil, "copy2", full)
    with pytest.raises(OSError, match="No space left"):
        put_away(path, fingerprint(path), tmp_path / "out/1.jpg")
    assert files(tmp_path) == {"in/sub/1.jpg": b"recorded"}
    assert another_disk == []


def test_what_cannot_be_moved_for_another_reason_is_not_copied(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def renamed(source: Path, target: Path) -> Path:
        if target.parent.name == "out":
            raise OSError(errno.EROFS, "Read-only file system")
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", renamed)
    with pytest.raises(OSError, match="Read-only"):
        put_away(path, fingerprint(path), tmp_path / "out/1.jpg")
    assert files(tmp_path) == {"in/sub/1.jpg": b"recorded"}


def test_a_move_that_was_killed_after_its_copy_ends_with_one(path: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/1.jpg").write_bytes(b"recorded")
    assert put_away(path, fingerprint(path), tmp_path / "out/1.jpg")
    assert files(tmp_path) == {"out/1.jpg": b"recorded"}


def test_one_that_changed_or_is_gone_stays_as_it_is(path: Path, tmp_path: Path) -> None:
    before = fingerprint(path)
    path.write_bytes(b"written anew")
    assert not put_away(path, before, None)
    assert files(tmp_path) == {"in/sub/1.jpg": b"written anew"}
    assert not put_away(path.with_name("2.jpg"), before, None)


def test_one_that_is_written_anew_while_it_is_taken_is_kept(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = fingerprint(path)
    taken = module._taken

    def exchanged(path: Path) -> Path:
        path.write_bytes(b"written in that moment")
        hidden = taken(path)
        path.write_bytes(b"and once more")
        return hidden

    monkeypatch.setattr(module, "_taken", exchanged)
    assert not put_away(path, expected, None)
    assert files(tmp_path) == {"in/sub/1.jpg": b"and once more", "in/sub/1~2.jpg": b"written in that moment"}


def test_what_cannot_be_moved_is_back_under_its_name(path: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file in the folder's place")
    with pytest.raises(OSError, match="Not a directory"):
        put_away(path, fingerprint(path), tmp_path / "out/1.jpg")
    assert path.read_bytes() == b"recorded"
    assert len(files(tmp_path)) == 2


def test_a_user_who_may_not_delete_is_told(path: Path, tmp_path: Path) -> None:
    expected = fingerprint(path)
    relative = path.relative_to(tmp_path)
    with opened_to_others(tmp_path):
        path.parent.chmod(0o555)
        assert as_plain_user(lambda: put_away(relative, expected, None), tmp_path).startswith("PermissionError")
        path.parent.chmod(0o777)
        assert as_plain_user(lambda: put_away(relative, expected, None), tmp_path) == "nothing"
    assert files(tmp_path / "in") == {}


def test_what_a_killed_run_left_has_its_name_again(path: Path, tmp_path: Path) -> None:
    path.rename(path.with_name(f".{path.name}{TAKEN}"))
    (path.parent / f".2.jpg{TAKEN}").write_bytes(b"older")
    (path.parent / "2.jpg").write_bytes(b"newer")
    restore_taken(tmp_path)
    assert files(path.parent) == {"1.jpg": b"recorded", "2.jpg": b"newer", "2~2.jpg": b"older"}


def test_a_name_that_is_as_long_as_can_be_is_deleted_too(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file in the folder's place")
    path = tmp_path / f"{'n' * 240}.jpg"
    path.write_bytes(b"recorded")
    with pytest.raises(OSError, match="Not a directory"):
        put_away(path, fingerprint(path), tmp_path / "out/1.jpg")
    assert path.read_bytes() == b"recorded"
    (tmp_path / "out").unlink()
    assert put_away(path, fingerprint(path), None)
    assert files(tmp_path) == {}
