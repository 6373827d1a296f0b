"""What a video's container says is believed within reason, and its frames' times go forward."""

from __future__ import annotations

import contextlib
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import cv2
import numpy as np
import pytest

from ingest import open_video, video_ends
from ingest.open_video import OpenVideo
from ingest.receipts import ItemReceipt
from ingest.video_ends import was_cut
from schemas.errors import UnreadableMedia

PICTURE = np.zeros((64, 96, 3), np.uint8)


class Capture:
    """A container that says what a test wants."""

    def __init__(self, rate: float = 20.0, count: float = 3.0, times: tuple[float, ...] = (0.0,), width: int = 96):
        self.said = {
            cv2.CAP_PROP_FPS: rate,
            cv2.CAP_PROP_FRAME_COUNT: count,
            cv2.CAP_PROP_FRAME_WIDTH: float(width),
            cv2.CAP_PROP_FRAME_HEIGHT: 64.0,
        }
        self.times = list(times)
        self.now = 0.0
        self.is_released = False

    def isOpened(self) -> bool:  # noqa: N802 - as OpenCV has it
        return True

    def get(self, what: int) -> float:
        return self.now * 1000 if what == cv2.CAP_PROP_POS_MSEC else self.said[what]

    def read(self) -> tuple[bool, Any]:
        if not self.times:
            return False, None
        self.now = self.times.pop(0)
        return True, PICTURE

    def release(self) -> None:
        self.is_released = True


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    (tmp_path / "a.mp4").write_bytes(b"x")

    def one(**said: Any) -> OpenVideo:
        monkeypatch.setattr(open_video.cv2, "VideoCapture", lambda *_: Capture(**said))
        return OpenVideo(tmp_path / "a.mp4")

    return one


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("rate", "expected"),
    [(0.1, 0.1), (0.09, 25.0), (1000.0, 1000.0), (1000.1, 25.0), (0.0, 25.0), (-5.0, 25.0), (NAN, 25.0), (INF, 25.0)],
)
def test_a_rate_that_cannot_be_is_twenty_five(opened: Any, rate: float, expected: float) -> None:
    with opened(rate=rate) as video:
        assert video.rate == expected


@pytest.mark.parametrize(
    ("count", "expected"), [(1.0, 1), (0.0, 0), (-1.0, 0), (999_999_999.0, 999_999_999), (1e9, 0), (NAN, 0), (INF, 0)]
)
def test_a_number_of_frames_that_cannot_be_is_not_said(opened: Any, count: float, expected: int) -> None:
    with opened(count=count) as video:
        assert (video.frame_count, video.width, video.height) == (expected, 96, 64)


def test_a_video_of_too_many_pixels_is_refused(opened: Any) -> None:
    most = open_video.MAX_PIXELS // 64
    with opened(width=most):
        pass
    with pytest.raises(UnreadableMedia, match=f"is a video of {most + 1}x64 pixels, more than 100 megapixels"):
        opened(width=most + 1)


def test_times_that_do_not_advance_go_on_by_the_rate(opened: Any) -> None:
    times = (7.0, 0.5, 0.5, 0.2, NAN, INF, 0.7, 3.0)
    with opened(times=times) as video:
        seconds = [second for _, second in video.pictures()]
        assert seconds == pytest.approx([0.0, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 3.0])
    assert video._capture.is_released
    video.close()  # once more does nothing


@pytest.mark.parametrize(("rotation", "turns"), [(0, 0), (90, 1), (180, 2), (270, 3), (-90, 3)])
def test_a_frame_is_turned_as_its_file_notes(rotation: int, turns: int) -> None:
    picture = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    frame: Any = SimpleNamespace(to_ndarray=lambda format: picture, rotation=rotation)
    shown = open_video._upright(frame)
    # Counterclockwise: what stood at the right end of a row is on top.
    assert np.array_equal(shown, np.rot90(picture, turns))
    assert shown.flags.c_contiguous


