"""Pictures stop before reads do: where a disk runs full, what is left of it is the database's."""

from __future__ import annotations

import logging
import shutil
import time
from pathlib import Path

from pipeline.health.board import HealthBoard
from schemas.events import AlarmKind
from schemas.settings import Settings

log = logging.getLogger(__name__)

ASK_SECONDS = 5.0
"""How often the disk is asked how much of it is left."""

WARN_TIMES = 2.0
"""An alarm is raised at so many times the space at which pictures stop, and stands until there is that much again."""


class DiskGuard:
    """Watches the disk that pictures are written to. For one thread.

    Args:
        settings: The configuration; `images.keep_free_gigabytes` is the space that is left to everything else.
        board: Told when space runs out.
    """

    def __init__(self, settings: Settings, board: HealthBoard) -> None:
        self._folder = settings.images.folder or settings.data_dir
        self._least = settings.images.keep_free_gigabytes * (1 << 30)
        self._board = board
        self._asked_at = float("-inf")
        self._allows = True

    def allows_pictures(self) -> bool:
        """Return whether there is room for pictures, as it was a moment ago at most."""
        now = time.monotonic()
        if self._least and now - self._asked_at >= ASK_SECONDS:
            self._asked_at = now
            self._judge()
        return self._allows

    def _judge(self) -> None:
        free = _free_bytes(self._folder)
        if free is None:
            return  # whoever writes there says what is wrong with it
        allowed = self._allows
        # Once they have stopped they go on only with some room, and not for one picture at a time.
        self._allows = free >= self._least * (1.0 if allowed else WARN_TIMES)
        machine = self._board.machine
        left = f"{free / (1 << 30):.1f} GiB are left on the disk of {self._folder}"
        if not self._allows:
            message = f"pictures are not kept: {left}; reads and alerts go on without them; free some space"
            if self._board.raised(AlarmKind.DISK_SPACE, machine, message) or allowed:
                log.error(message)
        elif free < self._least * WARN_TIMES:
            stop = f"{self._least / (1 << 30):g} GiB"
            message = f"{left}, and with less than {stop} pictures are not kept any more; free some space"
            if self._board.raised(AlarmKind.DISK_SPACE, machine, message):
                log.warning(message)
        elif self._board.cleared(AlarmKind.DISK_SPACE, machine):
            log.info("there is space for pictures again: %s", left)


def _free_bytes(folder: Path) -> int | None:
    """Return how much is left on a folder's disk, also where the folder is not made yet; None where nobody can tell."""
    for path in (folder, *folder.parents):
        try:
            return shutil.disk_usage(path).free
        except FileNotFoundError:
            continue
        except OSError:
            return None
    return None
