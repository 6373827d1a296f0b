"""Where a camera's picture has changed since it was last looked at, told from a small gray copy in a fraction of a
millisecond."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from schemas.types import Box, Gray, Image

Cells = npt.NDArray[np.bool_]
"""A grid over the picture, (rows, columns); true where something is."""

_SMALL_WIDTH = 160
_CELL = 8
"""Side of a cell in pixels of the small copy: twenty columns."""

_LEAST_CHANGE = 6.0
"""Gray levels that a pixel of the small copy has to change at least."""
_MOST_CHANGE = 20.0
"""Gray levels that are a change whatever the noise."""
_NOISE_FACTOR = 5.0
# A quarter of a normal distribution's values lie within this many standard deviations of its middle.
_QUARTER = 0.3186
_MIN_PIXELS = 3
"""Changed pixels that make a cell changed: a plate that can be read, with the car around it, is larger."""
_SAMPLE = 3
"""Every so many pixels of the small copy are enough to estimate light and noise."""


Part = tuple[slice, slice]
"""Rows and columns of cells."""

EVERYWHERE: Part = (slice(None), slice(None))


class MotionGate:
    """Compares a camera's pictures with what was last looked at, place by place.

    Not with a background, and not with the picture before: a vehicle that creeps or starts slowly adds up to a change,
    one that has stopped was seen where it is, and a camera that moves sees change everywhere. Light that changes for
    the whole picture is no change, nor is noise, of which a quiet part of the picture is the measure.
    """

    def __init__(self) -> None:
        self._looked_at: npt.NDArray[np.float32] | None = None
        self._latest: npt.NDArray[np.float32] | None = None

    def changed(self, image: Image | Gray) -> Cells | None:
        """Say where a picture differs from what was last looked at.

        Args:
            image: uint8 (H, W, 3), BGR, or (H, W), its brightness.

        Returns:
            The changed cells; None where nothing was looked at before, or only pictures of another size.
        """
        self._latest = shrink(image)
        if self._looked_at is None or self._looked_at.shape != self._latest.shape:
            return None
        return changed_cells(self._latest, self._looked_at)

    def looked(self, part: Part = EVERYWHERE) -> None:
        """Note that a part of the picture last asked about was looked at."""
        if self._latest is None:
            return
        if self._looked_at is None or self._looked_at.shape != self._latest.shape:
            self._looked_at = self._latest.copy()
        rows, columns = (_pixels(span) for span in part)
        self._looked_at[rows, columns] = self._latest[rows, columns]


def shrink(image: Image | Gray) -> npt.NDArray[np.float32]:
    """Return a small gray copy of a picture, float32, at most about 160 pixels wide.

    Args:
        image: uint8 (H, W, 3), BGR, or (H, W), its brightness.
    """
    height, width = image.shape[:2]
    scale = min(_SMALL_WIDTH / width, 1.0)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    # Green is most of what gray is. Every second pixel is enough where each of the copy stands for sixteen and more.
    step = 2 if scale <= 0.25 else 1
    green = np.ascontiguousarray(image[::step, ::step] if image.ndim == 2 else image[::step, ::step, 1])
    small: npt.NDArray[np.float32] = cv2.resize(green, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    return small


def changed_cells(small: npt.NDArray[np.float32], before: npt.NDArray[np.float32]) -> Cells:
    """Say which cells of a small copy differ from an earlier one of the same size.

    Args:
        small: float32 (h, w).
        before: float32 (h, w).

    Returns:
        bool (h / 8, w / 8), rounded up.
    """
    difference = small - before
    # The whole picture grew lighter or darker: clouds, a lamp, the camera's own exposure.
    distance = np.abs(difference - _quantile(difference, 0.5))
    noise = _quantile(distance, 0.25) / _QUARTER
    limit = min(max(_NOISE_FACTOR * noise, _LEAST_CHANGE), _MOST_CHANGE)
    return _count(distance > limit) >= _MIN_PIXELS


def _quantile(values: npt.NDArray[np.float32], share: float) -> float:
    """Return the value below which a share of a picture's values lies, from a sample of them."""
    sample = values[::_SAMPLE, ::_SAMPLE].ravel()
    place = int(share * (sample.size - 1))
    return float(np.partition(sample, place)[place])


def _count(mask: Cells) -> npt.NDArray[np.intp]:
    """Return how many pixels of each cell are set."""
    height, width = mask.shape
    padded = np.pad(mask, ((0, -height % _CELL), (0, -width % _CELL)))
    blocks = padded.reshape(padded.shape[0] // _CELL, _CELL, padded.shape[1] // _CELL, _CELL)
    counts: npt.NDArray[np.intp] = blocks.sum(axis=(1, 3))
    return counts


def cells_of(box: Box, cells: Cells, frame_size: tuple[int, int]) -> Part:
    """Return the rows and columns of a grid that a box covers; at least one of each.

    Args:
        box: In pixels of the frame.
        cells: The grid.
        frame_size: Width and height of the frame.
    """
    side = _cell_side(frame_size)
    return _span(box.y1, box.y2, side, cells.shape[0]), _span(box.x1, box.x2, side, cells.shape[1])


def part_around(cells: Cells, margin: int) -> Part:
    """Return the rows and columns that hold every set cell, with a margin; at least one cell is set."""
    rows, columns = np.nonzero(cells.any(axis=1))[0], np.nonzero(cells.any(axis=0))[0]
    return (
        slice(max(int(rows[0]) - margin, 0), min(int(rows[-1]) + 1 + margin, cells.shape[0])),
        slice(max(int(columns[0]) - margin, 0), min(int(columns[-1]) + 1 + margin, cells.shape[1])),
    )


def box_of(part: Part, frame_size: tuple[int, int]) -> Box:
    """Return a part of a grid as a box in pixels of the frame.

    Args:
        part: Rows and columns, from first to last.
        frame_size: Width and height of the frame.
    """
    side = _cell_side(frame_size)
    (top, bottom), (left, right) = ((span.start * side, span.stop * side) for span in part)
    return Box(left, top, min(right, float(frame_size[0])), min(bottom, float(frame_size[1])))


def _cell_side(frame_size: tuple[int, int]) -> float:
    """Return a cell's side in pixels of the frame."""
    return max(frame_size[0] / _SMALL_WIDTH, 1.0) * _CELL


def _span(start: float, end: float, side: float, cells: int) -> slice:
    first, last = int(start / side), int(end / side)
    return slice(min(max(first, 0), cells - 1), min(max(last, 0), cells - 1) + 1)


def _pixels(span: slice) -> slice:
    """Return the pixels of the small copy that some cells stand for."""
    start, stop = span.start, span.stop
    return slice(None if start is None else start * _CELL, None if stop is None else stop * _CELL)
