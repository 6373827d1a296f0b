"""A camera at USB: no machine that tests run on need have one, so a file of pictures stands for the device."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from pydantic import ValidationError

from ingest.streams import usb
from ingest.streams.connecting import connector
from ingest.streams.failures import StreamFailed
from ingest.streams.reader import LiveReader
from ingest.streams.usb import UsbConnection
from operations.cameras.checking import check_camera
from schemas.settings import RecognitionSettings, Settings, UsbCamera

SIZE = (320, 240)


def camera(path: Path = Path("/dev/v4l/by-id/front"), **fields: Any) -> UsbCamera:
    return UsbCamera(id="front", path=path, mount="vehicle", **fields)


class Device:
    """A device that has some pictures, and is unplugged then."""

    def __init__(self, *pictures: Any) -> None:
        self.pictures = list(pictures)
        self.is_open = True

    def read(self) -> tuple[bool, Any]:
        return (True, self.pictures.pop(0)) if self.pictures else (False, None)

    def get(self, prop: int) -> float:
        return 15.0 if prop == cv2.CAP_PROP_FPS else 0.0

    def release(self) -> None:
        self.is_open = False


def gray(value: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.full((SIZE[1], SIZE[0], 3), value, np.uint8)


def as_jpeg(picture: np.ndarray[Any, np.dtype[np.uint8]]) -> np.ndarray[Any, Any]:
    """As the driver gives it: one row of bytes."""
    return np.frombuffer(cv2.imencode(".jpg", picture)[1].tobytes(), np.uint8)[np.newaxis]


def test_an_unplugged_camera_is_said_and_let_go() -> None:
    device = Device(gray(90))
    pictures = UsbConnection(camera(), lambda _: device).pictures(threading.Event())
    next(pictures)
    with pytest.raises(StreamFailed, match="/dev/v4l/by-id/front: sends no picture any more; was it unplugged"):
        next(pictures)
    assert not device.is_open


def test_each_picture_is_there_before_the_next_is_waited_for() -> None:
    device = Device(as_jpeg(gray(40)), gray(90))
    connection = UsbConnection(camera(), lambda _: device)
    pictures = connection.pictures(threading.Event())
    first, second = next(pictures), next(pictures)
    assert [one.picture.size for one in (first, second)] == [SIZE, SIZE]
    assert abs(int(first.picture.image().mean()) - 40) <= 1
    assert abs(int(second.picture.preview().mean()) - 90) <= 1
    assert first.source_time is None
    assert first.arrived_at <= second.arrived_at
    assert connection.facts is not None
    assert (connection.facts.codec, connection.facts.transport, connection.facts.rate) == ("MJPEG", "usb", 15.0)
    pictures.close()
    assert not device.is_open


def test_damaged_pictures_are_counted_and_nothing_but_those_ends_the_connection() -> None:
    noise = np.zeros((1, 400), np.uint8)
    connection = UsbConnection(camera(), lambda _: Device(noise, as_jpeg(gray(40)), *[noise] * 60))
    pictures = connection.pictures(threading.Event())
    next(pictures)
    assert connection.damaged == 1
    with pytest.raises(StreamFailed, match="nothing but damaged pictures"):
        next(pictures)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/dev/v4l/by-id/none", "there is no such device; is the camera plugged in"),
        (__file__, "is no device; expected one like /dev/v4l/by-id/"),
        ("/dev/null", "cannot be opened as a camera"),
    ],
)
def test_what_is_no_camera_is_said_in_one_line(path: str, words: str) -> None:
    with pytest.raises(StreamFailed, match=words) as failed:
        next(connector(camera(Path(path)))().pictures(threading.Event()))
    assert "\n" not in str(failed.value)


def test_a_camera_that_is_plugged_in_again_goes_on() -> None:
    devices = [None, Device(gray(1)), Device(gray(2)), Device(*[gray(3)] * 1000)]
    settings = camera()
    reader = LiveReader(settings, lambda: UsbConnection(settings, lambda _: devices.pop(0)))
    reader.start()
    try:
        while reader.state.connections < 3:
            reader.frames.take(0.1)
    finally:
        reader.stop()
        reader.join(30)
    assert devices == []


def test_a_configured_camera_is_checked_like_those_in_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usb, "open_v4l2", lambda _: Device(*[gray(40)] * 100_000))
    report = check_camera(camera(), RecognitionSettings(), seconds=0.2)
    assert (report.address, report.state.size) == ("/dev/v4l/by-id/front", SIZE)
    assert report.state.facts is not None
    assert report.state.facts.transport == "usb"


def test_a_configuration_names_device_format_size_and_rate() -> None:
    table = {
        "id": "front",
        "type": "usb",
        "path": "/dev/video0",
        "format": "yuyv",
        "width": 640,
        "height": 480,
        "fps": 10,
    }
    (found,) = Settings(cameras=(table,)).cameras  # type: ignore[arg-type]
    assert isinstance(found, UsbCamera)
    assert (found.format, found.width, found.height, found.fps) == ("yuyv", 640, 480, 10)
    with pytest.raises(ValidationError, match="format"):
        Settings(cameras=(table | {"format": "h264"},))  # type: ignore[arg-type]