@pytest.mark.parametrize(
    ("read", "announced", "seconds", "is_asked"),
    [
        (100, 100, 0.0, False),
        (98, 100, 0.0, False),  # two of a hundred may be missing
        (97, 100, 0.0, True),
        (97, 100, 4.70, False),  # a quarter of a second may be missing: 99 / 20 - 4.7
        (97, 100, 4.69, True),
        (50, 0, 0.0, False),
    ],
)
def test_a_video_is_looked_through_where_a_share_and_a_time_of_it_are_missing(
    monkeypatch: pytest.MonkeyPatch, read: int, announced: int, seconds: float, *, is_asked: bool
) -> None:
    video: Any = SimpleNamespace(frame_count=announced, rate=20.0)
    monkeypatch.setattr(video_ends, "_ends_early", lambda *_: True)
    assert was_cut(video, read, seconds) is is_asked


class Stream:
    """The pictures of a container, whose header says how many there are."""

    frames = 0


@pytest.mark.parametrize(
    ("said", "is_cut"),
    [
        # The file goes on to the end that it announces, or lacks a quarter of a second, or a fiftieth of its length.
        ({}, False),
        ({"last": 4.75}, False),
        ({"last": 4.74}, True),
        ({"last": 4.70, "length": 0.05}, False),
        ({"last": 49.0, "end": 50}, False),
        ({"last": 48.99, "end": 50}, True),
        # Times that begin late do so for the end, too; Matroska counts from zero.
        ({"start": 10, "last": 14.71}, False),
        ({"start": 10, "last": 14.69}, True),
        ({"start": 10, "last": 5, "name": "matroska,webm"}, False),
        # Pictures that are in it and did not come out are missing, those that an edit leaves out are not.
        ({"pictures": 98}, False),
        ({"pictures": 99}, True),
        ({"pictures": 100, "discarded": 3}, False),
        ({"header": 99}, True),
        ({"header": 98}, False),
        ({"header": 100, "name": "mov,mp4,m4a"}, False),
        # What has no size or no time is no picture.
        ({"pictures": 98, "empty": 5}, False),
        ({"pictures": 98, "timeless": 5}, False),
    ],
)
def test_a_file_is_cut_that_ends_early_or_holds_what_did_not_come_out(
    monkeypatch: pytest.MonkeyPatch, said: dict[str, Any], *, is_cut: bool
) -> None:
    stream, sound = Stream(), object()
    stream.frames = said.get("header", 0)

    def packet(at: float | None, length: float | None = None, **more: Any) -> Any:
        pts, duration = (None if value is None else round(value * 1000) for value in (at, length))
        told = {"size": 1, "stream": stream, "is_discard": False, **more}
        return SimpleNamespace(pts=pts, duration=duration, time_base=Fraction(1, 1000), **told)

    first = said.get("start", 0)
    packets = [packet(said.get("last", first + 5), said.get("length"), stream=sound)]
    packets += [packet(first) for _ in range(said.get("pictures", 0))]
    packets[1 : 1 + said.get("discarded", 0)] = [packet(first, is_discard=True)] * said.get("discarded", 0)
    packets += [packet(first, size=0)] * said.get("empty", 0) + [packet(None)] * said.get("timeless", 0)
    container = SimpleNamespace(
        streams=SimpleNamespace(best={"video": stream}.get),
        demux=lambda: packets,
        format=SimpleNamespace(name=said.get("name", "avi")),
        duration=said.get("end", 5) * av.time_base,
        start_time=first * av.time_base or None,
    )
    monkeypatch.setattr(av, "VideoStream", Stream)
    monkeypatch.setattr(av, "open", lambda *_, **__: contextlib.nullcontext(container))
    video: Any = SimpleNamespace(name="a", frame_count=1000, rate=20.0)
    assert was_cut(video, 97, 4.6) is is_cut


@pytest.mark.parametrize("reason", [None, "cut off"])
def test_what_becomes_of_an_item_is_noted(reason: str | None) -> None:
    noted: list[tuple[Any, ...]] = []
    ledger: Any = SimpleNamespace(finish=lambda *one: noted.append(one), reject=lambda *one: noted.append(one))
    item: Any = object()
    ItemReceipt(item, ledger).acknowledge(reason)
    assert noted == [(item,) if reason is None else (item, reason)]
