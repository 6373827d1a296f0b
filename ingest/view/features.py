"""What of a picture tells one view from another: where it has structure, and how sharp that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingest.opencv import cv2
from schemas.types import Image

WIDTH, HEIGHT = 320, 180
COLUMNS, ROWS = 32, 18
"""The grid in which structure is compared: three hundredths of the picture's width, less than a camera moves."""

FLAT_CONTRAST = 8.0
"""Standard deviation of a picture's gray (0-255) below which it shows nothing: no light, or a covered lens."""

COLORLESS = 4.0
"""Mean distance from gray (0-255) below which a picture has no color, as those of a camera in infrared light."""

NOISE = 1.0
"""Width (sigma, in pixels of the small picture) of what is taken for noise and not for detail."""

EDGES = 98.0
"""Percentile of curvature at which edges are: two pixels in a hundred are on a sharp one in any street."""

Gray = npt.NDArray[np.uint8]
"""A small gray picture: uint8 (180, 320)."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One picture, made small. `gray` is uint8 (180, 320); `has_color` says whether it was a colored one."""

    gray: Gray
    has_color: bool


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """What of a view is compared.

    `structure` is float32 (576,): how strong edges are in each field of the grid, without its mean and of length one.
    `sharpness` is how sharply edges bend, as a share of the contrast. `is_flat` says that there is nothing to compare.
    """

    structure: npt.NDArray[np.float32]
    sharpness: float
    is_flat: bool


def look_at(picture: Image) -> Look:
    """Make a picture small.

    Args:
        picture: uint8 (H, W, 3), BGR.
    """
    small = cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    signed = small.astype(np.int16)
    distance = np.abs(signed[..., 0] - signed[..., 1]) + np.abs(signed[..., 2] - signed[..., 1])
    return Look(np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8), float(distance.mean()) > COLORLESS)


def without_traffic(looks: Sequence[Look]) -> Gray:
    """Return the median of some pictures of one view, in which nothing that passes is left.

    Args:
        looks: At least one.
    """
    return np.asarray(np.median(np.stack([look.gray for look in looks]), axis=0), np.uint8)


def features_of(gray: Gray) -> Features:
    """Return what of a view is compared.

    Args:
        gray: uint8 (180, 320).
    """
    values = gray.astype(np.float32)
    contrast = float(values.std())
    horizontal = cv2.Sobel(values, cv2.CV_32F, 1, 0)
    vertical = cv2.Sobel(values, cv2.CV_32F, 0, 1)
    # Its root: a lamp or a sunlit edge would outweigh everything else.
    edges = np.sqrt(cv2.magnitude(horizontal, vertical))
    grid = cv2.resize(edges, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA).reshape(-1)
    centered = grid - grid.mean()
    length = float(np.linalg.norm(centered))
    structure = centered / length if length > 0 else centered
    # Where the strongest edges are: anywhere else there is the sensor's noise, which is no sharpness.
    curvature = np.abs(cv2.Laplacian(cv2.GaussianBlur(values, (0, 0), NOISE), cv2.CV_32F))
    detail = float(np.percentile(curvature, EDGES))
    return Features(structure.astype(np.float32), detail / max(contrast, 1.0), contrast < FLAT_CONTRAST)


def likeness(one: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> float:
    """Return how alike two structures are: 1 where they are equal, about 0 where they have nothing in common."""
    return float(one @ other)
