"""Files that people send: what of a name is kept, how large they may be, and what is left of those that do not end."""

from __future__ import annotations

import errno
import hashlib
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlists.feeds.uploads import UNFINISHED, UploadNote, Uploads, plain_name
from schemas.errors import ConfigurationError, InvalidInput, StorageFull

THREE_WEEKS = timedelta(days=21)
"""So long docs/retention.md promises to keep what nobody imports."""


@given(st.text(max_size=400) | st.text(alphabet="./\\\x00\n~ -_a\u202e名", max_size=400))
def test_a_name_is_one_part_of_a_path_whatever_it_was(text: str) -> None:
    name = plain_name(text)
    assert Path(name).name == name
    assert name not in (".", "..", "upload.json")
    assert 0 < len(name.encode()) <= 160
    assert name.isprintable()
    assert not name.startswith((".", "-"))
    assert re.search(r"[/\\<>\"'&|;:*?$`%]", name) is None
    assert plain_name(name) == name


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("VEHEXTRT.txt", "VEHEXTRT.txt"),
        ("C:\\lists\\svs table (2).tbl", "svs table (2).tbl"),
        ("/etc/passwd", "passwd"),
        ("..", "list"),
        ("upload.json", "_upload.json"),
        (f"{'x' * 300}.csv", f"{'x' * 146}.csv"),
        (f"{'x' * 300}.abcdefghij", f"{'x' * 139}.abcdefghij"),
        (f"{'x' * 300}.abcdefghijk", "x" * 150),  # so long an end is none of a kind of file
        ("\u00e4" * 300 + ".csv", "\u00e4" * 73 + ".csv"),
        ("x" + "\u00e4" * 300 + ".csv", "x" + "\u00e4" * 72 + ".csv"),
        (f"{'x' * 145} y.csv", f"{'x' * 145}.csv"),
        ("e\u0301.csv", "\u00e9.csv"),
        ("my__list  of\tJune;.csv", "my_list_of_June.csv"),
        ("-_. list -_..csv. _-", "list.csv"),
        ("lists/", "list"),
        ("list+1 (b)", "list+1 (b)"),
    ],
)
def test_names_that_are_none_of_trouble_stay(text: str, kept: str) -> None:
    assert plain_name(text) == kept


def test_a_file_is_kept_with_what_was_said_of_it_until_it_is_removed(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    with uploads.receiving("one.csv", 100) as incoming:
        incoming.write(b"plate\n")
        incoming.write(b"ABC1234\n")
        made = incoming.finish(sent_by="lee", layout="csv", hotlist_id="region")
    assert uploads.all() == [made]
    assert uploads.find(made.upload_id).path.read_bytes() == b"plate\nABC1234\n"
    assert uploads.with_digest(made.note.sha256) == made
    assert uploads.with_digest("0" * 64) is None
    assert (made.note.size, made.note.sent_by) == (14, "lee")
    uploads.remove(made)
    with pytest.raises(InvalidInput, match="not here any more"):
        uploads.find(made.upload_id)


def test_a_disk_that_takes_a_little_at_a_time_gets_all_of_it_and_one_that_is_full_keeps_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: list[tuple[str, ...]]
) -> None:
    uploads, write = Uploads(tmp_path), os.write
    monkeypatch.setattr(os, "write", lambda number, data: write(number, data[:3]))
    with uploads.receiving("one.csv", 13) as incoming:
        incoming.write(b"plate\nABC1234")
        made = incoming.finish(sent_by="lee", layout="csv")
    # What is said of it comes after it.
    assert written[0] == ("synced", "one.csv", "plate\nABC1234")
    assert (made.path.read_bytes(), made.note.sha256) == (
        *(b"plate\nABC1234", hashlib.sha256(b"plate\nABC1234").hexdigest()),
    )

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(StorageFull, match="no space left"), uploads.receiving("two.csv", 13) as incoming:
        incoming.write(b"x")
    monkeypatch.setattr(os, "fsync", full)
    monkeypatch.setattr(os, "write", write)
    with uploads.receiving("two.csv", 13) as incoming:
        incoming.write(b"x")
        with pytest.raises(StorageFull, match="no space left"):
            incoming.finish(sent_by="lee", layout="csv")
    assert uploads.all() == [made]
    assert [path.name for path in (tmp_path / "hotlists" / "uploads").iterdir()] == [str(made.upload_id)]
    made.path.unlink()
    assert uploads.all() == []


