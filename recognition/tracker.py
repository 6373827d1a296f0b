"""Which detections of successive frames are one plate: norfair, with a distance made for small, fast plates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from norfair import Detection, OptimizedKalmanFilterFactory, Tracker
from norfair.distances import Distance

from schemas.types import PlateDetection

# A plate is followed over this many of its own widths between two detections, less what its size changed. Vehicles
# side by side stand six widths and more apart.
_MAX_DISTANCE = 2.5
# Nothing is known of a new track's speed (pixels per frame, squared); norfair's own 1 takes seconds to find it out.
_SPEED_VARIANCE = 400.0
# Tracks are ended by time, by their owner, and not by norfair's count of frames.
_FOREVER = 1_000_000


class PlateDistance(Distance):  # type: ignore[misc]  # norfair is outside the type check
    """Distance of detections from tracks in plate widths, plus the logarithm of the change in size.

    A detection may be near the place that the track's speed predicts, or near the last one: a vehicle that brakes
    overshoots its prediction, one that drives on leaves its last place.
    """

    def get_distances(self, objects: Sequence[Any], candidates: Sequence[Any] | None) -> npt.NDArray[np.float64]:
        """Return the distances (candidates, objects)."""
        if not objects or not candidates:
            return np.full((len(candidates or ()), len(objects)), np.inf)
        seen = np.stack([candidate.points for candidate in candidates])[:, None]
        last = np.stack([item.last_detection.points for item in objects])[None]
        predicted = np.stack([item.estimate for item in objects])[None]
        width, last_width = _width(seen), _width(last)
        center = seen.mean(axis=2)
        moved = np.minimum(_length(center - predicted.mean(axis=2)), _length(center - last.mean(axis=2)))
        distances: npt.NDArray[np.float64] = moved / np.maximum(width, last_width) + np.abs(np.log(width / last_width))
        return distances


class PlateTracker:
    """Numbers the plates of one sequence of frames from 1, in the order in which they appear.

    Args:
        detect_every: Frames from one detection to the next.
    """

    def __init__(self, detect_every: int) -> None:
        self._period = detect_every
        self._tracker = Tracker(
            "euclidean",
            _MAX_DISTANCE,
            hit_counter_max=_FOREVER,
            initialization_delay=0,
            past_detections_length=0,
            filter_factory=OptimizedKalmanFilterFactory(vel_variance=_SPEED_VARIANCE),
        )
        # The constructor takes names and per-pair functions only; a whole matrix at once is norfair's own advice.
        self._tracker.distance_function = PlateDistance()

    def update(self, detections: Sequence[PlateDetection]) -> list[int]:
        """Take a frame's detections in.

        Args:
            detections: Boxes in pixels of the frame.

        Returns:
            The track number of each detection.
        """
        marked = [
            Detection(np.array([[d.box.x1, d.box.y1], [d.box.x2, d.box.y2]]), data=index)
            for index, d in enumerate(detections)
        ]
        self._tracker.update(marked, period=self._period)
        numbers = [0] * len(detections)
        for item in self._tracker.tracked_objects:
            if any(item.last_detection.points is mark.points for mark in marked):
                numbers[item.last_detection.data] = int(item.id)
            item.hit_counter = _FOREVER
        return numbers

    def skip(self) -> None:
        """Let a frame pass on which nothing was looked for."""
        self._tracker.update(period=self._period)

    def end(self, number: int) -> None:
        """Forget a track; what appears in its place is a new one."""
        self._tracker.tracked_objects = [item for item in self._tracker.tracked_objects if item.id != number]


def _width(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    width: npt.NDArray[np.float64] = np.maximum(points[..., 1, 0] - points[..., 0, 0], 1.0)
    return width


def _length(vectors: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    length: npt.NDArray[np.float64] = np.linalg.norm(vectors, axis=-1)
    return length
