"""A camera that pushes: what the server takes for it, until the camera's own thread has looked at it."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from ingest.streams.connection import Caught, Connection, StreamFacts
from ingest.streams.failures import StreamFailed
from ingest.streams.pictures import JpegPicture
from ingest.streams.pushing.bodies import PictureRefused, PushedPicture, pictures_of
from ingest.streams.slot import NewestSlot
from schemas.errors import UnreadableMedia
from schemas.settings import PushCamera

log = logging.getLogger(__name__)

POLL_SECONDS = 0.2
SAID_AGAIN_SECONDS = 60.0
"""Refusals are logged so often: who tries tokens must not fill the log."""
UNAUTHORIZED = 401

_OFFSETS = 31


class PushFeed:
    """Takes one camera's messages; the newest one wins. The server's threads put, the camera's thread takes.

    Args:
        camera: The camera's settings.
    """

    def __init__(self, camera: PushCamera) -> None:
        self.token_sha256 = camera.token_sha256
        """Digest of the token that the camera has to show; None: none."""
        self.pictures: NewestSlot[Caught] = NewestSlot()
        """What was not looked at yet."""
        self.damaged = 0
        """Messages that could not be used."""
        self.refusal: str | None = None
        """Why the newest message was refused; None: it was not."""
        self._camera = camera
        self._zone = None if camera.timezone is None else ZoneInfo(camera.timezone)
        self._numbers = itertools.count(1)
        self._clock = _CameraClock()
        self._said: dict[int, float] = {}
        self._lock = threading.Lock()

    def take(self, body: bytes, headers: Mapping[str, str], arrived_at: datetime) -> int:
        """Take a message without waiting for anybody; what it replaces is dropped and counted.

        Args:
            body: What was posted.
            headers: The request's, by lower case names.
            arrived_at: When it came.

        Returns:
            How many pictures were in it.

        Raises:
            PictureRefused: None that can be taken.
        """
        found, damage = pictures_of(body, headers, arrived_at, self._zone)
        opened = [(one, _opened(one)) for one in found]
        with self._lock:
            message = next(self._numbers)
            # What comes later arrived later: two connections may bring it in one moment.
            arrived = arrived_at.timestamp()
            for one, picture in opened:
                source_time = self._clock.read(one, arrived)
                self.pictures.put(Caught(picture, arrived, source_time, message), message)
            self.damaged += damage is not None
            self.refusal = None
        return len(opened)

    def refused(self, status: int, message: str) -> None:
        """Note that a message was refused, and say so now and then.

        Args:
            status: The HTTP status.
            message: Why, without secrets.
        """
        now = time.monotonic()
        with self._lock:
            # Of one without the token nobody knows whether it is the camera's.
            self.damaged += status != UNAUTHORIZED
            self.refusal = f"the last message was refused ({status}): {message}"
            is_due = now - self._said.get(status, float("-inf")) >= SAID_AGAIN_SECONDS
            if is_due:
                self._said[status] = now
        if is_due:
            log.warning("camera %s: a message was refused (%d): %s", self._camera.id, status, message)

    def connect(self) -> Connection:
        """Return what waits for the camera's pictures; see `Connection`."""
        return PushConnection(self, self._camera)


class PushConnection:
    """Waits for one camera's pictures, until none came for too long. For one thread.

    Args:
        feed: Where the server puts them.
        camera: The camera's settings.
    """

    def __init__(self, feed: PushFeed, camera: PushCamera) -> None:
        self.facts: StreamFacts | None = None
        self._feed = feed
        self._camera = camera
        self._damaged = feed.damaged
        self._replaced = feed.pictures.replaced_count

    @property
    def damaged(self) -> int:
        """Messages that came and could not be used."""
        return self._feed.damaged - self._damaged

    @property
    def replaced(self) -> int:
        """Pictures that newer ones replaced before they were yielded."""
        return self._feed.pictures.replaced_count - self._replaced

    def pictures(self, stop: threading.Event) -> Iterator[Caught]:
        """Yield pictures as they come; see `Connection`.

        Raises:
            StreamFailed: None came for too long; they may come again at any moment.
        """
        last = time.monotonic()
        while not stop.is_set():
            caught = self._feed.pictures.take(POLL_SECONDS)
            if caught is not None:
                self.facts = StreamFacts("JPEG", "HTTP POST")
                yield caught
                last = time.monotonic()
            elif 0 < self._camera.stall_seconds < time.monotonic() - last:
                raise StreamFailed(self._silence(), is_stall=True, is_awaited=True)

    def _silence(self) -> str:
        said = f"posted no picture for {self._camera.stall_seconds:g} s"
        refusal = self._feed.refusal
        if refusal is not None:
            return f"{said}; {refusal}"
        return f"{said}; is it on, and its URL .../ingest/cameras/{self._camera.id}/frames?"


class _CameraClock:
    """Times of a camera that counts whole seconds, made as exact as their arrival: it never shows what is to come."""

    def __init__(self) -> None:
        self._offsets: deque[float] = deque(maxlen=_OFFSETS)

    def read(self, picture: PushedPicture, arrived_at: float) -> float | None:
        """Return when a picture was captured by the camera's clock, unix time."""
        if picture.captured_at is None:
            return None
        self._offsets.append(picture.captured_at - arrived_at)
        return picture.captured_at if picture.is_exact else arrived_at + max(self._offsets)


def _opened(picture: PushedPicture) -> JpegPicture:
    try:
        return JpegPicture(picture.data, picture.orientation)
    except UnreadableMedia as error:
        raise PictureRefused(f"it {error.message}", 413) from None