def test_where_nothing_can_be_kept_nothing_is_taken_in(tmp_path: Path) -> None:
    assert Uploads(tmp_path).all() == []
    (tmp_path / "hotlists").write_text("in the way")
    with pytest.raises(ConfigurationError, match="cannot be written"), Uploads(tmp_path).receiving("one.csv", 1):
        pass


def test_nothing_is_left_of_what_does_not_end(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    with pytest.raises(InvalidInput, match="larger than 1e-05 MB"), uploads.receiving("one.csv", 10) as incoming:
        incoming.write(b"x" * 11)
    with pytest.raises(InvalidInput, match="is empty"), uploads.receiving("one.csv", 10) as incoming:
        incoming.finish(sent_by="lee", layout="csv")
    with uploads.receiving("one.csv", 10) as incoming:
        incoming.write(b"x")  # and the browser goes away
    assert list((tmp_path / "hotlists" / "uploads").iterdir()) == []


def test_old_files_end_and_broken_ones_are_no_files(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    uploads.prune(datetime.now(UTC))  # there is no folder yet
    with uploads.receiving("one.csv", 10) as incoming:
        incoming.write(b"x")
        made = incoming.finish(sent_by="lee", layout="csv")
    base = tmp_path / "hotlists" / "uploads"
    for folder, note in ((str(uuid4()), "{"), ("nonsense", made.note.model_dump_json())):
        (base / folder).mkdir()
        (base / folder / "upload.json").write_text(note)
    assert uploads.all() == [made]
    now = datetime.now(UTC)
    old = (now - UNFINISHED - timedelta(minutes=1)).timestamp()
    os.utime(base / "nonsense", (old, old))
    uploads.prune(now)
    assert not (base / "nonsense").exists()
    assert len(list(base.iterdir())) == 2
    uploads.prune(made.note.sent_at + THREE_WEEKS)
    assert uploads.all() == [made]
    uploads.prune(made.note.sent_at + THREE_WEEKS + timedelta(microseconds=1))
    assert list(base.iterdir()) == []


def test_all_that_was_said_of_a_file_is_kept_and_the_newest_comes_first(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    made = []
    for number in range(3):
        with uploads.receiving(f"list {number}.csv", 4) as incoming:
            incoming.write(b"ABCD")
            said: dict[str, Any] = {
                **{"sent_by": f"lee{number}", "layout": "csv", "hotlist_id": "region", "default_state": "US-VA"},
                **{"as_of": datetime(2026, 1, 2, tzinfo=UTC), "mapping": "[columns]"},
            }
            upload = incoming.finish(**said)
        made.append(upload)
        assert upload.note == UploadNote(
            file_name=f"list {number}.csv",
            sha256=hashlib.sha256(b"ABCD").hexdigest(),
            size=4,
            sent_at=upload.note.sent_at,
            **said,
        )
        assert abs(datetime.now(UTC) - upload.note.sent_at) < timedelta(hours=1)
    assert uploads.all() == made[::-1]
    assert uploads.with_digest(made[0].note.sha256) == made[-1]
    assert uploads.find(made[1].upload_id) == made[1]
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "hotlists" / "uploads").rglob("*"))
    uploads.remove(made[1])
    assert uploads.all() == [made[2], made[0]]


def test_what_never_came_to_its_end_is_kept_for_a_while(tmp_path: Path) -> None:
    uploads, now = Uploads(tmp_path), datetime.now(UTC).replace(microsecond=0)
    half = tmp_path / "hotlists" / "uploads" / str(uuid4())
    half.mkdir(parents=True)
    for age, is_there in ((UNFINISHED, True), (UNFINISHED + timedelta(seconds=1), False)):
        moment = (now - age).timestamp()
        os.utime(half, (moment, moment))
        uploads.prune(now)
        assert half.exists() is is_there
