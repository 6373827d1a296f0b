"""Where the disk is full, the oldest pictures go before any read does."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Sequence

from alerts.settling.unit import Unit, Units
from pipeline.health.board import HealthBoard
from schemas.errors import StorageFull, TransientError
from schemas.events import AlarmKind
from schemas.types import PlateRead
from storage.car.uploads import Uploads

log = logging.getLogger(__name__)

AT_ONCE_BYTES = 16 << 20
"""So much goes where nothing can be written any more; reads take some kilobytes each."""


def spool_subject(board: HealthBoard) -> str:
    """Return what alarms about the car's room are about."""
    return f"spool of {board.machine}"


class RoomMakingUnits:
    """Units of work that make room on a full disk, and say so until there is some again.

    Args:
        units: Where transactions are begun.
        uploads: Has the pictures.
        board: Told that there is no room.
    """

    def __init__(self, units: Units, uploads: Uploads, board: HealthBoard) -> None:
        self._units = units
        self._uploads = uploads
        self._board = board
        self._is_full = False

    @contextlib.contextmanager
    def begin(self, reads: Sequence[PlateRead] = ()) -> Iterator[Unit]:
        """See `Units`.

        Raises:
            StorageFull: Nothing was written, and some pictures went if there were any; write the same again.
        """
        try:
            with self._units.begin(reads) as unit:
                yield unit
        except StorageFull as error:
            self._make_room(error)
            raise
        if self._is_full:
            self._is_full = False
            self._board.cleared(AlarmKind.DISK_SPACE, spool_subject(self._board))
            log.info("there is room for reads again")

    def _make_room(self, error: StorageFull) -> None:
        lost = 0
        with contextlib.suppress(TransientError):
            lost = self._uploads.drop_oldest_pictures(AT_ONCE_BYTES)
        message = f"the disk is full, and reads wait: {error}"
        if lost:
            log.error("the disk is full: the oldest %d pictures that the server does not have are deleted", lost)
        if self._board.raised(AlarmKind.DISK_SPACE, spool_subject(self._board), message) and not self._is_full:
            log.error("%s", message)
        self._is_full = True
