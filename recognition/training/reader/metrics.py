"""How well a reader reads labeled crops, and how far its probabilities can be believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from recognition.training.examples.augment import bordered, fit
from recognition.training.examples.labeled_crops import LabeledCrop, folded, read_image
from recognition.training.examples.reader_format import ALPHABET, PAD, SLOTS
from recognition.training.reader.data import Floats, one_hot
from recognition.training.reader.model import PlateReader

ONE_MARGIN = 0.12
FUSED_MARGINS = (0.05, 0.12, 0.2)
_BINS = 15
_ZERO, _LETTER_O = ALPHABET.index("0"), ALPHABET.index("O")
_TEMPERATURES = np.arange(0.3, 2.01, 0.05)


@dataclass(frozen=True, slots=True)
class ReadingScore:
    """Figures over a set of crops: shares read right, exactly and with look-alikes counted as equal."""

    crops: int
    exact: float
    normalized: float
    fused_exact: float
    fused_normalized: float


@dataclass(frozen=True, slots=True)
class CharacterCalibration:
    """Per-character calibration over a set of crops: mean negative log-likelihood and expected calibration error."""

    negative_log_likelihood: float
    expected_error: float


def decode(logs: Floats) -> list[str]:
    """Take the best character of every slot.

    Args:
        logs: (n, slots, alphabet), any monotone score.

    Returns:
        n texts without padding.
    """
    return ["".join(ALPHABET[index] for index in row).rstrip(PAD) for row in logs.argmax(axis=-1)]


def logits_at(reader: PlateReader, crops: Sequence[LabeledCrop], margin: float, batch: int = 64) -> Floats:
    """Run the reader on crops with a synthetic border.

    Args:
        reader: The network.
        crops: The crops to read.
        margin: Border as a share of the height.
        batch: Crops per pass.

    Returns:
        float32 (n, slots, alphabet).
    """
    reader.eval()
    parts: list[Floats] = []
    for start in range(0, len(crops), batch):
        inputs = [fit(bordered(read_image(crop.path), margin)) for crop in crops[start : start + batch]]
        with torch.inference_mode():
            parts.append(np.asarray(reader(torch.from_numpy(np.stack(inputs))), dtype=np.float32))
    return np.concatenate(parts)


def log_softmax(logits: Floats, temperature: float = 1.0) -> Floats:
    """Turn logits into log-probabilities over the last axis, divided by a temperature first."""
    scaled = logits.astype(np.float64) / temperature
    scaled -= scaled.max(axis=-1, keepdims=True)
    return np.asarray(scaled - np.log(np.exp(scaled).sum(axis=-1, keepdims=True)), dtype=np.float32)


def score(reader: PlateReader, crops: Sequence[LabeledCrop]) -> ReadingScore:
    """Read crops once at 12 % margin and once fused over three margins.

    Args:
        reader: The network.
        crops: At least one crop.

    Returns:
        The shares.
    """
    logs = {margin: log_softmax(logits_at(reader, crops, margin)) for margin in {ONE_MARGIN, *FUSED_MARGINS}}
    fused = np.sum([logs[margin] for margin in FUSED_MARGINS], axis=0)
    texts = [crop.text for crop in crops]
    one, three = decode(logs[ONE_MARGIN]), decode(fused)
    return ReadingScore(
        len(crops),
        _share(one, texts),
        _share([folded(read) for read in one], [folded(text) for text in texts]),
        _share(three, texts),
        _share([folded(read) for read in three], [folded(text) for text in texts]),
    )


def _share(reads: Sequence[str], texts: Sequence[str]) -> float:
    return float(np.mean([read == text for read, text in zip(reads, texts, strict=True)]))


def character_calibration(
    logits: Floats, crops: Sequence[LabeledCrop], temperature: float = 1.0
) -> CharacterCalibration:
    """Measure how well the probabilities of characters match how often they are right.

    0 and O are one character on US plates, whose labels mix them.

    Args:
        logits: (n, slots, alphabet) of `logits_at`.
        crops: The crops they belong to; labels must fit the slots.
        temperature: Divides the logits.

    Returns:
        The figures.

    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", arXiv:1706.04599, equations 3 and 6.
    """
    probabilities = np.exp(log_softmax(logits, temperature))
    labels = np.stack([one_hot(crop.text) for crop in crops])
    mixed = np.array([crop.is_us for crop in crops])
    for array in (probabilities, labels):
        array[mixed, :, _ZERO] += array[mixed, :, _LETTER_O]
        array[mixed, :, _LETTER_O] = 0
    likelihood = (probabilities * labels).sum(axis=-1)
    confidence = probabilities.max(axis=-1).ravel()
    right = (probabilities.argmax(axis=-1) == labels.argmax(axis=-1)).ravel()
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = [
        abs(right[bins == index].mean() - confidence[bins == index].mean()) * (bins == index).mean()
        for index in np.unique(bins)
    ]
    return CharacterCalibration(float(-np.log(np.maximum(likelihood, 1e-12)).mean()), float(np.sum(gaps)))


def best_temperature(logits: Floats, crops: Sequence[LabeledCrop]) -> float:
    """Find the temperature, in steps of .05, that makes the labels most likely."""
    losses = [character_calibration(logits, crops, float(value)).negative_log_likelihood for value in _TEMPERATURES]
    return round(float(_TEMPERATURES[int(np.argmin(losses))]), 2)


def expressible(crops: Sequence[LabeledCrop]) -> list[LabeledCrop]:
    """Keep the crops whose label the reader's slots and alphabet can hold and that spells the whole plate."""
    return [crop for crop in crops if 2 <= len(crop.text) <= SLOTS and not set(crop.text) - set(ALPHABET)]
