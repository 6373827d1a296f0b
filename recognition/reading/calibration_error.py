"""How far confidences are from the share that is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

BINS = 15
"""Bins of equal width between 0 and 1, the number that the literature uses."""


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """The reads whose confidence lies in one bin: how many, their mean confidence and the share that is right."""

    count: int
    confidence: float
    right: float


def calibration_bins(
    confidence: Sequence[float] | Floats, right: Sequence[bool] | npt.NDArray[np.bool_], bins: int = BINS
) -> list[CalibrationBin]:
    """Sort reads into bins of equal width by their confidence.

    Args:
        confidence: Probability of each read that it is right (0-1).
        right: Whether it is.
        bins: Number of bins between 0 and 1.

    Returns:
        The bins that hold a read, least sure first.

    Raises:
        ValueError: The lengths differ, nothing is there to sort, or a confidence is no probability.
    """
    sure, hits = np.asarray(confidence, np.float64), np.asarray(right, np.float64)
    if sure.ndim != 1 or sure.shape != hits.shape or not sure.size:
        raise ValueError(f"{sure.shape} confidences and {hits.shape} outcomes, expected two equally long lists")
    if not ((sure >= 0) & (sure <= 1)).all():
        raise ValueError("a confidence is no probability, expected numbers from 0 to 1")
    numbers = np.minimum((sure * bins).astype(int), bins - 1)
    chosen = [numbers == number for number in np.unique(numbers)]
    return [CalibrationBin(int(part.sum()), float(sure[part].mean()), float(hits[part].mean())) for part in chosen]


def expected_calibration_error(
    confidence: Sequence[float] | Floats, right: Sequence[bool] | npt.NDArray[np.bool_], bins: int = BINS
) -> float:
    """Return how far confidences are from the share that is right, on average over the reads.

    Args:
        confidence: Probability of each read that it is right (0-1).
        right: Whether it is.
        bins: Bins of equal width between 0 and 1.

    Returns:
        0 (every bin's confidence is the share that is right) to 1.

    Raises:
        ValueError: See `calibration_bins`.

    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", arXiv:1706.04599, equation 3.
    """
    found = calibration_bins(confidence, right, bins)
    return sum(part.count * abs(part.right - part.confidence) for part in found) / sum(part.count for part in found)
