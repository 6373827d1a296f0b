"""Files that another program still writes."""

from __future__ import annotations

import os
import socket
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from ingest.files import (
    came_at,
    fingerprint,
    has_fingerprint,
    modified_at,
    moment_of,
    open_regular,
    stable_files,
    text_of,
)
from schemas.errors import UnreadableMedia
from tests.unit.ingest.picture_samples import put


def test_a_file_that_is_being_written_is_left_for_later(tmp_path: Path) -> None:
    old = put(tmp_path / "old.png", 100)
    fresh = put(tmp_path / "fresh.png", 0)
    growing = put(tmp_path / "growing.png", 0)
    done = threading.Event()

    def grow() -> None:
        while not done.wait(0.02):
            with growing.open("ab") as file:
                file.write(b"x")

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        assert list(stable_files([old, fresh, growing])) == [old, fresh]
    finally:
        done.set()
        writer.join()
    assert growing in list(stable_files([growing]))


def test_a_file_is_another_one_when_its_size_or_its_time_is(tmp_path: Path) -> None:
    path = put(tmp_path / "a.png", 100)
    status = path.stat()
    first = fingerprint(path)
    path.write_bytes(path.read_bytes() + b"x")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    longer = fingerprint(path)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert len({first, longer, fingerprint(path)}) == 3


@pytest.mark.parametrize(
    ("written", "changed", "expected"),
    [
        (1_700_000_000, 1_600_000_000, 1_700_000_000),
        (0, 1_600_000_000, 0),
        (-1, 1_600_000_000, 1_600_000_000),
        (7_258_118_399, 1_600_000_000, 7_258_118_399),
        (7_258_118_400, 1_600_000_000, 1_600_000_000),
        (-1, -5, 0),
    ],
)
def test_a_file_was_written_when_it_says_unless_nothing_could_be(
    monkeypatch: pytest.MonkeyPatch, written: float, changed: float, expected: float
) -> None:
    monkeypatch.setattr(Path, "stat", lambda _: SimpleNamespace(st_mtime=written, st_ctime=changed))
    assert modified_at(Path("a")).timestamp() == expected
    assert came_at(Path("a")).timestamp() == max(changed, 0)


def test_what_came_in_the_future_came_now() -> None:
    now = datetime.now(UTC)
    assert now <= moment_of(now.timestamp() + 1e6) < now + timedelta(hours=1)
    assert moment_of(1_700_000_000.5) == datetime.fromtimestamp(1_700_000_000.5, UTC)


def test_a_name_that_is_no_text_is_shown_with_escapes() -> None:
    assert text_of(os.fsdecode(b"a\xff\xc3\xa9.jpg")) == "a\\xff\u00e9.jpg"


def test_what_is_no_file_is_said_in_words_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        for path, words in (
            (tmp_path / "pipe", "cannot be read (it is a named pipe), expected a file; leave it out"),
            (tmp_path, "cannot be read (it is a folder), expected a file; leave it out"),
            (Path("/dev/null"), "cannot be read (it is a device), expected a file; leave it out"),
            (tmp_path / "socket", "cannot be read (No such device or address); check its permissions"),
            (tmp_path / "link", "no such file; check the path"),
            (tmp_path / "a\0b", "cannot be read (embedded null byte); check its permissions"),
        ):
            with pytest.raises(UnreadableMedia) as raised:
                open_regular(path)
            assert raised.value.message == words
    (tmp_path / "file").write_bytes(b"content")
    with os.fdopen(open_regular(tmp_path / "file"), "rb") as file:
        assert (file.read(), os.get_blocking(file.fileno()), os.get_inheritable(file.fileno())) == (
            b"content",
            True,
            False,
        )


def test_a_fingerprint_is_of_what_is_there(tmp_path: Path) -> None:
    path = put(tmp_path / "a.png", 100)
    known = fingerprint(path)
    assert has_fingerprint(path, known)
    assert not has_fingerprint(path, known + "0")
    path.unlink()
    assert not has_fingerprint(path, known)
