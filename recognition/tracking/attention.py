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

from recognition.tracking.motion import EVERYWHERE, Cells, MotionGate, Part, box_of, cells_of, part_around
from schemas.types import Box, Frame

_BORED = 3
"""Looks at a moving cell that found no plate near it before its motion alone calls for no further look."""

_DULL = 10
"""Looks at a moving cell in vain after which only looks at the whole frame see it: clocks in the picture, flags."""

_QUIET = timedelta(seconds=2)
"""A cell that did not change for so long is new again."""

_NEW_CELLS = 4
"""Cells that have to move where nothing was looked at yet: a vehicle whose plate can be read is larger."""

_MARGIN = 1
"""Cells around what moves that are looked at, too."""

# A plate's vehicle, in widths of the plate from its middle: as wide as a lane, mostly above the plate.
_VEHICLE_ASIDE = 3.0
_VEHICLE_ABOVE = 5.0
_VEHICLE_BELOW = 2.0


@dataclass(frozen=True, slots=True)
class Followed:
    """A plate in view: where it was last seen, whether looks at it now and then are enough, its number, and whether it
    was hardly seen yet, so that it may be gone before the next look is due."""

    box: Box
    settled: bool
    number: int = 0
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """A frame that is worth a look: at `region` (pixels of the frame), or at all of it where that is None."""

    region: Box | None = None

    def covers(self, box: Box) -> bool:
        """Say whether a box lies in what is looked at."""
        region = self.region
        return region is None or (
            region.x1 <= box.x1 and region.y1 <= box.y1 and box.x2 <= region.x2 and box.y2 <= region.y2
        )


class Attention:
    """Decides frame by frame. One sequence, one thread at a time.

    A look is worth it at once where something moves that is not known: a new place, or a plate that is not read surely
    yet. Where only known plates move, or what several looks found to carry no plate (trees, pedestrians, the sides of
    trucks), a look now and then is enough; where nothing changed, what was seen still stands. In any case there is a
    look at the whole frame after `forced_look_seconds`.

    Args:
        relaxed_look_seconds: Time from look to look where only known things move.
        forced_look_seconds: Time after which there is a look whatever the pictures say.
    """

    def __init__(self, relaxed_look_seconds: float, forced_look_seconds: float) -> None:
        self._relaxed = timedelta(seconds=relaxed_look_seconds)
        self._forced = timedelta(seconds=forced_look_seconds)
        self._gate = MotionGate()
        self._last_whole: datetime | None = None
        self._last_thorough: datetime | None = None
        # None until two pictures of one size were seen.
        self._changed: Cells | None = None
        self._part: Part = EVERYWHERE
        self._idle_looks: npt.NDArray[np.int16] = np.zeros((0, 0), np.int16)
        self._moved_at: npt.NDArray[np.float64] = np.zeros((0, 0))

    def consider(self, frame: Frame, followed: Iterable[Followed], *, is_rare: bool = False) -> Look | None:
        """Say whether a frame is worth a look, and where; `looked` has to follow when it is.

        Args:
            frame: The next frame, in order of time.
            followed: The plates in view.
            is_rare: Frames are so far apart that each is worth a look at all of it.
        """
        self._part = EVERYWHERE
        now = frame.captured_at
        changed = self._changed = self._gate.changed(frame.preview)
        if changed is None or self._last_whole is None or self._last_thorough is None:
            return Look()
        self._recall(changed, now)
        if is_rare or now - self._last_whole >= self._forced:
            return Look()
        plates = list(followed)
        wanted = self._urgent(changed, frame, plates)
        if now - self._last_thorough >= self._relaxed:
            # A plate that stands still gets its looks, too, but they show the same: now and then.
            wanted |= (changed & (self._idle_looks < _DULL)) | self._unsettled(changed, frame, plates)
        if not wanted.any():
            return None
        self._part = part_around(wanted, _MARGIN)
        return Look(box_of(self._part, frame.size))

    def unchanged(self, box: Box, frame: Frame) -> bool:
        """Say whether a place looks as it did when it was last looked at.

        Args:
            box: In pixels of the frame.
            frame: The one that `consider` was asked about.
        """
        changed = self._changed
        return changed is not None and not changed[cells_of(box, changed, frame.size)].any()

    def looked(self, frame: Frame, found: Iterable[Box]) -> None:
        """Note what a look has found.

        Args:
            frame: The one that `consider` was asked about.
            found: The plates in it, in pixels of the frame.
        """
        now = frame.captured_at
        self._gate.looked(self._part)
        if self._part == EVERYWHERE:
            self._last_whole = now
        changed = self._changed
        if changed is None:
            self._last_thorough = now
            return
        seen = np.zeros_like(changed)
        seen[self._part] = changed[self._part]
        if not (changed & ~seen & (self._idle_looks < _DULL)).any():
            self._last_thorough = now
        # What moves on takes along how often it was looked at in vain.
        around = cv2.dilate(self._idle_looks, np.ones((3, 3), np.uint8))
        self._idle_looks[seen] = np.maximum(self._idle_looks[seen], np.minimum(around[seen], _BORED)) + 1
        for box in found:
            self._idle_looks[_vehicle(box, changed, frame)] = 0

    def _urgent(self, changed: Cells, frame: Frame, plates: Iterable[Followed]) -> Cells:
        """Return the cells whose change calls for a look at once."""
        new = changed & (self._idle_looks < _BORED)
        unread = np.zeros_like(changed)
        for plate in plates:
            vehicle = _vehicle(plate.box, changed, frame)
            new[vehicle] = False
            if not plate.settled:
                unread[vehicle] |= changed[vehicle].any()
        return unread | new if int(new.sum()) >= _NEW_CELLS else unread

    def _unsettled(self, changed: Cells, frame: Frame, plates: Iterable[Followed]) -> Cells:
        """Return the cells of the plates that need more looks."""
        cells = np.zeros_like(changed)
        for plate in plates:
            if not plate.settled:
                cells[_vehicle(plate.box, changed, frame)] = True
        return cells

    def _recall(self, changed: Cells, now: datetime) -> None:
        """Take an interest again in cells that were quiet for long, and note which are not."""
        if self._idle_looks.shape != changed.shape:
            self._idle_looks = np.zeros(changed.shape, np.int16)
            self._moved_at = np.full(changed.shape, now.timestamp())
        self._idle_looks[now.timestamp() - self._moved_at > _QUIET.total_seconds()] = 0
        self._moved_at[changed] = now.timestamp()


def _vehicle(plate: Box, cells: Cells, frame: Frame) -> Part:
    """Return the rows and columns of cells that belong to a plate's vehicle."""
    x, y, width = (plate.x1 + plate.x2) / 2, (plate.y1 + plate.y2) / 2, plate.width
    around = Box(
        x - _VEHICLE_ASIDE * width, y - _VEHICLE_ABOVE * width, x + _VEHICLE_ASIDE * width, y + _VEHICLE_BELOW * width
    )
    return cells_of(around, cells, frame.size)
