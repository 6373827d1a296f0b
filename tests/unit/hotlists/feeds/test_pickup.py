"""A watched folder: only complete files are taken, and every file is somewhere afterwards."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from hotlists.feeds.names import is_partial_name
from hotlists.feeds.pickup import FolderWatch, is_open_for_writing
from hotlists.feeds.tray import Tray
from schemas.errors import TransientError
from tests.unit.hotlists.feeds.list_files import put
from tests.unit.hotlists.feeds.servers import write_slowly


class Clock:
    """Seconds that a test sets."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watch(tmp_path: Path, tray: Tray, clock: Clock) -> FolderWatch:
    return FolderWatch(tmp_path, "*.txt", 5.0, tray, clock)


def test_a_file_is_taken_once_it_did_not_change_for_the_settle_time(
    tmp_path: Path, watch: FolderWatch, clock: Clock, tray: Tray
) -> None:
    path = put(tmp_path / "list.txt")
    assert watch.next() is None
    assert watch.is_settling
    clock.seconds += 4
    put(path, "rows\nmore\n")
    assert watch.next() is None
    clock.seconds += 4
    assert watch.next() is None
    clock.seconds += 1
    taken = watch.next()
    assert taken == tray.folder("working") / "list.txt"
    assert taken.read_text() == "rows\nmore\n"
    assert not path.exists()


def test_a_slow_upload_is_taken_whole(tmp_path: Path, tray: Tray) -> None:
    watch = FolderWatch(tmp_path, "*.txt", 0.15, tray)
    pieces = [f"line {number}\n".encode() for number in range(8)]
    done = threading.Event()
    writer = write_slowly(tmp_path / "slow.txt", pieces, 0.04, done)
    taken = None
    while taken is None:
        taken = watch.next()
        threading.Event().wait(0.01)
    writer.join()
    assert done.is_set()
    assert taken.read_bytes() == b"".join(pieces)


def test_a_file_that_is_open_for_writing_is_not_taken(tmp_path: Path, watch: FolderWatch, clock: Clock) -> None:
    path = put(tmp_path / "list.txt")
    with path.open("a"):
        assert is_open_for_writing(path)
        assert watch.next() is None
        clock.seconds += 60
        assert watch.next() is None
    assert not is_open_for_writing(path)
    with path.open():
        assert watch.next() is not None


@pytest.mark.parametrize("name", [".list.txt", "a.txt.tmp", "a.txt.part", "a.FILEPART", "a.crdownload", "a.partial"])
def test_names_of_unfinished_files(name: str, tmp_path: Path, tray: Tray) -> None:
    assert is_partial_name(name)
    put(tmp_path / name)
    assert FolderWatch(tmp_path, "*", 0, tray).next() is None


def test_folders_links_and_other_names_do_not_count(tmp_path: Path, tray: Tray) -> None:
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "link.txt").symlink_to(put(tmp_path / "other.doc"))
    os.mkfifo(tmp_path / "pipe.txt")
    assert FolderWatch(tmp_path, "*.txt", 0, tray).next() is None


def test_the_newest_is_taken_and_the_others_are_kept_with_the_reason(
    tmp_path: Path, watch: FolderWatch, clock: Clock, tray: Tray
) -> None:
    put(tmp_path / "b.txt", "older\n", 1_790_000_000)
    put(tmp_path / "a.txt", "newer\n", 1_790_000_001)
    watch.next()
    clock.seconds += 5
    taken = watch.next()
    assert taken is not None
    assert taken.read_text() == "newer\n"
    (reason,) = tray.folder("rejected").rglob("*.reason.txt")
    assert reason.read_text() == "a.txt, which came with it, is newer; this one was not imported\n"
    assert reason.with_name("b.txt").read_text() == "older\n"


def test_of_two_of_one_time_the_last_by_name_is_the_newest(tmp_path: Path, tray: Tray) -> None:
    for name in ("b.txt", "c.txt", "a.txt"):
        put(tmp_path / name)
    taken = FolderWatch(tmp_path, "*.txt", 0, tray).next()
    assert taken == tray.folder("working") / "c.txt"
    left = [path.name for path in tray.folder("rejected").rglob("*.txt") if ".reason" not in path.name]
    assert sorted(left) == ["a.txt", "b.txt"]


def test_what_took_a_files_name_meanwhile_settles_like_every_other_one(
    tmp_path: Path, watch: FolderWatch, clock: Clock, tray: Tray, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, take = put(tmp_path / "list.txt"), Tray.take

    def late(self: Tray, path: Path) -> Path:
        put(path, "another\n", 1_790_000_009)
        return take(self, path)

    assert watch.next() is None
    clock.seconds += 5
    with monkeypatch.context() as replaced:
        replaced.setattr(Tray, "take", late)
        assert watch.next() is None
    assert not path.exists()
    assert watch.next() is None
    assert watch.is_settling
    clock.seconds += 5
    taken = watch.next()
    assert taken is not None
    assert taken.read_text() == "another\n"
    tray.file_imported(taken)
    assert watch.next() is None
    assert not watch.is_settling


def test_a_file_that_goes_while_it_settles_is_forgotten(
    tmp_path: Path, watch: FolderWatch, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path / "list.txt")
    assert watch.next() is None
    path.unlink()
    assert watch.next() is None
    assert not watch.is_settling
    put(path)
    assert watch.next() is None
    monkeypatch.setattr(FolderWatch, "_candidates", lambda _: [path])  # gone since it was listed
    path.unlink()
    clock.seconds += 5
    assert watch.next() is None
    assert not watch.is_settling


@pytest.mark.parametrize(("number", "is_open"), [(errno.EAGAIN, True), (errno.EINVAL, False), (errno.EACCES, False)])
def test_only_a_lease_that_a_writer_stands_against_tells_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, is_open: bool
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, "refused")

    monkeypatch.setattr("fcntl.fcntl", refuse)
    assert is_open_for_writing(put(tmp_path / "list.txt")) is is_open


def test_what_an_interrupted_run_took_comes_first(tmp_path: Path, watch: FolderWatch, clock: Clock, tray: Tray) -> None:
    left = tray.take(put(tmp_path / "left.txt"))
    put(tmp_path / "new.txt", modified=1_790_000_001)
    watch.next()
    clock.seconds += 5
    assert watch.next() == left
    tray.file_imported(left)
    watch.next()
    clock.seconds += 5
    new = watch.next()
    assert new is not None
    assert new.name == "new.txt"


def test_two_lists_share_a_folder(tmp_path: Path) -> None:
    for list_id, pattern in (("svs", "svs.tbl"), ("sfr", "sfr.tbl")):
        put(tmp_path / pattern, list_id)
        tray = Tray(tmp_path, list_id)
        tray.prepare()
        taken = FolderWatch(tmp_path, pattern, 0, tray).next()
        assert taken is not None
        assert taken.read_text() == list_id


def test_a_folder_that_went_away_is_worth_another_try(tmp_path: Path, tray: Tray) -> None:
    with pytest.raises(TransientError, match=r"watched folder .*gone cannot be read"):
        FolderWatch(tmp_path / "gone", "*", 0, tray).next()
