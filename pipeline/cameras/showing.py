"""What a live camera shows, once a minute, for whoever looks at a page: so small that no plate can be read."""

from __future__ import annotations

import time

from pipeline.health.board import HealthBoard
from policy.collection import Attribute
from policy.decisions import open_policy
from recognition.pictures.small import small_picture
from schemas.errors import InvalidInput
from schemas.settings import Settings, StreamCamera
from schemas.types import Frame

EVERY_SECONDS = 60.0
WIDTH = 240
"""Pixels: a plate that recognition just reads (60 of 1920) is 8 wide then."""
QUALITY = 60
MOST_BYTES = 65_536


class Showing:
    """Notes what a camera shows. For one thread.

    Args:
        camera: The camera; one that pages may not show is passed over.
        settings: The configuration: where the law lets no pictures be kept, none is.
        board: Told of it.
    """

    def __init__(self, camera: StreamCamera, settings: Settings, board: HealthBoard) -> None:
        self._camera_id = camera.id
        self._board = board
        self._may = camera.live_view and open_policy(settings).collection.permits(Attribute.PICTURES)
        self._due = time.monotonic()

    def see(self, frame: Frame) -> None:
        """Take a frame in; only one in a minute is made small."""
        if not self._may or time.monotonic() < self._due:
            return
        try:
            picture = small_picture(frame.image, WIDTH, QUALITY)
        except InvalidInput:
            return  # damaged; recognition counts it
        self._due = time.monotonic() + EVERY_SECONDS
        if len(picture) <= MOST_BYTES:
            self._board.showed(self._camera_id, frame.captured_at, picture)
