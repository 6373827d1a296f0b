"""A read's pictures go into the image store; what that costs is never the read."""

from __future__ import annotations

import dataclasses
import logging
import time
from collections.abc import Iterable
from typing import Literal
from uuid import UUID

from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.recording.disk_guard import DiskGuard
from schemas.arrivals import Arrival
from schemas.errors import TransientError
from schemas.events import AlarmKind
from schemas.settings import Settings
from schemas.types import PlateRead
from storage.reads.images import ImageStore, image_key

log = logging.getLogger(__name__)


LATE_SECONDS = 10.0
"""A commit that takes longer may come after a stray picture's grace (storage/reads/pictures.py), which is longer."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Saved:
    """The pictures of a read that is not committed yet, by key, and when they were saved (monotonic seconds)."""

    at: float
    pictures: dict[str, bytes]


class PictureKeeper:
    """Stores arrivals' pictures. A disk that runs full, or a folder that refuses, costs them, never the read or its
    alerts; for a store on another machine they wait on this disk (`pipeline.recording.sending_pictures`).

    Args:
        settings: The configuration; the section `images` counts here.
        counters: The run's counts.
        board: Told whether pictures are kept.
    """

    def __init__(self, settings: Settings, counters: Counters, board: HealthBoard | None = None) -> None:
        self._images = ImageStore(settings)
        self._counters = counters
        self._board = board or HealthBoard("")
        self._disk = DiskGuard(settings, self._board)
        self._lost = False
        self._uncommitted: dict[tuple[UUID, bool, int], _Saved] = {}

    def keep(self, arrival: Arrival) -> PlateRead:
        """Store an arrival's pictures and return its read with their keys; without keys where they were lost."""
        read, pictures = arrival.read, arrival.pictures
        if not (pictures.plate or pictures.context):
            return read  # another machine kept them, or there are none
        if not self._disk.allows_pictures():
            self._counters.add("lost_pictures")
            return read
        try:
            plate = self._saved(read, "plate", pictures.plate)
            context = self._saved(read, "context", pictures.context)
        except TransientError as error:
            if not self._lost:
                log.error("pictures are not kept: %s; reads and alerts go on without them", error)
            self._lost = True
            self._board.raised(AlarmKind.IMAGE_STORE, self._board.machine, f"pictures are not kept: {error}")
            self._counters.add("lost_pictures")
            return read
        if self._lost:
            log.info("pictures are kept again")
            self._lost = False
        kept = {key: data for key, data in ((plate, pictures.plate), (context, pictures.context)) if key and data}
        self._uncommitted[_revision(read)] = _Saved(time.monotonic(), kept)
        if not self._images.is_elsewhere:
            # Another machine's store is that of the stage which sends pictures there.
            self._board.cleared(AlarmKind.IMAGE_STORE, self._board.machine)
        if (plate, context) == (read.plate_image_key, read.context_image_key):
            return read
        return dataclasses.replace(read, plate_image_key=plate, context_image_key=context)

    def confirm(self, reads: Iterable[PlateRead]) -> None:
        """Note that reads are committed.

        Where that took long, somebody may have taken their pictures for those of a process that was killed: they are
        saved again, which changes nothing where they are there.
        """
        for read in reads:
            saved = self._uncommitted.pop(_revision(read), None)
            if saved is None or time.monotonic() - saved.at < LATE_SECONDS:
                continue
            try:
                for key, data in saved.pictures.items():
                    self._images.keep(key, data)
            except TransientError as error:
                log.warning("the pictures of read %s could not be saved again: %s", read.read_id, error)

    def _saved(self, read: PlateRead, kind: Literal["plate", "context"], picture: bytes | None) -> str | None:
        if picture is None:
            return None
        key = image_key(read, kind)
        self._images.keep(key, picture)
        return key


def _revision(read: PlateRead) -> tuple[UUID, bool, int]:
    return read.read_id, read.is_final, read.revision
