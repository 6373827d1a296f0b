"""One plate text from a track's readings, with a probability for every character and for the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recognition.reading.calibration import Presence, TrackTempering
from recognition.reading.calibration_file import load_calibration
from recognition.reading.network import DEFAULT_WEIGHTS
from recognition.reading.slot_probabilities import same_zero
from schemas.types import CharacterRead, OcrResult

MIN_CHARACTERS = 2
"""A text with fewer characters is no plate."""

MAX_ALTERNATIVES = 8
MIN_ALTERNATIVE = 0.001
"""Alternatives that are kept of a character: at most so many, and none less likely."""

# No read is surer than what is left by errors that all frames share.
_MAX_CONFIDENCE = 0.999

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class WeightedReading:
    """One frame's reading and how much it counts (above 0, at most 1)."""

    result: OcrResult
    weight: float


@dataclass(frozen=True, slots=True)
class FusedRead:
    """What a track's readings say together; `confidence` is the probability that the whole text is right (0-1)."""

    plate: str
    confidence: float
    characters: tuple[CharacterRead, ...]


def fuse(readings: Sequence[WeightedReading], tempering: TrackTempering | None = None) -> FusedRead:
    """Fuse the readings of one plate.

    First the number of characters is chosen, by a weighted vote. Then, slot by slot, the log-probabilities of the
    readings with that number of characters are added, so that a reading that lost or invented a character does not
    shift the others.

    Args:
        readings: At least one, all of one model; their order does not matter.
        tempering: What several frames are worth together; None: as the weights that ship with Platewatch say.

    Returns:
        The text, with every character's likeliest alternatives. One reading keeps its probabilities.

    Raises:
        ValueError: There is no reading, or they are of different models.

    Source: product of experts with tempered weights; Hinton, "Training products of experts", 2002.
    """
    tempering = tempering or load_calibration(DEFAULT_WEIGHTS).track
    if not readings:
        raise ValueError("no readings to fuse, expected at least one")
    first = readings[0].result
    if any(
        (r.result.alphabet, r.result.char_probs.shape) != (first.alphabet, first.char_probs.shape) for r in readings
    ):
        raise ValueError("readings of different models cannot be fused, expected one alphabet and number of slots")
    # A fixed order makes the floating-point sums, and so the result, independent of the order of the readings.
    ordered = sorted(readings, key=lambda r: (r.weight, r.result.confidence, r.result.char_probs.tobytes()))
    pad = first.alphabet.index(first.pad_char)
    probabilities = np.stack([_compact(reading.result.char_probs, pad) for reading in ordered])
    # Surer readings count more, by the mean slot's sureness: the whole text's would let a single one outvote the rest.
    sureness = probabilities.max(axis=2).prod(axis=1) ** (1.0 / probabilities.shape[1])
    counts: Floats = np.array([reading.weight for reading in ordered]) * sureness
    length, length_probability = _choose_length(probabilities, counts, pad, tempering)
    if length == 0:
        return FusedRead("", 0.0, ())
    agreeing = (probabilities.argmax(axis=2) != pad).sum(axis=1) == length
    if agreeing.any():
        probabilities, counts = probabilities[agreeing], counts[agreeing]
    fused = _add_up(probabilities, counts, tempering)[:length]
    characters = tuple(_character(slot, first.alphabet, pad) for slot in fused)
    # The number of characters carries the chance that a slot is empty, so each slot counts only given that it is not.
    likeliest = same_zero(fused, first.alphabet)[np.arange(length), [_column(c, first.alphabet) for c in characters]]
    whole = float((likeliest / np.maximum(1.0 - fused[:, pad], 1e-9)).prod()) * length_probability
    return FusedRead("".join(c.character for c in characters), min(whole, _MAX_CONFIDENCE), characters)


def believed(fused: FusedRead, presence: Presence, detection_confidence: float) -> FusedRead:
    """Lower a read's confidence by the chance that what was read is no plate.

    The characters' probabilities stay: they say what the plate's text is if it is one.

    Args:
        fused: The read.
        presence: The reader's calibration.
        detection_confidence: The detector's (0-1); over a track, its mean.
    """
    is_plate = presence.probability(fused.plate, fused.confidence, detection_confidence)
    return FusedRead(fused.plate, fused.confidence * is_plate, fused.characters)


def _compact(char_probs: npt.NDArray[np.float32], pad: int) -> Floats:
    """Move slots that are most likely empty to the end: some models leave a gap where a plate has one."""
    probabilities = char_probs.astype(np.float64)
    empty = probabilities.argmax(axis=1) == pad
    return probabilities[np.argsort(empty, kind="stable")]


def _column(character: CharacterRead, alphabet: str) -> int:
    """Return the column that holds a character's probability where the letter O was added to the digit 0."""
    return alphabet.index("0" if character.character == "O" and "0" in alphabet else character.character)


def _worth(counts: Floats, tempering: TrackTempering) -> float:
    """Return how many independent readings the weighted, correlated ones are worth."""
    effective = float(counts.sum() ** 2 / (counts**2).sum())
    return float(min(effective**tempering.exponent, tempering.most))


def _add_up(probabilities: Floats, counts: Floats, tempering: TrackTempering) -> Floats:
    """Return the fused distribution of every slot, from (n, slots, alphabet) and n weights."""
    doubted = (1.0 - tempering.doubt) * probabilities + tempering.doubt / probabilities.shape[-1]
    logs = np.tensordot(counts * (_worth(counts, tempering) / counts.sum()), np.log(doubted), axes=1)
    product = _normalized(np.exp(logs - logs.max(axis=1, keepdims=True)))
    mean = _normalized(np.tensordot(counts, probabilities, axes=1))
    # The doubt must not make readings that agree less sure together than each is alone.
    surer = (mean.argmax(axis=1) == product.argmax(axis=1)) & (mean.max(axis=1) > product.max(axis=1))
    product[surer] = mean[surer]
    return product


def _normalized(slots: Floats) -> Floats:
    """Return distributions (slots, alphabet) that sum to one."""
    normalized: Floats = slots / slots.sum(axis=1, keepdims=True)
    return normalized


def _choose_length(probabilities: Floats, counts: Floats, pad: int, tempering: TrackTempering) -> tuple[int, float]:
    """Return the number of characters and its probability."""
    empty = probabilities[:, :, pad]
    slots = empty.shape[1]
    lengths = np.arange(slots + 1)
    # A text of n characters fills the first n slots and leaves the others empty.
    filled = lengths[:, None] > np.arange(slots)
    each: Floats = np.where(filled, 1.0 - empty[:, None, :], empty[:, None, :]).prod(axis=2)
    each /= np.maximum(each.sum(axis=1, keepdims=True), 1e-12)
    # A vote, not a product: one reading that lost a character is often sure of it.
    voted: Floats = (counts / counts.sum()) @ each
    fused = voted ** _worth(counts, tempering)
    fused /= fused.sum()
    best = int(fused.argmax())
    return best, float(fused[best])


def _character(slot: Floats, alphabet: str, pad: int) -> CharacterRead:
    """Return a slot's likeliest character and its alternatives; the slot is known to hold one."""
    order = np.argsort(-slot, kind="stable")
    best = int(next(index for index in order if index != pad))
    others = [index for index in order if index != best and slot[index] >= MIN_ALTERNATIVE][:MAX_ALTERNATIVES]
    alternatives = tuple(("" if index == pad else alphabet[index], float(slot[index])) for index in others)
    return CharacterRead(alphabet[best], float(slot[best]), alternatives)
