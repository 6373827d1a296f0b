"""A folder as a camera: order, and what is left out."""

from __future__ import annotations

import logging
import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from ingest import image_folder
from ingest.image_folder import ImageFolderSource
from ingest.listing import Listing, list_media
from ingest.source import open_source
from schemas.errors import UnreadableMedia
from schemas.settings import ImageFolderCamera
from tests.unit.ingest.picture_samples import put


def folder_source(folder: Path) -> ImageFolderSource:
    source = open_source(ImageFolderCamera(id="lot", path=folder))
    assert isinstance(source, ImageFolderSource)
    return source


def test_oldest_first_then_by_name_with_subfolders(tmp_path: Path) -> None:
    put(tmp_path / "b.png", 100)
    put(tmp_path / "a.png", 50)
    put(tmp_path / "day" / "z.JPG", 200)
    names = [item.name for item in folder_source(tmp_path).items()]
    assert names == ["day/z.JPG", "b.png", "a.png"]


def test_other_and_hidden_files_are_left_out_and_counted(tmp_path: Path) -> None:
    put(tmp_path / "a.png", 10)
    put(tmp_path / ".partial.png", 10)
    put(tmp_path / ".cache" / "b.png", 10)
    (tmp_path / "readme.txt").write_text("hello")
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere.png")
    source = folder_source(tmp_path)
    # Nothing is known before it was looked into.
    assert (source.ignored, source.listed, source.newest_at, source.problem) == (0, 0, None, None)
    assert [item.name for item in source.items()] == ["a.png"]
    assert (source.ignored, source.listed, source.problem) == (3, 1, None)
    assert source.newest_at is not None


def test_pictures_and_videos_mix(tmp_path: Path) -> None:
    put(tmp_path / "a.png", 10, value=77)
    video = tmp_path / "b.avi"
    writer = cv2.VideoWriter(str(video), cv2.VideoWriter.fourcc(*"MJPG"), 10, (48, 32))
    for _ in range(4):
        writer.write(np.zeros((32, 48, 3), np.uint8))
    writer.release()
    source = folder_source(tmp_path)
    still, clip = source.items()
    assert (still.is_still, clip.is_still) == (True, False)
    (frame,) = source.frames(still)
    assert int(frame.image[5, 5, 0]) == 77
    assert frame.captured_at == still.captured_at
    assert len(list(source.frames(clip))) == 4
    assert clip.captured_at.timestamp() == pytest.approx(video.stat().st_mtime, abs=1e-3)


def test_a_bad_picture_is_an_error_of_its_item_alone(tmp_path: Path) -> None:
    (tmp_path / "bad.jpg").write_bytes(b"")
    put(tmp_path / "good.png", 10)
    source = folder_source(tmp_path)
    results: dict[str, int | str] = {}
    for item in source.items():
        try:
            results[item.name] = len(list(source.frames(item)))
        except UnreadableMedia as error:
            results[item.name] = str(error)
    assert results["good.png"] == 1
    assert "is empty" in str(results["bad.jpg"])


def test_missing_folder_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(UnreadableMedia, match="no such folder; check the path"):
        list(folder_source(tmp_path / "nope").items())
    assert list_media(tmp_path) == Listing()


def test_files_of_other_kinds_are_named_once_and_a_new_kind_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "ingest.image_folder")
    source = folder_source(tmp_path)
    for name, said in (("a.txt", 1), ("b.txt", 1), ("c.pdf", 2), ("d.txt", 2)):
        (tmp_path / name).write_text("hello")
        assert list(source.items()) == []
        assert len(caplog.records) == said
    assert caplog.records[0].getMessage() == "camera lot: files of other kinds are left out: 1 .txt"
    assert source.ignored == 4


