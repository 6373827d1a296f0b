"""What a network's numbers mean: texts with their probabilities, of one crop and of several crops of one plate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recognition.reading.calibration import PlateConfidence
from recognition.reading.slot_probabilities import same_zero, tempered, text_probabilities
from schemas.types import OcrResult

_FLOOR = 1e-6
"""Least probability that a logarithm is taken of."""

_SURENESS_POWER = 2.0
"""A crop's reading counts by this power of its confidence: a crop that cuts a character off must not outvote others."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class CombinedReading:
    """What the crops of one plate say together before calibration, and the two figures that tell how sure that is.

    `sureness` is the probability that the combined distributions give the text, `agreement` the mean probability that
    the single crops give it; both 0-1.
    """

    result: OcrResult
    sureness: float
    agreement: float


def to_results(output: npt.NDArray[np.float32], slots: int, alphabet: str, pad_char: str) -> list[OcrResult]:
    """Turn the network's output into results.

    Args:
        output: Probabilities of every character in every slot; any shape of n x slots x alphabet numbers.
        slots: Character slots.
        alphabet: The columns' characters.
        pad_char: The character that means none.

    Returns:
        n results.
    """
    probabilities = output.reshape(-1, slots, len(alphabet)).astype(np.float32)
    return [result_from(slot_probs, alphabet, pad_char) for slot_probs in probabilities]


def result_from(char_probs: npt.NDArray[np.float32], alphabet: str, pad_char: str) -> OcrResult:
    """Return the result that a distribution (slots, alphabet) means: the likeliest text and its probability."""
    text = "".join(alphabet[index] for index in char_probs.argmax(axis=1)).replace(pad_char, "")
    confidence = float(np.prod(char_probs.max(axis=1).astype(np.float64)))
    return OcrResult(text, min(confidence, 1.0), char_probs, alphabet, pad_char)


def combine(readings: Sequence[OcrResult]) -> OcrResult:
    """Average the log-probabilities of several readings of one plate in one frame, surer readings first.

    They see the same pixels, so they count as one reading together.

    Args:
        readings: At least one, of one model.
    """
    if len(readings) == 1:
        return readings[0]
    weights: Floats = np.array([max(reading.confidence, _FLOOR**2) ** _SURENESS_POWER for reading in readings])
    probabilities = np.stack([np.maximum(reading.char_probs.astype(np.float64), _FLOOR) for reading in readings])
    logs: Floats = np.tensordot(weights / weights.sum(), np.log(probabilities), axes=1)
    product = np.exp(logs - logs.max(axis=1, keepdims=True))
    product /= product.sum(axis=1, keepdims=True)
    return result_from(product.astype(np.float32), readings[0].alphabet, readings[0].pad_char)


def weigh_up(readings: Sequence[OcrResult]) -> CombinedReading:
    """Combine readings of one plate in one frame and measure how sure the result is.

    Args:
        readings: At least one, of one model.
    """
    both = combine(readings)
    sureness = float(text_probabilities(both.char_probs, both.alphabet).prod())
    return CombinedReading(both, sureness, float(np.mean([_text_probability(reading, both) for reading in readings])))


def calibrated(combined: CombinedReading, confidence: PlateConfidence) -> OcrResult:
    """Scale a result's distributions so that they give its text the probability that such texts are right with.

    Args:
        combined: Of `weigh_up`.
        confidence: The reader's calibration.
    """
    raw = combined.result
    target = confidence.probability(combined.sureness, combined.agreement)
    scaled = tempered(raw.char_probs, raw.alphabet, target)
    sure = float(text_probabilities(scaled, raw.alphabet).prod())
    return OcrResult(raw.text, min(sure, 1.0), scaled, raw.alphabet, raw.pad_char)


def _text_probability(reading: OcrResult, text: OcrResult) -> float:
    """Return the probability that a reading gives to another result's text."""
    columns = same_zero(text.char_probs, text.alphabet).argmax(axis=1)
    return float(same_zero(reading.char_probs, text.alphabet)[np.arange(len(columns)), columns].prod())
