"""A list's file while it is read, and what the list is called."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hotlists.importing.files import open_list
from hotlists.importing.names import checked_name, default_name
from schemas.errors import InvalidInput

CONTENT = b"plate\nABC1234\nDEF5678\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "list.csv"
    found.write_bytes(CONTENT)
    return found


def test_a_file_knows_what_went_through_it(path: Path) -> None:
    with open_list(path) as file:
        assert (file.done, file.status.st_size) == (0, len(CONTENT))
        assert file.readable()
        first = file.read(6)
        assert (first, file.done, file.sha256()) == (b"plate\n", 6, hashlib.sha256(b"plate\n").hexdigest())
        assert first + file.read() == CONTENT
        assert file.read(9) == b""
        assert (file.done, file.sha256()) == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
        file.check_unchanged()


@pytest.mark.parametrize(
    ("content", "ends"),
    [
        *((b"a\n", True), (b"a\r", True), (b"a\x1a", True), (b"a\0", True), (b"", True)),
        *((b"a", False), (b"a\nb", False), (b"a\n ", False)),
    ],
)
def test_a_file_that_ends_without_a_line_end_is_known(path: Path, content: bytes, ends: bool) -> None:
    path.write_bytes(content)
    with open_list(path) as file:
        while file.read(1):
            pass
        assert file.ends_with_line_end is ends


def _replace(path: Path) -> None:
    other = path.with_name("other.csv")
    other.write_bytes(CONTENT)
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    other.rename(path)


def _write_more(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"x")


def _write_over(path: Path) -> None:
    times = path.stat()
    path.write_bytes(CONTENT.upper())
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns + 1))


@pytest.mark.parametrize(
    "change",
    [
        *(_replace, _write_over, Path.unlink),
        *(_write_more, lambda path: path.write_bytes(CONTENT[:-1])),
    ],
)
def test_a_file_that_changed_or_went_away_while_it_was_read_is_not_imported(
    path: Path, change: Callable[[Path], object]
) -> None:
    with open_list(path) as file:
        file.read()
        file.check_unchanged()
        change(path)
        with pytest.raises(InvalidInput, match="changed or was replaced while it was read") as refusal:
            file.check_unchanged()
    assert refusal.value.source == "list.csv"


def test_only_a_plain_file_is_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "secret").write_text("x")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name, words in (
        *((".", "this is a folder; give one file"), ("pipe", "this is no plain file"), ("none", "no such file")),
        ("loop", "the file cannot be read"),
    ):
        with pytest.raises(InvalidInput, match=words) as refusal, open_list(tmp_path / name):
            pass
        assert refusal.value.source == str(tmp_path / name)


@pytest.mark.parametrize(
    ("layout", "file_name", "name"),
    [
        *(("ncic", "whatever.txt", "ncic"), ("flock", "x.json", "flock")),
        *(("csv", "Our List (2).csv", "our-list-2"), ("csv", "--A_b--.csv", "a-b"), ("csv", "???.csv", "list")),
        *(("csv", f"{'x' * 70}.csv", "x" * 63), ("ca-clew", "SVS.TBL", "ca-clew-svs")),
    ],
)
def test_a_list_that_was_given_no_name_has_that_of_its_layout_or_file(layout: str, file_name: str, name: str) -> None:
    assert default_name(layout, Path(file_name)) == name
    assert checked_name(name) == name


@pytest.mark.parametrize("name", ["a", "0", "a-b_c", "x" * 63])
def test_names_that_a_list_may_have(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize("name", ["", "A", "-a", "_a", "a b", "a/b", "x" * 64, "a\n", "\u00e4"])
def test_names_that_no_list_may_have(name: str) -> None:
    with pytest.raises(InvalidInput, match="cannot name a hotlist"):
        checked_name(name)
