"""A read's pictures go into the image store; what that costs is never the read."""

from __future__ import annotations

import dataclasses
import logging
from typing import Literal

from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from schemas.arrivals import Arrival
from schemas.errors import TransientError
from schemas.events import AlarmKind
from schemas.settings import Settings
from schemas.types import PlateRead
from storage.reads.images import ImageStore, image_key

log = logging.getLogger(__name__)


class PictureKeeper:
    """Stores arrivals' pictures. A full disk, or a store that refuses or does not answer, costs them, never the read or
    its alerts.

    Args:
        settings: The configuration; the section `images` counts here.
        counters: The run's counts.
        board: Told whether pictures are kept.
    """

    def __init__(self, settings: Settings, counters: Counters, board: HealthBoard | None = None) -> None:
        self._images = ImageStore(settings)
        self._counters = counters
        self._board = board or HealthBoard("")
        self._lost = False

    def keep(self, arrival: Arrival) -> PlateRead:
        """Store an arrival's pictures and return its read with their keys; without keys where they were lost."""
        read, pictures = arrival.read, arrival.pictures
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
        self._board.cleared(AlarmKind.IMAGE_STORE, self._board.machine)
        return dataclasses.replace(read, plate_image_key=plate, context_image_key=context)

    def _saved(self, read: PlateRead, kind: Literal["plate", "context"], picture: bytes | None) -> str | None:
        if picture is None:
            return None
        key = image_key(read, kind)
        self._images.save(key, picture)
        return key
