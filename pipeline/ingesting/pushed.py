"""Cameras that push: between the server, which takes their pictures, and their stages, which look at them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping

from ingest.streams.connection import Connect
from ingest.streams.pushing.feed import PushFeed
from schemas.settings import PushCamera, Settings

log = logging.getLogger(__name__)


class PushedFrames:
    """What takes pictures now, by camera. Threads share it."""

    def __init__(self) -> None:
        self._feeds: dict[str, PushFeed] = {}
        self._lock = threading.Lock()

    def connect(self, camera: PushCamera) -> Connect:
        """Take a camera's pictures from now on, by these settings; return what waits for them.

        Args:
            camera: Its settings.
        """
        feed = PushFeed(camera)
        with self._lock:
            self._feeds = {**self._feeds, camera.id: feed}
        return feed.connect

    def keep(self, settings: Settings) -> None:
        """Take nothing more of cameras that are not configured to push any more."""
        ids = {camera.id for camera in settings.cameras if isinstance(camera, PushCamera)}
        with self._lock:
            self._feeds = {name: feed for name, feed in self._feeds.items() if name in ids}

    def takers(self) -> Mapping[str, PushFeed]:
        """Return what takes pictures now, by camera."""
        return self._feeds


class NothingPushed:
    """The stage of a camera that pushes, in a run that ends when everything that is there was read: nothing is.

    Args:
        camera: Its settings.
    """

    def __init__(self, camera: PushCamera) -> None:
        self.name = f"camera-{camera.id}"

    def run(self, stop: threading.Event) -> None:
        """Say so, and end."""
        log.info("stage %s: what it posts is not taken by a run that ends by itself", self.name)
