"""A camera at this machine's USB, by the kernel's V4L2."""

from __future__ import annotations

import contextlib
import os
import stat
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ingest.opencv import cv2
from ingest.pictures import MIN_SIDE
from ingest.streams.connection import Caught, StreamFacts
from ingest.streams.failures import StreamFailed
from ingest.streams.pictures import JpegPicture, LivePicture
from schemas.errors import UnreadableMedia
from schemas.settings import UsbCamera
from schemas.types import Gray, Image

_CODES = {"mjpeg": "MJPG", "yuyv": "YUYV"}
_MOST_DAMAGED = 50
"""So many pictures in a row that cannot be used, and the device is opened anew."""


class Device(Protocol):
    """An open camera; `cv2.VideoCapture` is one."""

    def read(self) -> tuple[bool, Any]:
        """Wait for a picture; return whether one came, and it: a file's bytes, or rows of pixels in BGR."""
        ...

    def get(self, prop: int, /) -> float:
        """Return a property."""
        ...

    def release(self) -> None:
        """Close it."""
        ...


OpenDevice = Callable[[UsbCamera], Device | None]
"""Opens a camera's device as its settings say; None: it cannot be opened."""


class PlainPicture:
    """A picture whose colors the driver has made.

    Args:
        image: Rows of pixels in BGR.
    """

    def __init__(self, image: Image) -> None:
        self._image = image
        self.size = image.shape[1], image.shape[0]

    def preview(self) -> Gray:
        """Return its brightness."""
        return np.asarray(cv2.cvtColor(self._image, cv2.COLOR_BGR2GRAY), np.uint8)

    def image(self) -> Image:
        """Return it in colors."""
        return self._image


class UsbConnection:
    """Reads one device. For one thread.

    Args:
        camera: Its settings.
        open_device: Opens it; None: by V4L2.
    """

    def __init__(self, camera: UsbCamera, open_device: OpenDevice | None = None) -> None:
        self.facts: StreamFacts | None = None
        self.damaged = self.replaced = 0
        self._camera = camera
        self._open_device = open_device or open_v4l2

    def pictures(self, stop: threading.Event) -> Iterator[Caught]:
        """Yield pictures as they come; see `Connection`. They have no time but that of their arrival.

        Raises:
            StreamFailed: None can be had, or none comes any more.
        """
        path = self._camera.path
        device = self._open_device(self._camera)
        if device is None:
            raise StreamFailed(
                f"{path}: cannot be opened as a camera; is it one that takes pictures, and does another program use it?"
            )
        with contextlib.closing(_Closing(device)):
            rate = device.get(cv2.CAP_PROP_FPS)
            self.facts = StreamFacts("MJPEG" if self._camera.format == "mjpeg" else "raw", "usb", rate or None)
            in_a_row = 0
            while not stop.is_set():
                has_come, picture = device.read()
                arrived_at = time.time()
                if not has_come:
                    raise StreamFailed(f"{path}: sends no picture any more; was it unplugged?", is_stall=True)
                try:
                    caught = Caught(_picture_of(picture), arrived_at)
                except UnreadableMedia as error:
                    self.damaged += 1
                    in_a_row += 1
                    if in_a_row >= _MOST_DAMAGED:
                        raise StreamFailed(
                            f"{path}: sends nothing but damaged pictures ({error}); try another format, "
                            "or a shorter cable"
                        ) from error
                    continue
                in_a_row = 0
                yield caught


class _Closing:
    def __init__(self, device: Device) -> None:
        self.close = device.release


def open_v4l2(camera: UsbCamera) -> Device | None:
    """Open a device with the format, the size and the rate that are asked for, or those nearest that it has.

    Args:
        camera: The settings.

    Raises:
        StreamFailed: There is no such device, or this user may not read it.
    """
    _check(camera)
    device = cv2.VideoCapture(str(camera.path), cv2.CAP_V4L2)
    if not device.isOpened():
        device.release()
        return None
    device.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*_CODES[camera.format]))
    device.set(cv2.CAP_PROP_FRAME_WIDTH, camera.width)
    device.set(cv2.CAP_PROP_FRAME_HEIGHT, camera.height)
    device.set(cv2.CAP_PROP_FPS, camera.fps)
    # One picture waits at most: what is looked at is what is seen now.
    device.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    if camera.format == "mjpeg":
        # As it came: most pictures are looked at by the motion gate alone, which needs no colors.
        device.set(cv2.CAP_PROP_CONVERT_RGB, 0)
    return device


def _check(camera: UsbCamera) -> None:
    try:
        mode = camera.path.stat().st_mode
    except FileNotFoundError:
        raise StreamFailed(f"{camera.path}: there is no such device; is the camera plugged in?") from None
    except OSError as error:
        raise StreamFailed(f"{camera.path}: cannot be looked at ({error.strerror})") from None
    if not stat.S_ISCHR(mode):
        raise StreamFailed(f"{camera.path}: is no device; expected one like /dev/v4l/by-id/NAME-video-index0")
    if not os.access(camera.path, os.R_OK | os.W_OK):
        raise StreamFailed(f"{camera.path}: this user may not use it; add the user to the group video")


def _picture_of(picture: npt.NDArray[np.uint8]) -> LivePicture:
    """Return what a device gave as a picture: files come as one row of bytes.

    Raises:
        UnreadableMedia: It is none, or too small.
    """
    if picture.ndim == 3 and picture.shape[2] == 3:
        if min(picture.shape[:2]) < MIN_SIDE:
            raise UnreadableMedia(f"is a picture of {picture.shape[1]}x{picture.shape[0]} pixels")
        return PlainPicture(picture)
    return JpegPicture(picture.tobytes())
