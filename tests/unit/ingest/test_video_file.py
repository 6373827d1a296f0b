"""Video files as a camera: times, truncation, and what is no video."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from threading import Event

import cv2
import numpy as np
import pytest

from ingest import video_file
from ingest.open_video import OpenVideo
from ingest.source import open_source
from ingest.video_file import count_frames
from schemas.errors import UnreadableMedia
from schemas.settings import VideoFileCamera
from schemas.types import Frame

START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def make_video(path: Path, frames: int = 60, rate: float = 20.0, codec: str = "MJPG") -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), rate, (96, 64))
    assert writer.isOpened()
    noise = np.random.default_rng(3)
    for number in range(frames):
        picture = noise.integers(0, 80, (64, 96, 3), np.uint8)
        picture[:, : number + 1] = 250
        writer.write(picture)
    writer.release()
    # As if written a while ago: a fresh file is watched for a moment before it is taken for whole.
    os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 100 + frames))
    return path


def source(path: Path, started_at: datetime | None = START):  # type: ignore[no-untyped-def]
    return open_source(VideoFileCamera(id="gate", path=path, started_at=started_at))


def read_until_error(path: Path) -> tuple[list[Frame], UnreadableMedia | None]:
    frames: list[Frame] = []
    camera = source(path)
    try:
        for item in camera.items():
            frames.extend(camera.frames(item))
    except UnreadableMedia as error:
        return frames, error
    return frames, None


@pytest.mark.parametrize("name", ["a.avi", "a.mp4"])
def test_frames_come_in_order_with_the_time_they_were_captured(tmp_path: Path, name: str) -> None:
    path = make_video(tmp_path / name, codec="MJPG" if name.endswith("avi") else "mp4v")
    frames, error = read_until_error(path)
    assert error is None
    assert [frame.frame_number for frame in frames] == list(range(60))
    assert frames[0].captured_at == START
    gaps = {round((b.captured_at - a.captured_at).total_seconds(), 3) for a, b in pairwise(frames)}
    assert gaps == {0.05}
    assert {frame.camera_id for frame in frames} == {"gate"}
    assert frames[20].image.shape == (64, 96, 3)
    assert frames[20].image[:, :15].mean() > 200 > frames[20].image[:, 30:].mean()
    assert count_frames(path) == 60


def test_whether_it_was_cut_is_asked_with_what_came_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int, float]] = []

    def was_cut(video: OpenVideo, read: int, seconds: float) -> bool:
        asked.append((video.source, read, round(seconds, 3)))
        return True

    monkeypatch.setattr(video_file, "was_cut", was_cut)
    path = make_video(tmp_path / "a.avi", frames=3)
    frames, error = read_until_error(path)
    assert asked == [(str(path), 3, 0.1)]
    assert len(frames) == 3
    assert f"{path}: is cut off or damaged after frame 3 of 3 (0.1 s); what was seen before is kept" in str(error)


def test_time_zone_and_modification_time(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.avi", frames=3)
    (item,) = source(path, None).items()
    assert item.captured_at == datetime.fromtimestamp(path.stat().st_mtime, UTC)
    assert (item.name, item.is_still) == ("a.avi", False)
    east = START.astimezone(datetime.strptime("+0500", "%z").tzinfo)
    (item,) = source(path, east).items()
    assert item.captured_at == START
    assert item.captured_at.utcoffset() == timedelta(0)


def test_fingerprint_changes_with_the_content(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.avi", frames=3)
    (before,) = source(path).items()
    (same,) = source(path).items()
    make_video(path, frames=4)
    (after,) = source(path).items()
    assert before == same
    assert before.fingerprint != after.fingerprint


def test_truncated_video_keeps_its_frames_and_says_where_it_ends(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data = make_video(tmp_path / "whole.avi").read_bytes()
    cut = tmp_path / "cut.avi"
    cut.write_bytes(data[: len(data) // 2])
    frames, error = read_until_error(cut)
    assert 20 <= len(frames) <= 40
    assert error is not None
    assert f"cut.avi: is cut off or damaged after frame {len(frames)} of 60" in str(error)
    assert "is kept" in str(error)
    assert capfd.readouterr() == ("", "")


def test_mp4_without_its_end_is_refused_in_one_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = make_video(tmp_path / "whole.mp4", codec="mp4v").read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(data[: len(data) // 2])
    frames, error = read_until_error(cut)
    assert frames == []
    assert error is not None
    assert "its end is missing" in str(error)
    assert capfd.readouterr() == ("", "")


def test_what_is_no_video_is_refused_in_one_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "text.mp4").write_text("nothing to see")
    (tmp_path / "list.mp4").write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n")
    expected = {
        "empty.mp4": "is empty",
        "text.mp4": "is not a video",
        "list.mp4": "is not a video",
        "none.mp4": "no such",
    }
    for name, message in expected.items():
        frames, error = read_until_error(tmp_path / name)
        assert frames == []
        assert error is not None
        assert message in str(error)
        assert name in str(error)
        assert "\n" not in str(error)
    assert capfd.readouterr() == ("", "")


def test_a_name_with_digits_and_percent_is_one_file(tmp_path: Path) -> None:
    path = make_video(tmp_path / "cam %02d.avi", frames=5)
    frames, error = read_until_error(path)
    assert error is None
    assert len(frames) == 5


def test_waiting_ends_at_once_when_told_to_stop(tmp_path: Path) -> None:
    stop = Event()
    stop.set()
    assert source(tmp_path / "a.avi").wait(stop) is False
