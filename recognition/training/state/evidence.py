"""What the state reader sees of labeled plates, gathered once so that weights can be fitted and measured on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from recognition.reading.ocr import PlateOcr
from recognition.reading.text_lines import TextLineReader
from recognition.states.looks import CLASSES, StatePicture
from recognition.states.serials import serial_scores
from recognition.states.words import text_scores
from schemas.types import Image

Floats = npt.NDArray[np.float32]

BORDER = 0.08
"""Tight crops are widened by this share of their height, as `recognition.states.reader.plate_picture` widens boxes."""


@dataclass(frozen=True, slots=True)
class StateEvidence:
    """Evidence of n plates: looks, serial and words are (n, CLASSES), labels (n,) indices of CLASSES."""

    looks: Floats
    serial: Floats
    words: Floats
    labels: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)


class Observer:
    """Gathers evidence.

    Args:
        looks: The picture network.
        lines: Reads words.
        plates: Reads serials; None to leave serials out.
    """

    def __init__(self, looks: StatePicture, lines: TextLineReader, plates: PlateOcr | None) -> None:
        self._looks, self._lines, self._plates = looks, lines, plates

    def see(self, pictures: Sequence[Image], labels: Sequence[int]) -> StateEvidence:
        """Return the evidence of plates.

        Args:
            pictures: Crops with the margin that the state reader cuts, uint8 (H, W, 3), BGR.
            labels: Indices of CLASSES.
        """
        texts = [read.text for read in self._plates.read(pictures)] if self._plates else [""] * len(pictures)
        return StateEvidence(
            self._looks.scores(pictures),
            np.stack([serial_scores(text) for text in texts]),
            np.stack(
                [text_scores(self._lines.read(picture), text) for picture, text in zip(pictures, texts, strict=True)]
            ),
            np.array(labels, np.int64),
        )


def joined(parts: Sequence[StateEvidence]) -> StateEvidence:
    """Put evidence of several groups of plates together."""
    return StateEvidence(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("looks", "serial", "words", "labels"))
    )


def narrowed(image: Image, width: int | None) -> Image | None:
    """Scale a tight crop down to a width in pixels; None where it is no wider, or unchanged for no width."""
    if width is None:
        return image
    if image.shape[1] <= width:
        return None
    size = width, max(round(image.shape[0] * width / image.shape[1]), 1)
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def label_of(jurisdiction: str) -> int:
    """Return the index of a jurisdiction's class; everything that is no US state is from abroad."""
    return CLASSES.index(jurisdiction) if jurisdiction in CLASSES else len(CLASSES) - 1
