"""What was deleted is found in every byte of every file, however it was written, and nothing else is."""

from __future__ import annotations

import base64
import os
import random
from pathlib import Path

import pytest

from services import remains
from services.remains import Sought, search_files, texts_in_files

PICTURE = random.Random(1).randbytes(600)


def found(folder: Path, *texts: str, pictures: tuple[bytes, ...] = ()) -> dict[str, int]:
    searched = search_files([folder], Sought.of(texts, pictures))
    return {str(path.relative_to(folder)): count for path, count in searched.found.items()}


@pytest.mark.parametrize(
    "written",
    [
        b"QXZ4101",
        b"qxz4101",
        b"xxQXZ4101yy",
        b"\xffQXZ4101\x00",
        "QXZ4101".encode("utf-16-le"),
        "qxz4101".encode("utf-16-be"),
        b"\x00" + "QXZ4101".encode("utf-16-le"),
        "1QXZ41012".encode("utf-16-be"),
    ],
)
def test_a_text_is_found_in_each_encoding_and_its_neighbor_is_not(tmp_path: Path, written: bytes) -> None:
    (tmp_path / "file").write_bytes(written)
    assert set(found(tmp_path, "QXZ4101", "WKJ5100")) == {"file"}
    assert found(tmp_path, "QXZ4102") == {}
    assert texts_in_files([tmp_path], ["QXZ4101", "WKJ5100", "XZ410"]) == {"QXZ4101", "XZ410"}


@pytest.mark.parametrize("cut", range(9))
def test_a_text_is_found_across_the_parts_that_a_file_is_read_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    monkeypatch.setattr(remains, "CHUNK_BYTES", 16)
    monkeypatch.setattr(remains, "OVERLAP_BYTES", 8)
    (tmp_path / "file").write_bytes(b"." * (8 + cut) + b"QXZ4101" + b"." * 40)
    assert set(found(tmp_path, "QXZ4101")) == {"file"}
    searched = search_files([tmp_path], Sought.of(["QXZ4101"], ()))
    assert (searched.files, searched.bytes) == (1, 55 + cut)


@pytest.mark.parametrize("before", [b"", b"1", b"12"])
def test_a_picture_is_found_as_it_is_and_in_a_base64_text_wherever_it_begins(tmp_path: Path, before: bytes) -> None:
    (tmp_path / "raw").write_bytes(before + PICTURE)
    (tmp_path / "text").write_bytes(b'{"picture":"' + base64.b64encode(before + PICTURE) + b'"}')
    (tmp_path / "other").write_bytes(base64.b64encode(PICTURE[::-1]))
    assert set(found(tmp_path, pictures=(PICTURE,))) == {"raw", "text"}


def test_what_is_too_short_or_of_other_signs_cannot_be_sought() -> None:
    sought = Sought.of(["ABCD", "ABCDE", "abcde", "ÄBCDE", "AB-DE"], [b"x" * 95, b"y" * 96])
    assert sought.texts == {"ABCDE"}
    assert b"y" * 48 in sought.probes
    assert b"x" * 48 not in sought.probes


def test_every_file_is_counted_hidden_ones_too_and_links_are_not_followed(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    for folder in (inside / "a" / ".b", outside):
        folder.mkdir(parents=True)
    (inside / "a" / ".b" / ".c").write_bytes(b"QXZ4101 QXZ4101")
    (inside / "first").write_bytes(b"QXZ4101")
    (outside / "file").write_bytes(b"QXZ4101")
    (inside / "link").symlink_to(outside / "file")
    (inside / "folder").symlink_to(outside)
    os.mkfifo(inside / "pipe")
    assert found(inside, "QXZ4101") == {"first": 1, "a/.b/.c": 2}
    assert search_files([inside], Sought()).files == 2
    assert texts_in_files([inside], []) == set()


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("gone", "locked", "open"):
        (tmp_path / name).write_bytes(b"QXZ4101")
    real = remains._parts

    def parts(path: Path) -> object:
        if path.name == "gone":
            raise FileNotFoundError
        if path.name == "locked":
            raise PermissionError
        return real(path)

    monkeypatch.setattr(remains, "_parts", parts)
    searched = search_files([tmp_path], Sought.of(["QXZ4101"], ()))
    assert (searched.files, searched.unread) == (1, [tmp_path / "locked"])
    assert list(searched.found) == [tmp_path / "open"]
