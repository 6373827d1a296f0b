"""Which detections of successive looks are one plate, with a distance made for small, fast plates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from schemas.types import Box, PlateDetection

_MAX_DISTANCE = 2.5
"""A plate is followed over this many of its own widths between two looks, less what its size changed. Vehicles side by
side stand six widths and more apart."""

_MAX_CARRIED = 1.5
"""The same for a plate of which the pictures in between show where it went: cars in a row follow one another in the
picture as fast as the camera drives past them."""

_NEW_SHARE = 0.6
"""How much of a plate's speed is what it moved since the look before; the rest is what was known."""

_LEAST_SECONDS = 1e-3

Floats = npt.NDArray[np.float64]


@dataclass(slots=True, eq=False)
class _MovingPlate:
    """A plate: its last box, and how its middle moved (pixels per second; nothing is known of a new plate)."""

    number: int
    seen_at: datetime
    box: Box
    speed: Floats
    is_new: bool = True


class PlateTracker:
    """Numbers the plates of one sequence of looks from 1, in the order in which they appear.

    A detection may be near the place that a plate's speed predicts, or near its last one: a vehicle that brakes
    overshoots its prediction, one that drives on leaves its last place. Of all pairs the nearest is taken first.
    """

    def __init__(self) -> None:
        self._plates: list[_MovingPlate] = []
        self._numbers = 0
        self._looked_at: datetime | None = None

    def update(
        self,
        detections: Sequence[PlateDetection],
        moment: datetime,
        carried: Mapping[int, tuple[float, float]] | None = None,
    ) -> list[int]:
        """Take a look's detections in.

        Args:
            detections: Boxes in pixels of the frame.
            moment: When it was captured; looks need not be evenly spaced.
            carried: Where the middles of plates are now, by number, as far as the pictures since the last look tell:
                that counts instead of the last place, which something else may have come to. None: the camera stands.
                Where it does not, plates that were missed in the last look get what the others leave.

        Returns:
            The track number of each detection.
        """
        boxes = [detection.box for detection in detections]
        numbers = [0] * len(boxes)
        distances = self._distances(boxes, moment, carried or {})
        for columns in self._turns(in_turns=carried is not None):
            self._link(boxes, numbers, distances, columns, moment)
        self._looked_at = moment
        for index, box in enumerate(boxes):
            if not numbers[index]:
                numbers[index] = self.begin(box, moment)
        return numbers

    def begin(self, box: Box, moment: datetime) -> int:
        """Follow a plate that is a new one, and return its number.

        Args:
            box: Where it is, in pixels of the frame.
            moment: When that was captured.
        """
        self._numbers += 1
        self._plates.append(_MovingPlate(self._numbers, moment, box, np.zeros(2)))
        return self._numbers

    def _turns(self, *, in_turns: bool) -> list[list[int]]:
        """Return the places of the plates in the order in which they take detections."""
        every = range(len(self._plates))
        if not in_turns:
            return [list(every)]
        lost = [place for place in every if self._plates[place].seen_at != self._looked_at]
        return [[place for place in every if place not in lost], lost]

    def _link(
        self, boxes: Sequence[Box], numbers: list[int], distances: Floats, columns: list[int], moment: datetime
    ) -> None:
        """Give detections to some plates, of all pairs the nearest first."""
        if not columns:
            return
        mine = distances[:, columns]
        for _ in range(min(mine.shape)):
            row, place = divmod(int(mine.argmin()), mine.shape[1])
            if mine[row, place] > _MAX_DISTANCE:
                break
            plate = self._plates[columns[place]]
            _move(plate, boxes[row], moment)
            numbers[row] = plate.number
            mine[row, :] = mine[:, place] = distances[row, :] = np.inf

    def end(self, number: int) -> None:
        """Forget a track; what appears in its place is a new one."""
        self._plates = [plate for plate in self._plates if plate.number != number]

    def _distances(self, boxes: Sequence[Box], moment: datetime, carried: Mapping[int, tuple[float, float]]) -> Floats:
        """Return how far each detection is from each plate (detections, plates).

        In widths of the larger, plus the logarithm of the change in size.
        """
        if not boxes or not self._plates:
            return np.zeros((len(boxes), len(self._plates)))
        last = np.array([_middle(plate.box) for plate in self._plates])
        gone = np.array([[(moment - plate.seen_at).total_seconds()] for plate in self._plates])
        predicted = last + gone * np.array([plate.speed for plate in self._plates])
        middles = np.array([_middle(box) for box in boxes])[:, None]
        widths = np.array([[max(box.width, 1.0)] for box in boxes])
        last_widths = np.array([max(plate.box.width, 1.0) for plate in self._plates])[None]
        moved = np.minimum(_length(middles - predicted[None]), _length(middles - last[None]))
        sizes = np.maximum(widths, last_widths)
        distances: Floats = moved / sizes + np.abs(np.log(widths / last_widths))
        for column, plate in enumerate(self._plates):
            if plate.number in carried:
                away = _length(middles[:, 0] - np.array(carried[plate.number]))
                if not plate.is_new:
                    away = np.minimum(away, _length(middles[:, 0] - predicted[column]))
                away = away / sizes[:, column] + np.abs(np.log(widths / last_widths))[:, column]
                distances[:, column] = np.where(away <= _MAX_CARRIED, away, np.inf)
        return distances


def _move(plate: _MovingPlate, box: Box, moment: datetime) -> None:
    seconds = max((moment - plate.seen_at).total_seconds(), _LEAST_SECONDS)
    speed = (_middle(box) - _middle(plate.box)) / seconds
    plate.speed = speed if plate.is_new else _NEW_SHARE * speed + (1.0 - _NEW_SHARE) * plate.speed
    plate.box, plate.seen_at, plate.is_new = box, moment, False


def _middle(box: Box) -> Floats:
    return np.array([(box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2])


def _length(vectors: Floats) -> Floats:
    length: Floats = np.linalg.norm(vectors, axis=-1)
    return length
