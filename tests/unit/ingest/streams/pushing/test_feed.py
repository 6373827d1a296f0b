"""The newest message wins, whatever is behind it; silence is said with its reason, and pictures end it at once."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from ingest.streams.pushing.bodies import PictureRefused
from ingest.streams.pushing.feed import PushFeed
from ingest.streams.reader import LiveReader
from schemas.settings import PushCamera
from tests.unit.ingest.streams.cameras import frames_of, jpeg, until
from tests.unit.ingest.streams.pushing.test_bodies import parts, with_exif

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
HEADERS = {"content-type": "multipart/mixed; boundary=cut"}


@contextlib.contextmanager
def pushing(**more: object) -> Iterator[tuple[PushFeed, LiveReader]]:
    camera = PushCamera.model_validate({"id": "pole", "stall_seconds": 0.6, **more})
    feed = PushFeed(camera)
    reader = LiveReader(camera, feed.connect)
    reader.start()
    try:
        yield feed, reader
    finally:
        reader.stop()
        reader.join(60.0)
        assert reader.is_over


def test_pictures_of_one_message_wait_and_those_of_the_next_replace_them() -> None:
    with pushing() as (feed, reader):
        assert feed.take(parts(jpeg(0), jpeg(1), jpeg(2)), HEADERS, NOW) == 3
        until(lambda: reader.state.frames == 3)
        first = frames_of(reader, 1)[0]
        assert feed.take(jpeg(3), {}, NOW + timedelta(seconds=1)) == 1
        until(lambda: reader.state.frames == 4)
        (last,) = frames_of(reader, 1)
        assert last.captured_at == NOW + timedelta(seconds=1)
        assert (first.frame_number, last.frame_number) == (0, 3)
        assert first.source_item == last.source_item
        assert reader.state.replaced == 2
        assert reader.state.facts is not None
        assert reader.state.facts.transport == "HTTP POST"


def test_what_nobody_took_is_replaced_and_counted_before_it_is_looked_at() -> None:
    camera = PushCamera(id="pole")
    feed = PushFeed(camera)
    for number in range(10):
        feed.take(jpeg(number), {}, NOW + timedelta(seconds=number))
    reader = LiveReader(camera, feed.connect)
    reader.start()
    try:
        (frame,) = frames_of(reader, 1)
        assert frame.captured_at == NOW + timedelta(seconds=9)
        assert feed.pictures.replaced_count == 9
    finally:
        reader.stop()
        reader.join(60.0)


def test_silence_is_a_stall_that_says_why_and_the_next_picture_ends_it_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.streams.pauses.FIRST_PAUSE_SECONDS", 600.0)
    with pushing() as (feed, reader):
        until(lambda: reader.state.problem is not None)
        assert "/ingest/cameras/pole/frames" in str(reader.state.problem)
        feed.refused(401, "no token; send the camera's")
        until(lambda: "no token" in str(reader.state.problem))
        for number in range(3):  # a camera that comes back is not made to wait
            feed.take(jpeg(), {}, NOW + timedelta(seconds=number))
            until(lambda so_far=number: reader.state.connections == so_far + 1)
            until(lambda: reader.state.problem is not None)
        assert "no token" not in str(reader.state.problem)
        assert reader.state.connections == 3


def test_a_camera_that_posts_seldom_never_stalls() -> None:
    with pushing(stall_seconds=0) as (feed, reader):
        feed.take(jpeg(), {}, NOW)
        frames_of(reader, 1)
        with pytest.raises(AssertionError):
            until(lambda: reader.state.problem is not None, 1.0)


def test_the_cameras_clock_counts_from_the_first_picture_where_it_is_to() -> None:
    with pushing(clock="camera") as (feed, reader):
        feed.take(jpeg(), {"x-captured-at": "2026-03-01T11:59:00.5Z"}, NOW)
        (frame,) = frames_of(reader, 1)
        assert frame.captured_at == NOW - timedelta(seconds=59.5)
        assert frame.arrived_at == NOW
        assert reader.state.is_by_camera
        assert reader.state.clock_offset == -59.5


def test_times_in_whole_seconds_become_as_exact_as_their_arrival() -> None:
    with pushing(clock="camera") as (feed, reader):
        times = []
        for number in range(8):  # four a second, by a clock that is a minute ahead and says whole seconds
            arrived = NOW + timedelta(seconds=number / 4)
            said = (arrived + timedelta(minutes=1)).replace(microsecond=0)
            feed.take(jpeg(number), {"date": f"{said:%a, %d %b %Y %H:%M:%S} GMT"}, arrived)
            times.append(frames_of(reader, 1)[0].captured_at)
        steps = {(later - earlier).total_seconds() for earlier, later in itertools.pairwise(times)}
        assert steps == {0.25}
        assert times[0] == NOW + timedelta(minutes=1)


def test_a_picture_that_was_taken_sideways_is_upright() -> None:
    with pushing() as (feed, reader):
        feed.take(with_exif("2026:03:01 12:00:00", "+00:00", 6), {}, NOW)
        (frame,) = frames_of(reader, 1)
        assert frame.size == (240, 320)
        assert frame.image.shape == (320, 240, 3)
        assert frame.preview.shape[0] > frame.preview.shape[1]


def test_pictures_too_large_or_too_small_are_refused_with_their_size() -> None:
    feed = PushFeed(PushCamera(id="pole"))
    bomb = bytearray(jpeg())
    place = bomb.index(b"\xff\xc0")
    bomb[place + 5 : place + 9] = (50_000).to_bytes(2) * 2
    with pytest.raises(PictureRefused, match="50000x50000") as caught:
        feed.take(bytes(bomb), {}, NOW)
    assert caught.value.status == 413
    with pytest.raises(PictureRefused, match="2x2"):
        feed.take(_small(), {}, NOW)


def _small() -> bytes:
    import numpy as np
    import simplejpeg

    return bytes(simplejpeg.encode_jpeg(np.zeros((2, 2, 3), np.uint8), 90, "BGR"))
