"""The stage that keeps what waits in the car within its room: the oldest pictures go, reads never do."""

from __future__ import annotations

import logging
import shutil
import threading

from pipeline.patrol.making_room import spool_subject
from pipeline.stages.stage import SteppedStage
from schemas.events import AlarmKind
from schemas.settings import PatrolSettings, Settings
from storage.car.uploads import Uploads

log = logging.getLogger(__name__)

STEP_SECONDS = 5.0
SPARE = 0.02
"""Share of the room that is made beyond what is needed, so that pictures do not go one by one."""
TIGHT, ENOUGH = 1.5, 2.2
"""Old pictures go where the disk has less than so many times `images.keep_free_gigabytes`, until it has so much: new
ones stop at once, and go on at twice as much (pipeline/recording/disk_guard.py)."""


class RoomStage(SteppedStage):
    """Deletes the oldest pictures once `patrol.spool_megabytes` is used up, or the disk is nearly full.

    Args:
        settings: The configuration.
        patrol: Its section about the car.
        uploads: What waits.
    """

    name = "room"
    trouble = "old pictures cannot be deleted"

    def __init__(self, settings: Settings, patrol: PatrolSettings, uploads: Uploads) -> None:
        super().__init__()
        self._folder = settings.data_dir
        self._limit = int(patrol.spool_megabytes * (1 << 20))
        self._least = int(settings.images.keep_free_gigabytes * (1 << 30))
        self._uploads = uploads
        self.lost_pictures = 0
        """Pictures that went before the server had them, since the start."""

    def step(self, stop: threading.Event) -> float:
        """Delete what is too much.

        Raises:
            TransientError: The file is busy, or pictures cannot be deleted.
        """
        excess = self._excess()
        if excess > 0:
            lost = self._uploads.drop_oldest_pictures(excess + int(self._limit * SPARE))
            self.lost_pictures += lost
            if lost:
                log.error("%d pictures that the server does not have were deleted to make room", lost)
            self._say(is_enough=self._excess() <= 0)
        elif self._uploads.used_bytes() < self._limit * (1 - 2 * SPARE) and self.board is not None:
            self.board.cleared(AlarmKind.DISK_SPACE, spool_subject(self.board))
        return STEP_SECONDS

    def _excess(self) -> int:
        beyond = self._uploads.used_bytes() - self._limit
        free = shutil.disk_usage(self._folder).free
        return max(beyond, int(self._least * ENOUGH) - free if free < self._least * TIGHT else 0)

    def _say(self, *, is_enough: bool) -> None:
        room = f"patrol.spool_megabytes = {self._limit >> 20}"
        message = (
            f"the room for what waits is used up ({room}, or the disk): the oldest pictures were deleted, "
            f"{self.lost_pictures} of them not at home; bring the car to a network"
        )
        if not is_enough:
            message += "; reads alone take more than that, and are kept as long as the disk holds them"
        if self.board is not None:
            self.board.raised(AlarmKind.DISK_SPACE, spool_subject(self.board), message)
