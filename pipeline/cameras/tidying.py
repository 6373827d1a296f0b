"""A watched folder is tidied: what is recorded is deleted or moved, as its camera's settings ask."""

from __future__ import annotations

import logging
import threading
import time

from ingest.put_away import put_away, restore_taken
from ingest.source import FrameSource
from pipeline.health.board import HealthBoard
from pipeline.stages.retry import until_available
from schemas.events import AlarmKind
from schemas.items import ItemBook
from schemas.settings import FileCamera
from schemas.types import SourceItem

log = logging.getLogger(__name__)

AGAIN_SECONDS = 60.0
"""How long after a file could be neither deleted nor moved the next one is tried."""


class Tidying:
    """Puts files away whose reads are committed; those that could not be used go to the quarantine, where there is one.

    Whether they are is asked from the ledger and not remembered, so that the next run goes on where one was killed.

    Args:
        camera: The camera's settings.
        ledger: Knows what is recorded.
        board: Told of what does not work.
    """

    def __init__(self, camera: FileCamera, ledger: ItemBook, board: HealthBoard) -> None:
        self._camera = camera
        self._ledger = ledger
        self._board = board
        self._staying: set[tuple[str, str]] = set()
        self._again_at = 0.0

    def begin(self) -> None:
        """Say what becomes of files, and mend what a killed run left."""
        if self._camera.type != "image_folder":
            return
        if self._is_wanted:
            restore_taken(self._camera.path)
        if self._camera.after == "keep":
            self._board.cleared(AlarmKind.FILES_KEPT, self._camera.id)
            log.info(
                "camera %s: files stay in %s after they are recorded, for as long as you leave them there; they are "
                'personal data: after = "delete" or "move" takes them away',
                self._camera.id,
                self._camera.path,
            )

    def offer(self, source: FrameSource, item: SourceItem, stop: threading.Event) -> bool:
        """Put an item away that was handed to the recorder before, if it is recorded by now.

        Args:
            source: Where it is.
            item: The item, as it was listed just now.
            stop: Ends the waiting for the database.

        Returns:
            Whether its file is gone from the folder.

        Raises:
            Stopped: The run was stopped.
        """
        key = item.name, item.fingerprint
        camera = self._camera
        if camera.type != "image_folder" or not self._is_wanted or key in self._staying:
            return False
        if time.monotonic() < self._again_at:
            return False
        doing = f"camera {camera.id}: asking what is recorded"
        if not until_available(lambda: self._ledger.is_finished(item), stop, doing=doing):
            return False
        is_rejected = until_available(lambda: self._ledger.is_rejected(item), stop, doing=doing)
        folder = camera.quarantine if is_rejected else camera.move_to
        if folder is None and (is_rejected or camera.after == "keep"):
            self._staying.add(key)
            return False
        path = source.path_of(item)
        try:
            if folder is not None and not folder.is_dir():
                raise FileNotFoundError(2, f"the folder {folder} is not there; make it or mount it", str(folder))
            target = None if folder is None else folder / path.relative_to(camera.path)
            is_gone = put_away(path, item.fingerprint, target)
        except OSError as error:
            self._fails(error, "deleted" if folder is None else f"moved to {folder}")
            return False
        if self._board.cleared(AlarmKind.FILES_KEPT, camera.id):
            log.info("camera %s: recorded files are taken away again", camera.id)
        return is_gone

    @property
    def _is_wanted(self) -> bool:
        camera = self._camera
        return camera.type == "image_folder" and (camera.after != "keep" or camera.quarantine is not None)

    def _fails(self, error: OSError, doing: str) -> None:
        self._again_at = time.monotonic() + AGAIN_SECONDS
        # No file's name: it may hold a plate.
        message = (
            f"recorded files in {self._camera.path} cannot be {doing} ({error.strerror}); they stay, and nothing is "
            "read twice; correct the folders' permissions or space"
        )
        if self._board.raised(AlarmKind.FILES_KEPT, self._camera.id, message):
            log.error("camera %s: %s", self._camera.id, message)
