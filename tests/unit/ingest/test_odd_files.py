"""Names, times and kinds of files as cameras, archives and other people's programs leave them."""

from __future__ import annotations

import logging
import os
import shutil
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.files import modified_at, open_regular, text_of
from ingest.image_folder import ImageFolderSource
from ingest.pictures import read_picture
from ingest.source import open_source
from ingest.video_file import read_video, video_item
from schemas.errors import UnreadableMedia
from schemas.ids import read_id
from schemas.settings import ImageFolderCamera, VideoFileCamera
from tests.unit.ingest.picture_samples import put
from tests.unit.ingest.test_video_file import make_video

NAMES = [
    *(b"a\xe9.png", b"\xff\xfe.png", b"\xe2\x82.png", b"line\nfeed.png", b"\x1b[31mred.png"),
    "gr\u00fcn \u26a0.png".encode(),
]


def folder_source(folder: Path) -> ImageFolderSource:
    source = open_source(ImageFolderCamera(id="lot", path=folder))
    assert isinstance(source, ImageFolderSource)
    return source


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_of_any_name_is_read_and_has_an_id(tmp_path: Path, name: bytes) -> None:
    path = put(tmp_path / "plain.png", 10)
    path.rename(tmp_path / os.fsdecode(name))
    source = folder_source(tmp_path)
    (item,) = source.items()
    (frame,) = source.frames(item)
    assert frame.image.shape == (32, 48, 3)
    assert read_id("lot", item.name, frame.captured_at, 1)
    assert item.name.encode()


def test_names_that_are_text_stay_as_they_are_and_others_show_their_bytes() -> None:
    assert text_of("day/gr\u00fcn\\xe9.png") == "day/gr\u00fcn\\xe9.png"
    assert text_of(os.fsdecode(b"day/a\xe9.png")) == "day/a\\xe9.png"


def test_a_video_and_a_folder_of_any_name_are_read(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    shutil.move(make_video(tmp_path / "a.mp4", frames=5, codec="mp4v"), folder / os.fsdecode(b"vid\xe9o.mp4"))
    source = folder_source(tmp_path)
    (item,) = source.items()
    assert item.name == "caf\\xe9/vid\\xe9o.mp4"
    assert len(list(source.frames(item))) == 5
    source = folder_source(folder)
    (item,) = source.items()
    assert len(list(source.frames(item))) == 5
    single = open_source(VideoFileCamera(id="v", path=folder / os.fsdecode(b"vid\xe9o.mp4")))
    (item,) = single.items()
    assert len(list(single.frames(item))) == 5


@pytest.mark.parametrize(
    "seconds",
    [
        *(-62_135_596_800 - 86_400, -62_135_596_800, -2_208_988_800, -1, 0, 1_700_000_000.5, 4_102_444_800),
        *(32_503_680_000, 253_402_300_800, 2**62 // 10**9, -(2**62) // 10**9),
    ],
)
def test_a_file_of_any_time_has_one_that_can_be_reckoned_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    path = put(tmp_path / "a.png", 0)
    status = os.stat_result([*path.stat()[:8], seconds, 1_700_000_000])

    def stat_of(_path: Path, **_: object) -> os.stat_result:
        return status

    # Not every file system takes such times; those that do not must not keep this from being tested.
    monkeypatch.setattr(Path, "stat", stat_of)
    moment = modified_at(path)
    assert moment == datetime.fromtimestamp(status.st_mtime if 0 <= seconds < 7.2e9 else status.st_ctime, UTC)
    assert moment + timedelta(days=1) > moment.astimezone()


def test_pipes_sockets_devices_and_folders_with_a_pictures_name_are_named_and_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "folder.jpg").mkdir()
    (tmp_path / "zero.png").symlink_to("/dev/zero")
    (tmp_path / "loop.jpg").symlink_to(tmp_path / "loop.jpg")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tmp_path / "socket.jpg"))
        put(tmp_path / "folder.jpg" / "a.png", 10)
        source = folder_source(tmp_path)
        with caplog.at_level(logging.WARNING):
            names = [[item.name for item in source.items()] for _ in range(3)]
    assert names == [["folder.jpg/a.png"]] * 3
    told = sorted(record.getMessage() for record in caplog.records)
    assert len(told) == 5, "each is named once"
    for name, kind in {"pipe.jpg": "a named pipe", "socket.jpg": "a socket", "zero.png": "a device"}.items():
        assert any(f"{name}: is left out: it is {kind}" in line for line in told)
    assert any("loop.jpg" in line for line in told)


@pytest.mark.parametrize("name", ["pipe.jpg", "pipe.mp4"])
def test_a_pipe_is_refused_at_once_and_not_waited_for(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(UnreadableMedia, match=r"pipe\.\w+: cannot be read \(it is a named pipe\), expected a file"):
        read_picture(tmp_path / name)
    with pytest.raises(UnreadableMedia, match="it is a named pipe"):
        list(read_video(tmp_path / name, video_item("c", name, tmp_path / name, None)))


def test_what_standard_input_holds_is_read(tmp_path: Path) -> None:
    data = put(tmp_path / "a.png", 0).read_bytes()
    reading, writing = os.pipe()
    os.write(writing, data)
    os.close(writing)
    assert read_picture(Path(f"/dev/fd/{reading}")).shape == (32, 48, 3)
    os.close(reading)


def test_a_file_that_may_not_be_read_comes_once_it_may(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "a.png", 10)
    put(tmp_path / "b.png", 10)
    # Root may read everything: the system's answer is taken from here.
    monkeypatch.setattr(os, "access", lambda path, _: Path(path).name != "a.png")
    source = folder_source(tmp_path)
    assert [item.name for item in source.items()] == ["b.png"]
    monkeypatch.undo()
    assert [item.name for item in source.items()] == ["a.png", "b.png"]


def test_opening_leaves_no_descriptor_behind(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "text.mp4").write_text("no video")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for name in ("empty.mp4", "text.mp4"):
        with pytest.raises(UnreadableMedia):
            list(read_video(tmp_path / name, video_item("c", name, tmp_path / name, None)))
    with pytest.raises(UnreadableMedia):
        open_regular(tmp_path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
