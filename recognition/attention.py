"""Which frames of a sequence are worth a look by the detector, and where in them.

Decided by the frames' own times and content alone, so that a replay looks at the same frames.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import cv2
import numpy as np
import numpy.typing as npt

from recognition.motion import Cells, MotionGate, cells_of
from schemas.types import Box, Frame

_BORED = 3
"""Looks at a moving cell that found no plate near it before its motion alone calls for no further look."""

_QUIET = timedelta(seconds=2)
"""A cell that did not change for so long is new again."""

_NEW_CELLS = 4
"""Cells that have to move where nothing was looked at yet: a vehicle whose plate can be read is larger."""

# A plate's vehicle, in widths of the plate from its middle: as wide as a lane, mostly above the plate.
_VEHICLE_ASIDE = 3.0
_VEHICLE_ABOVE = 5.0
_VEHICLE_BELOW = 2.0


@dataclass(frozen=True, slots=True)
class Followed:
    """A plate in view: where it was last seen, and whether more looks at it would help."""

    box: Box
    settled: bool


class Attention:
    """Decides frame by frame. One sequence, one thread at a time.

    A look is worth it at once where something moves that is not known: a new place, or a plate that is not read surely
    yet. Where only known plates move, or what several looks found to carry no plate (trees, pedestrians, the sides of
    trucks), a look now and then is enough; where nothing changed, what was seen still stands. In any case there is a
    look after `forced_look_seconds`.

    Args:
        relaxed_look_seconds: Time from look to look where only known things move.
        forced_look_seconds: Time after which there is a look whatever the pictures say.
    """

    def __init__(self, relaxed_look_seconds: float, forced_look_seconds: float) -> None:
        self._relaxed = timedelta(seconds=relaxed_look_seconds)
        self._forced = timedelta(seconds=forced_look_seconds)
        self._gate = MotionGate()
        self._last_look: datetime | None = None
        # None until two pictures of one size were seen.
        self._changed: Cells | None = None
        self._idle_looks: npt.NDArray[np.int16] = np.zeros((0, 0), np.int16)
        self._moved_at: npt.NDArray[np.float64] = np.zeros((0, 0))

    def wants(self, frame: Frame, followed: Iterable[Followed]) -> bool:
        """Say whether a frame is worth a look; `looked` has to follow when it is.

        Args:
            frame: The next frame, in order of time.
            followed: The plates in view.
        """
        changed = self._changed = self._gate.changed(frame.image)
        if changed is None or self._last_look is None:
            return True
        since = frame.captured_at - self._last_look
        if since >= self._forced:
            return True
        plates = list(followed)
        if not changed.any():
            # A plate that stands still gets its looks, too, but they show the same: now and then.
            return since >= self._relaxed and any(not plate.settled for plate in plates)
        return since >= self._relaxed or self._exciting(changed, frame, plates)

    def unchanged(self, box: Box, frame: Frame) -> bool:
        """Say whether a place looks as it did at the last look.

        Args:
            box: In pixels of the frame.
            frame: The one that `wants` was asked about.
        """
        changed = self._changed
        return changed is not None and not changed[cells_of(box, _shape(changed), _size(frame))].any()

    def looked(self, frame: Frame, found: Iterable[Box]) -> None:
        """Note what a look has found.

        Args:
            frame: The one that `wants` was asked about.
            found: The plates in it, in pixels of the frame.
        """
        self._last_look = frame.captured_at
        self._gate.looked()
        changed = self._changed
        if changed is None:
            return
        self._recall(changed, frame.captured_at)
        self._moved_at[changed] = frame.captured_at.timestamp()
        # What moves on takes along how often it was looked at in vain.
        around = cv2.dilate(self._idle_looks, np.ones((3, 3), np.uint8))
        self._idle_looks[changed] = np.minimum(around[changed], _BORED) + 1
        for box in found:
            self._idle_looks[_vehicle(box, changed, frame)] = 0

    def _exciting(self, changed: Cells, frame: Frame, plates: Iterable[Followed]) -> bool:
        """Say whether anything has changed that calls for a look at once."""
        self._recall(changed, frame.captured_at)
        exciting = changed & (self._idle_looks < _BORED)
        for plate in plates:
            vehicle = _vehicle(plate.box, changed, frame)
            if not plate.settled and changed[vehicle].any():
                return True
            exciting[vehicle] = False
        return int(exciting.sum()) >= _NEW_CELLS

    def _recall(self, changed: Cells, now: datetime) -> None:
        """Take an interest again in cells that were quiet for long."""
        if self._idle_looks.shape != changed.shape:
            self._idle_looks = np.zeros(changed.shape, np.int16)
            self._moved_at = np.full(changed.shape, now.timestamp())
        self._idle_looks[now.timestamp() - self._moved_at > _QUIET.total_seconds()] = 0


def _vehicle(plate: Box, cells: Cells, frame: Frame) -> tuple[slice, slice]:
    """Return the rows and columns of cells that belong to a plate's vehicle."""
    x, y, width = (plate.x1 + plate.x2) / 2, (plate.y1 + plate.y2) / 2, plate.width
    around = Box(
        x - _VEHICLE_ASIDE * width, y - _VEHICLE_ABOVE * width, x + _VEHICLE_ASIDE * width, y + _VEHICLE_BELOW * width
    )
    return cells_of(around, _shape(cells), _size(frame))


def _shape(cells: Cells) -> tuple[int, int]:
    return cells.shape[0], cells.shape[1]


def _size(frame: Frame) -> tuple[int, int]:
    return frame.image.shape[1], frame.image.shape[0]
