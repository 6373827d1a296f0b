"""Fits the few numbers of a reader's calibration, and says how well they do on plates they were not fitted to."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recognition.reading.calibration import PlateConfidence, Presence, TrackTempering, has_digit, log_odds
from recognition.reading.calibration_error import expected_calibration_error
from recognition.reading.fusion import WeightedReading, fuse
from recognition.reading.readings import CombinedReading, calibrated

FOLDS = 5
_RIDGE = 0.01
_ROUNDS = 100
_RESAMPLES = 1000
EXPONENTS = (0.0, 0.15, 0.3, 0.45, 0.6)
DOUBTS = (0.005, 0.02, 0.05)  # with less, one frame that is sure and wrong outvotes several

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One plate as it was read: of which label, what the crops said, and whether the text is right."""

    crop: int
    combined: CombinedReading
    right: bool


@dataclass(frozen=True, slots=True, eq=False)
class TrackReadings:
    """The frames of one simulated pass: of which label, each frame's reading and weight."""

    crop: int
    frames: tuple[CombinedReading, ...]
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Believed:
    """Confidences and outcomes of plates that the calibration had not seen, with the crop that each belongs to."""

    confidence: Floats
    right: npt.NDArray[np.bool_]
    crop: npt.NDArray[np.int64]

    @property
    def error(self) -> float:
        """Expected calibration error."""
        return expected_calibration_error(self.confidence, self.right)

    def interval(self, seed: int = 0) -> tuple[float, float]:
        """Return the bootstrap's 95 % interval of the error; crops are drawn anew, each with all its pictures."""
        rng = np.random.default_rng(seed)
        order = np.argsort(self.crop, kind="stable")
        members = np.split(order, np.flatnonzero(np.diff(self.crop[order])) + 1)
        errors = []
        for _ in range(_RESAMPLES):
            drawn = np.concatenate([members[index] for index in rng.integers(0, len(members), len(members))])
            errors.append(expected_calibration_error(self.confidence[drawn], self.right[drawn]))
        return float(np.quantile(errors, 0.025)), float(np.quantile(errors, 0.975))


def folds_of(texts: Sequence[str], seed: int) -> npt.NDArray[np.int64]:
    """Give every plate one of the folds; plates of one text share theirs."""
    names, numbers = np.unique(np.array(texts), return_inverse=True)
    return np.random.default_rng(seed).permutation(np.arange(len(names)) % FOLDS)[numbers]


def fit_logistic(terms: Floats, outcomes: Floats, weights: Floats, rising: Sequence[int]) -> Floats:
    """Fit a logistic regression, a little drawn to zero, whose weights of some terms are not negative.

    Args:
        terms: (n, k), without the constant one.
        outcomes: (n,), 0 or 1.
        weights: (n,), how much each counts.
        rising: Columns whose weights must not be negative; one that would be is left out.

    Returns:
        (k + 1,): the constant, then one weight per term.

    Source: Newton's method; Hastie, Tibshirani and Friedman, "The Elements of Statistical Learning", section 4.4.1.
    """
    used = list(range(terms.shape[1]))
    while True:
        design = np.column_stack([np.ones(len(terms)), terms[:, used]])
        beta = _newton(design, outcomes, weights)
        falling = [place for place, column in enumerate(used, 1) if column in rising and beta[place] < 0]
        if not falling:
            break
        used.pop(min(falling, key=lambda place: beta[place]) - 1)
    full = np.zeros(terms.shape[1] + 1)
    full[[0, *(column + 1 for column in used)]] = beta
    return full


def _newton(design: Floats, outcomes: Floats, weights: Floats) -> Floats:
    beta = np.zeros(design.shape[1])
    ridge = _RIDGE * np.eye(len(beta))
    for _ in range(_ROUNDS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(design @ beta, -30, 30)))
        slope = design.T @ (weights * (outcomes - chance)) - ridge @ beta
        curvature = (design * (weights * chance * (1 - chance))[:, None]).T @ design + ridge
        step = np.linalg.solve(curvature, slope)
        beta += step
        if np.abs(step).max() < 1e-9:
            break
    return beta


def fit_plate(readings: Sequence[Reading], weights: Floats) -> PlateConfidence:
    """Fit the probability that a plate's text is right."""
    terms = np.array([[log_odds(r.combined.sureness), log_odds(r.combined.agreement)] for r in readings])
    beta = fit_logistic(terms, np.array([r.right for r in readings], np.float64), weights, (0, 1))
    return PlateConfidence(*(round(float(value), 4) for value in beta))


def fit_presence(
    seen: Sequence[tuple[str, float, float]], is_plate: Sequence[bool], weights: Sequence[float]
) -> Presence:
    """Fit the probability that a detection is a plate.

    Args:
        seen: Text, its probability and the detector's confidence of each detection.
        is_plate: Whether a plate stands there.
        weights: How much each counts.
    """
    terms = np.array([[log_odds(d), log_odds(c), float(not has_digit(t))] for t, c, d in seen])
    beta = fit_logistic(terms, np.array(is_plate, np.float64), np.array(weights, np.float64), (0, 1))
    constant, detection, reading, letters = (round(float(value), 4) for value in beta)
    return Presence(constant, detection, reading, min(letters, 0.0))


def cross_fitted(readings: Sequence[Reading], weights: Floats, folds: npt.NDArray[np.int64]) -> Floats:
    """Return every plate's probability by a fit to the other folds."""
    confidence = np.zeros(len(readings))
    of_fold = folds[[reading.crop for reading in readings]]
    for fold in range(FOLDS):
        others = np.flatnonzero(of_fold != fold).tolist()
        fitted = fit_plate([readings[index] for index in others], weights[others])
        for index in np.flatnonzero(of_fold == fold).tolist():
            combined = readings[index].combined
            confidence[index] = fitted.probability(combined.sureness, combined.agreement)
    return confidence


def fit_tracks(
    tracks: Sequence[TrackReadings],
    is_right: Callable[[int, str], bool],
    plate: PlateConfidence,
    folds: npt.NDArray[np.int64],
) -> tuple[TrackTempering, Believed]:
    """Choose what several frames are worth: the choice under which the outcomes are likeliest.

    Args:
        tracks: Simulated passes.
        is_right: Tells whether a text is a crop's.
        plate: The calibration of single readings.
        folds: Of `folds_of`, per crop.

    Returns:
        The choice, and the confidences of every track by the choice of the other folds.
    """
    grid = [TrackTempering(exponent, doubt) for exponent, doubt in itertools.product(EXPONENTS, DOUBTS)]
    confidence, right = np.zeros((len(grid), len(tracks))), np.zeros((len(grid), len(tracks)), np.bool_)
    for column, one in enumerate(tracks):
        frames = [calibrated(combined, plate) for combined in one.frames]
        weighted = [WeightedReading(*frame) for frame in zip(frames, one.weights, strict=True)]
        for row, tempering in enumerate(grid):
            fused = fuse(weighted, tempering)
            confidence[row, column], right[row, column] = fused.confidence, is_right(one.crop, fused.plate)
    likely = np.where(right, np.log(np.maximum(confidence, 1e-4)), np.log(np.maximum(1 - confidence, 1e-4)))
    crop = np.array([one.crop for one in tracks])
    out = Believed(np.zeros(len(tracks)), np.zeros(len(tracks), np.bool_), crop)
    for fold in range(FOLDS):
        inside = folds[crop] == fold
        row = int(likely[:, ~inside].sum(axis=1).argmax())
        out.confidence[inside], out.right[inside] = confidence[row, inside], right[row, inside]
    return grid[int(likely.sum(axis=1).argmax())], out
