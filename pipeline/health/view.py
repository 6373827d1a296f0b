"""A live camera's pictures are looked at now and then: an alarm stands while it does not see what it usually does."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path

from ingest.view.memory_file import FOLDER, load_memory, save_memory
from ingest.view.usual import UsualView
from pipeline.health.board import HealthBoard
from schemas.errors import InvalidInput
from schemas.events import AlarmKind
from schemas.types import Frame

log = logging.getLogger(__name__)

SAVE_EVERY = timedelta(minutes=10)


class ViewWatch:
    """Judges one camera's view. For one thread.

    Args:
        camera_id: The camera.
        minutes: How long its view has to be unusual; 0: it is not looked at.
        data_dir: Where what is usual is kept over restarts.
        board: Where alarms are raised.
    """

    def __init__(self, camera_id: str, minutes: float, data_dir: Path, board: HealthBoard) -> None:
        self._camera_id = camera_id
        self._board = board
        self._path = data_dir / FOLDER / f"{camera_id}.json"
        self._view = UsualView(timedelta(minutes=minutes), load_memory(self._path)) if minutes else None
        self._saved_at: datetime | None = None

    def see(self, frame: Frame) -> None:
        """Take a frame in; only one in ten seconds is looked at, and made colors of."""
        if self._view is None or not self._view.is_due(frame.captured_at):
            return
        try:
            self._view.look(frame.image, frame.captured_at)
        except InvalidInput:
            return  # damaged; recognition counts it
        if self._view.wrong is None:
            if self._board.cleared(AlarmKind.CAMERA_VIEW, self._camera_id):
                log.info("camera %s: it sees what it usually sees again", self._camera_id)
        elif self._board.raised(AlarmKind.CAMERA_VIEW, self._camera_id, self._view.wrong.value):
            log.warning("camera %s: %s", self._camera_id, self._view.wrong.value)
        if self._saved_at is None:
            self._saved_at = frame.captured_at
        elif abs(frame.captured_at - self._saved_at) >= SAVE_EVERY:
            self._saved_at = frame.captured_at
            self.save()

    def save(self) -> None:
        """Keep what is usual; where that cannot be written, it is learned anew at the next start."""
        if self._view is None:
            return
        try:
            save_memory(self._path, self._view.memory)
        except OSError as error:
            log.warning("camera %s: what it usually sees is not kept (%s)", self._camera_id, error.strerror)
