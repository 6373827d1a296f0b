"""Where a feed's files lie while and after they are imported."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hotlists.feeds.tray import Tray, digest
from schemas.errors import ConfigurationError, TransientError
from tests.unit.hotlists.feeds.list_files import put


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


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


def test_what_is_kept_is_its_owners_alone(tmp_path: Path, tray: Tray) -> None:
    tray.folder("held").chmod(0o755)
    before = os.umask(0)
    try:
        with tray.locked():
            for name in ("one.txt", "two.txt"):
                path = tray.take(put(tmp_path / name))
                tray.count_try(path)
            tray.file_imported(tray.take(put(tmp_path / "imported.txt")))
            tray.file_away(path, "held", "too small")
    finally:
        os.umask(before)
    kept = [path for name in ("working", "imported", "held", "rejected") for path in tray.folder(name).rglob("*")]
    assert len(kept) == 8
    assert all(path.stat().st_mode & 0o077 == 0 for path in (*kept, tray.folder("held")))


def test_two_processes_do_not_run_one_feed(tray: Tray, tmp_path: Path) -> None:
    for name in (".list.txt.part", "list.part", ".list.txt.tries"):
        (tray.folder("working") / name).write_text("half")
    with tray.locked():
        assert names(tray.folder("working")) == [".list.txt.tries", ".lock", "list.part"]
        with pytest.raises(TransientError, match="another process is running the feed 'ncic'"), tray.locked():
            pass
    with tray.locked():
        pass


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "working").write_text("in the way")
    with pytest.raises(ConfigurationError, match="cannot be written"), Tray(tmp_path, "ncic").locked():
        pass


def test_where_a_file_is_and_how_often_it_was_tried_outlasts_a_power_cut(
    tmp_path: Path, tray: Tray, written: list[tuple[str, ...]]
) -> None:
    path = tray.take(put(tmp_path / "list.txt"))
    assert written == [("renamed", "list.txt"), ("synced", "ncic")]
    synced: list[Path] = []
    with pytest.MonkeyPatch.context() as replaced:
        replaced.setattr("hotlists.feeds.tray.sync_folder", synced.append)
        tray.count_try(path)
        tray.file_imported(path)
        tray.file_away(tray.take(put(tmp_path / "list.txt")), "held", "too small")
    held = next(tray.folder("held").iterdir())
    assert synced == [tray.folder("working"), tray.folder("imported"), tray.folder("working"), held]


def test_tries_are_counted_over_restarts(tmp_path: Path, tray: Tray) -> None:
    path = tray.take(put(tmp_path / "list.txt"))
    assert [Tray(tmp_path, "ncic").count_try(path) for _ in range(3)] == [1, 2, 3]
    assert tray.waiting() == path
    tray.end_try(path)
    assert tray.count_try(path) == 1
    (tray.folder("working") / ".list.txt.tries").write_text("damaged")
    assert [tray.count_try(path) for _ in range(2)] == [1, 2]
    tray.end_try(path)
    tray.end_try(path)  # also where none was noted


def test_the_digest_is_the_content_s(tmp_path: Path) -> None:
    path = put(tmp_path / "a", "abc")
    assert digest(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_held_file_is_found_by_its_whole_digest_alone(tmp_path: Path, tray: Tray) -> None:
    path = tray.take(put(tmp_path / "list.txt", "held\n"))
    sha256 = digest(path)
    place = tray.file_away(path, "held", "it shrinks")
    assert tray.held_file(sha256) == place
    assert (place.parent.name, place.with_name("list.txt.reason.txt").read_text()) == (sha256[:12], "it shrinks\n")
    for other in (sha256[:12], sha256[:63], sha256[:12] + "0" * 52, "f" * 64, "", "../../x"):
        assert tray.held_file(other) is None
    rejected = tray.file_away(tray.take(put(tmp_path / "bad.txt", "bad\n")), "rejected", "no plates")
    assert tray.held_file(digest(rejected)) is None


def test_of_files_that_an_interrupted_run_left_the_oldest_comes_first(tmp_path: Path, tray: Tray) -> None:
    assert tray.waiting() is None
    for name, moment in ((".hidden", 1), ("c.txt", 30), ("b.txt", 20), ("a.txt", 20)):
        put(tray.folder("working") / name, modified=moment)
    (tray.folder("working") / "folder").mkdir()
    found = []
    while (path := tray.waiting()) is not None:
        found.append(path.name)
        path.unlink()
    assert found == ["a.txt", "b.txt", "c.txt"]


def test_only_what_is_older_is_deleted_and_what_is_imported_or_waits_stays(tmp_path: Path, tray: Tray) -> None:
    for folder in ("held", "rejected"):
        for name, moment in (("old", 1000), ("on", 2000), ("new", 2001)):
            place = tray.file_away(tray.take(put(tmp_path / name, f"{folder} {name}")), folder, "why")
            os.utime(place.parent, (moment, moment))
    tray.file_imported(tray.take(put(tmp_path / "newest", modified=1)))
    put(tray.folder("working") / "waits", modified=1)
    tray.prune(before=2000)
    left = {path.name for path in tmp_path.rglob("*") if path.is_file() and not path.name.endswith(".reason.txt")}
    assert left == {"on", "new", "newest", "waits"}
