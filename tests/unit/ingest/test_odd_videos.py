"""Videos as encoders and cutters make them: sound, late times, edits, new codecs, and real losses."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from ingest.video_file import read_video, video_item
from schemas.errors import UnreadableMedia
from tests.unit.ingest.test_video_file import START


def make(
    path: Path,
    *,
    times: Sequence[float] = tuple(number / 20 for number in range(40)),
    sound: float = 0,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    container: dict[str, str] | None = None,
) -> Path:
    """Write a video of a bar that grows, frames at `times` (seconds), beside so many seconds of silence."""
    millisecond = Fraction(1, 1000)
    with av.open(str(path), "w", options=container or {}) as file:
        pictures = file.add_stream(codec, rate=20, options=options or {})
        pictures.width, pictures.height, pictures.pix_fmt = 160, 120, "yuv420p"
        pictures.time_base = pictures.codec_context.time_base = millisecond
        track = file.add_stream("aac", rate=16_000, layout="mono") if sound else None
        for number, time in enumerate(times):
            image = np.full((120, 160, 3), 40, np.uint8)
            image[:, : 10 + 2 * (number % 70)] = 220
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = round(1000 * time), millisecond
            file.mux(pictures.encode(frame))
        file.mux(pictures.encode())
        for number in range(int(sound * 16_000 / 1024) if track is not None else 0):
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            silence.sample_rate, silence.pts, silence.time_base = 16_000, number * 1024, Fraction(1, 16_000)
            file.mux(track.encode(silence))
        if track is not None:
            file.mux(track.encode())
    return path


def seconds_of(path: Path) -> list[float]:
    item = video_item("gate", path.name, path, START)
    return [round((frame.captured_at - START).total_seconds(), 3) for frame in read_video(path, item)]


FASTSTART = {"movflags": "faststart"}
EVEN = [round(number / 20, 3) for number in range(40)]


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov", ".ts", ".flv"])
@pytest.mark.parametrize("sound", [0.5, 8])
def test_a_video_is_whole_however_long_its_sound_is(tmp_path: Path, suffix: str, sound: float) -> None:
    assert seconds_of(make(tmp_path / f"a{suffix}", sound=sound)) == EVEN


def test_a_fragmented_video_is_whole_however_long_its_sound_is(tmp_path: Path) -> None:
    path = make(tmp_path / "a.mp4", sound=12, container={"movflags": "frag_keyframe+empty_moov"})
    assert seconds_of(path) == EVEN


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
@pytest.mark.parametrize(("start", "sound"), [(5, 8), (36_000, 0)])
def test_times_that_begin_late_count_from_the_first_frame(
    tmp_path: Path, suffix: str, start: float, sound: float
) -> None:
    times = [start + time for time in EVEN]
    assert seconds_of(make(tmp_path / f"a{suffix}", times=times, sound=sound, options={"bf": "3"})) == EVEN


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_uneven_times_are_kept(tmp_path: Path, suffix: str) -> None:
    times = [0, 0.1, 0.2, 2, 2.1, 5, 5.1, 9, 9.03, 15]
    assert seconds_of(make(tmp_path / f"a{suffix}", times=times)) == times


@pytest.mark.parametrize("gap", [1, 5, 60])
def test_few_frames_far_apart_are_whole(tmp_path: Path, gap: float) -> None:
    times = [number * gap for number in range(12)]
    assert seconds_of(make(tmp_path / "a.mp4", times=times)) == times


@pytest.mark.parametrize(
    ("suffix", "container", "sound"),
    [
        (".mkv", {}, 0),
        (".mkv", {}, 10),
        (".mp4", {"movflags": "faststart"}, 0),
        (".mp4", {"movflags": "faststart"}, 10),
    ],
)
def test_a_video_that_was_cut_off_says_so(tmp_path: Path, suffix: str, container: dict[str, str], sound: float) -> None:
    times = [number / 20 for number in range(200)]
    whole = make(tmp_path / f"whole{suffix}", times=times, sound=sound, container=container)
    assert len(seconds_of(whole)) == 200
    cut = tmp_path / f"cut{suffix}"
    data = whole.read_bytes()
    cut.write_bytes(data[: len(data) * 2 // 3])
    with pytest.raises(UnreadableMedia, match=rf"cut{suffix}: is cut off or damaged after frame \d+ of 20\d"):
        seconds_of(cut)


@pytest.mark.parametrize(("suffix", "container"), [(".mkv", {}), (".mp4", {"movflags": "faststart"})])
def test_a_tenth_that_is_missing_is_not_overlooked(tmp_path: Path, suffix: str, container: dict[str, str]) -> None:
    whole = make(tmp_path / f"whole{suffix}", times=[number / 20 for number in range(200)], container=container)
    cut = tmp_path / f"cut{suffix}"
    data = whole.read_bytes()
    cut.write_bytes(data[: len(data) * 92 // 100])
    with pytest.raises(UnreadableMedia, match=r"is cut off or damaged after frame 1[6-9]"):
        seconds_of(cut)


@pytest.mark.skipif("libsvtav1" not in av.codecs_available, reason="this PyAV has no encoder for AV1")
@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_av1_is_read(tmp_path: Path, suffix: str, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / f"a{suffix}"
    # In a process of its own: run by root, this encoder makes whoever calls it a real-time process, and with it every
    # server and browser that is started afterwards, which take turns with nobody then.
    code = f"from pathlib import Path; from {__name__} import make; make(Path({str(path)!r}), codec='libsvtav1')"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=Path(__file__).parents[3])
    assert seconds_of(path) == EVEN
    item = video_item("gate", path.name, path, START)
    last = list(read_video(path, item))[-1].image
    assert last[:, :60].mean() > 180 > 80 > last[:, 100:].mean()
    assert capfd.readouterr() == ("", "")
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


def test_a_codec_without_a_decoder_is_said(tmp_path: Path) -> None:
    data = bytearray(make(tmp_path / "a.mp4").read_bytes())
    # The sample entry's code is what says the codec.
    place = data.index(b"avc1", data.index(b"stsd"))
    data[place : place + 4] = b"zzzz"
    (tmp_path / "b.mp4").write_bytes(bytes(data))
    with pytest.raises(UnreadableMedia, match=r"b\.mp4: is a video whose codec cannot be decoded here; convert it"):
        seconds_of(tmp_path / "b.mp4")


def test_the_second_decoder_is_not_loaded_where_it_is_not_needed() -> None:
    # It takes a while to load, which a cold start should not.
    code = "import ingest.video_file, ingest.image_folder, sys; sys.exit('av' in sys.modules or 'PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