def test_a_listing_says_all_that_a_folder_holds_oldest_first(tmp_path: Path) -> None:
    inner = tmp_path / "b" / "c"
    inner.mkdir(parents=True)
    (tmp_path / ".hidden").mkdir()
    for name in ("z.JPG", "a.jpg", "b/v.mp4", "b/c/m.png", ".hidden/x.jpg", ".x.jpg", "n.txt", "m.TXT", "no-suffix"):
        (tmp_path / name).write_bytes(b"x")
    for name, at in (("z.JPG", 100), ("b/c/m.png", 200), ("b/v.mp4", 200), ("a.jpg", 300)):
        os.utime(tmp_path / name, (at, at))
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop.jpg").symlink_to(tmp_path / "loop.jpg")
    (tmp_path / "folder.jpg").mkdir()
    os.mkfifo(tmp_path / "pipe.jpg")
    found = list_media(tmp_path)
    assert [str(path.relative_to(tmp_path)) for path in found.files] == ["z.JPG", "b/c/m.png", "b/v.mp4", "a.jpg"]
    assert sorted((path.name, reason) for path, reason in found.left_out) == [
        (
            "loop.jpg",
            "it cannot be looked at (Too many levels of symbolic links); check the link or its permissions",
        ),
        ("pipe.jpg", "it is a named pipe, expected a file"),
    ]
    assert found.others == {"hidden": 1, ".txt": 2, "without suffix": 1, "missing": 1}
    assert found.closed_folders == []
    assert found.newest_at == max(path.stat().st_ctime for path in found.files)


def test_pictures_and_videos_of_any_usual_name_are_taken(tmp_path: Path) -> None:
    """What is left out for its name is read by nobody, and only counted."""
    pictures = "jpg jpeg jpe jfif jif png apng webp gif bmp dib tif tiff heic heif hif avif jp2 j2k"
    videos = "mp4 m4v mov mkv avi webm ts mts m2ts mpg mpeg wmv flv 3gp 3g2 asf m2v mxf ogv vob"
    taken = [f"a.{suffix}" for suffix in (*pictures.split(), *videos.split())]
    for name in (*taken, *(name.upper() for name in taken), "a.pdf", "a.xml", "a.jpg.tmp", "a.zip"):
        (tmp_path / name).write_bytes(b"x")
    found = list_media(tmp_path)
    assert sorted(path.name for path in found.files) == sorted([*taken, *(name.upper() for name in taken)])
    assert found.others == {".pdf": 1, ".xml": 1, ".tmp": 1, ".zip": 1}


def test_of_many_kinds_the_most_frequent_are_named() -> None:
    counts = {f".k{number}": 20 - number for number in range(10)}
    listing = Listing(others=Counter(counts))
    named = ", ".join(f"{20 - number} .k{number}" for number in range(8))
    assert listing.others_text() == f"{named}, 23 more"
    assert Listing(others=Counter({".txt": 2, ".pdf": 1})).others_text() == "2 .txt, 1 .pdf"
    assert Listing().others_text() == ""


def test_a_path_that_is_no_folder_says_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    os.mkfifo(tmp_path / "pipe")
    for name, what in (("file", "a file"), ("pipe", "a named pipe")):
        with pytest.raises(UnreadableMedia) as raised:
            list_media(tmp_path / name)
        assert raised.value.message == f"is {what}, expected a folder; check the path"


def test_a_closed_folder_is_the_problem_until_it_is_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = folder_source(tmp_path)
    assert source.problem is None
    closed = [(tmp_path / name, "this folder cannot be listed (Permission denied)") for name in ("a", "b")]
    listings = iter([Listing(closed_folders=closed, left_out=closed), Listing(newest_at=1e18), Listing(newest_at=60.0)])
    monkeypatch.setattr(image_folder, "list_media", lambda _: next(listings))
    assert list(source.items()) == []
    assert source.problem == f"{tmp_path / 'a'}: this folder cannot be listed (Permission denied) (2 such)"
    assert (source.listed, source.newest_at) == (0, None)
    now = datetime.now(UTC)
    assert list(source.items()) == []
    assert source.problem is None
    assert source.newest_at is not None
    assert abs(source.newest_at - now) < timedelta(hours=1)  # nothing came in the future
    assert list(source.items()) == []
    assert source.newest_at == datetime.fromtimestamp(60, UTC)


def test_an_empty_folder_on_another_disk_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = folder_source(tmp_path)
    put(tmp_path / "a.png", 10)
    assert len(list(source.items())) == 1
    (tmp_path / "a.png").unlink()
    assert list(source.items()) == []
    assert source.problem is None
    source._device = -1
    assert list(source.items()) == []
    assert source.problem == (
        f"{tmp_path}: is empty and on another file system than before; is its share or disk mounted?"
    )
    put(tmp_path / "b.png", 10)
    assert len(list(source.items())) == 1
    assert source.problem is None
