"""A watched folder: only complete files are taken, and every file is somewhere afterwards."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from hotlists.feeds.names import is_partial_name
from hotlists.feeds.pickup import FolderWatch, is_open_for_writing
from hotlists.feeds.tray import Tray, digest
from schemas.errors import ConfigurationError, TransientError
from tests.unit.feed_servers import write_slowly


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
def tray(tmp_path: Path) -> Tray:
    tray = Tray(tmp_path, "ncic")
    tray.prepare()
    return tray


@pytest.fixture
def watch(tmp_path: Path, tray: Tray, clock: Clock) -> FolderWatch:
    return FolderWatch(tmp_path, "*.txt", 5.0, tray, clock)


def put(path: Path, content: str = "rows\n", modified: int = 1_790_000_000) -> Path:
    path.write_text(content)
    os.utime(path, (modified, modified))
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


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


def test_only_the_newest_imported_file_is_kept(tmp_path: Path, tray: Tray) -> None:
    for name in ("one.txt", "two.txt", "two.txt"):
        tray.file_imported(tray.take(put(tmp_path / name)))
    assert names(tray.folder("imported")) == ["two.txt"]
    assert oct(tray.folder("imported").stat().st_mode)[-3:] == "700"


def test_rejected_files_of_one_name_do_not_replace_each_other(tmp_path: Path, tray: Tray) -> None:
    for content in ("a\n", "b\n", "b\n"):
        tray.file_away(tray.take(put(tmp_path / "list.txt", content)), "rejected", "line 3: broken")
    kept = sorted(path.read_text() for path in tray.folder("rejected").glob("*/list.txt"))
    assert kept == ["a\n", "b\n"]
    tray.prune(before=0)
    assert len(names(tray.folder("rejected"))) == 4
    tray.prune(before=4e9)
    assert names(tray.folder("rejected")) == []


def test_two_lists_share_a_folder(tmp_path: Path) -> None:
    for list_id, pattern in (("svs", "svs.tbl"), ("sfr", "sfr.tbl")):
        put(tmp_path / pattern, list_id)
        tray = Tray(tmp_path, list_id)
        tray.prepare()
        taken = FolderWatch(tmp_path, pattern, 0, tray).next()
        assert taken is not None
        assert taken.read_text() == list_id


def test_two_processes_do_not_run_one_feed(tray: Tray, tmp_path: Path) -> None:
    (tray.folder("working") / ".list.txt.part").write_text("half")
    with tray.locked():
        assert not (tray.folder("working") / ".list.txt.part").exists()
        with pytest.raises(TransientError, match="another process is running the feed 'ncic'"), tray.locked():
            pass
    with tray.locked():
        pass


def test_a_folder_that_went_away_is_worth_another_try(tmp_path: Path, tray: Tray) -> None:
    with pytest.raises(TransientError, match=r"watched folder .*gone cannot be read"):
        FolderWatch(tmp_path / "gone", "*", 0, tray).next()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "working").write_text("in the way")
    with pytest.raises(ConfigurationError, match="cannot be written"), Tray(tmp_path, "ncic").locked():
        pass


def test_tries_are_counted_over_restarts(tmp_path: Path, tray: Tray) -> None:
    path = tray.take(put(tmp_path / "list.txt"))
    assert [Tray(tmp_path, "ncic").count_try(path) for _ in range(3)] == [1, 2, 3]
    assert tray.waiting() == path
    tray.end_try(path)
    assert tray.count_try(path) == 1


def test_the_digest_is_the_content_s(tmp_path: Path) -> None:
    path = put(tmp_path / "a", "abc")
    assert digest(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
