"""Confidences that can be believed: what makes them probabilities, and how far they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

BINS = 15
"""Bins of equal width between 0 and 1, the number that the literature uses."""

_LEAST = 1e-6
_FLOOR = 1e-9
_MOST_POWER = 5.0
_BISECTIONS = 16


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


@dataclass(frozen=True, slots=True)
class PlateConfidence:
    """Probability that a plate's text is right, from what the reader says of it: a logistic map, rising in both terms.

    `sureness` and `agreement` weigh the log-odds of the two terms of `probability`.

    Source: Platt 1999, "Probabilistic outputs for support vector machines", with two scores.
    """

    intercept: float = 0.0
    sureness: float = 1.0
    agreement: float = 0.0

    def probability(self, sureness: float, agreement: float) -> float:
        """Return the probability that the text is right (0-1).

        Args:
            sureness: Probability that the reader's distributions give the text.
            agreement: Mean probability that the single readings that were fused give it.
        """
        score = self.intercept + self.sureness * log_odds(sureness) + self.agreement * log_odds(agreement)
        return _logistic(score)


@dataclass(frozen=True, slots=True)
class TrackTempering:
    """What several frames of one plate are worth together.

    They see the same dirt, the same angle and the same light, so n of them are worth n ** `exponent` independent ones,
    at most `most`. `doubt` is the share of a uniform distribution that each is mixed with: a reader that is sure may be
    wrong all the same, and this bounds what a single frame can do against the others.
    """

    exponent: float = 0.5
    doubt: float = 0.02
    most: float = 3.0


@dataclass(frozen=True, slots=True)
class Presence:
    """Probability that what was detected and read is a plate at all: a logistic map, rising in both confidences.

    A reader reads a shop's sign as surely as a plate, so the detector has to speak for it. `letters` is what a text
    without a digit adds: most signs' texts have none, few plates'. The defaults believe every detection.
    """

    intercept: float = 20.0
    detection: float = 0.0
    reading: float = 0.0
    letters: float = 0.0

    def probability(self, text: str, confidence: float, detection_confidence: float) -> float:
        """Return the probability that a plate stands there (0-1).

        Args:
            text: What was read.
            confidence: Probability that it is right, if it is a plate.
            detection_confidence: The detector's (0-1).
        """
        score = self.intercept + self.detection * log_odds(detection_confidence) + self.reading * log_odds(confidence)
        return _logistic(score + (0.0 if has_digit(text) else self.letters))


@dataclass(frozen=True, slots=True)
class ReaderCalibration:
    """What turns one reader's outputs into probabilities; the defaults leave a plate's as they are."""

    plate: PlateConfidence = PlateConfidence()
    track: TrackTempering = TrackTempering()
    presence: Presence = Presence()


def _logistic(score: float) -> float:
    return 1.0 / (1.0 + math.exp(-min(max(score, -30.0), 30.0)))


def has_digit(text: str) -> bool:
    """Tell whether a text has a digit; the zero may be a letter O."""
    return any(character.isdigit() and character != "0" for character in text)


def log_odds(probability: float) -> float:
    """Return ln(p / (1 - p)), with p kept so far from 0 and 1 that it is finite."""
    inside = min(max(probability, _LEAST), 1.0 - _LEAST)
    return math.log(inside / (1.0 - inside))


def text_probabilities(char_probs: npt.NDArray[np.float32], alphabet: str) -> Floats:
    """Return, per slot, the probability of its likeliest character, the letter O and the digit 0 taken as one.

    Many plates show both alike, lists write one for the other and labels mix them: which of the two it is says nothing
    about whether a plate was read right.

    Args:
        char_probs: (slots, alphabet).
        alphabet: The columns' characters.
    """
    likeliest: Floats = same_zero(char_probs, alphabet).max(axis=1)
    return likeliest


def same_zero(char_probs: npt.NDArray[np.float32] | Floats, alphabet: str) -> Floats:
    """Return distributions (..., slots, alphabet) with the probability of the letter O added to that of the digit 0."""
    probabilities = char_probs.astype(np.float64)
    if "0" in alphabet and "O" in alphabet:
        zero, letter = alphabet.index("0"), alphabet.index("O")
        probabilities[..., zero] += probabilities[..., letter]
        probabilities[..., letter] = 0.0
    return probabilities


def tempered(char_probs: npt.NDArray[np.float32], alphabet: str, target: float) -> npt.NDArray[np.float32]:
    """Raise distributions to the power at which their text has a given probability.

    So what is said of the whole plate and what is said of its characters stay one: the plate's probability is the
    product of its characters'. The text does not change.

    Args:
        char_probs: (slots, alphabet), each slot sums to one.
        alphabet: The columns' characters.
        target: Probability that the likeliest text shall have (0-1), as far as a power can give it.

    Returns:
        float32 (slots, alphabet).
    """
    logs = np.log(np.maximum(char_probs.astype(np.float64), _FLOOR))
    logs -= logs.max(axis=1, keepdims=True)
    zeros = [alphabet.index(character) for character in "0O" if character in alphabet]
    low, high = -_MOST_POWER, _MOST_POWER
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        powers = np.exp(2.0**middle * logs)
        likeliest = np.maximum(1.0, powers[:, zeros].sum(axis=1)) / powers.sum(axis=1)
        if float(likeliest.prod()) < target:
            low = middle
        else:
            high = middle
    powers = np.exp(2.0 ** ((low + high) / 2) * logs)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)
