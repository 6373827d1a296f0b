"""What makes confidences probabilities: the maps that are fitted to a reader."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_LEAST = 1e-6


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
