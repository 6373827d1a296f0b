"""Which state issued a plate: its words, its serial's format and its looks, weighed into one probability.

Two ways to ask, so that a camera never waits: without the lines of text the answer takes a few milliseconds and is more
often None; with them (`TextLineReader`, about a tenth of a second once per vehicle) it is nearly always there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from recognition.pictures.crops import crop
from recognition.reading.text_lines import TextLine
from recognition.states.looks import ABROAD, CLASSES, StatePicture
from recognition.states.serials import serial_scores
from recognition.states.weighing import fitted_weights, weigh
from recognition.states.words import text_scores
from schemas.errors import InvalidInput
from schemas.types import Box, Image

Floats = npt.NDArray[np.float32]

MARGIN: Final = 0.08
"""What is added around a plate's box, as a share of its height, before its words and looks are read."""

LEAST_WORDS_WIDTH: Final = 50
"""Words on plates narrower than this, in pixels, mislead more than they tell, and are left out."""


@dataclass(frozen=True, slots=True)
class StateRead:
    """The state of a plate: a jurisdiction such as "US-VA", and the probability that it is right (0-1)."""

    jurisdiction: str
    confidence: float


class StateReader:
    """Names the state of plates. Threads may share it.

    Args:
        weights: The picture network (.onnx); None for the shipped one.
        threads: Threads within an operation; 0: one per core.

    Raises:
        ConfigurationError: The network is missing, damaged or has other classes.
    """

    def __init__(self, weights: Path | None = None, threads: int = 1) -> None:
        self._picture = StatePicture(weights, threads)

    def read(self, picture: Image, box: Box, plate: str, lines: Sequence[TextLine] | None = None) -> StateRead | None:
        """Name the state of one plate.

        Args:
            picture: uint8 (H, W, 3), BGR.
            box: The plate in it, in pixels.
            plate: The serial as read, upper case, without separators; may be empty.
            lines: The plate's lines of text, of `plate_picture`; None where they were not read. They are left out where
                the box is narrower than `LEAST_WORDS_WIDTH`, so that they need not be read there.

        Returns:
            The state and the probability that it is right; None when unsure, or when the plate is from abroad.

        Raises:
            InvalidInput: The picture has no pixels or is not uint8 (H, W, 3).
        """
        if box.width < LEAST_WORDS_WIDTH:
            lines = None
        probabilities = self.probabilities(picture, box, plate, lines)
        best = int(probabilities.argmax())
        confidence = float(probabilities[best])
        if CLASSES[best] == ABROAD or confidence < fitted_weights(with_lines=lines is not None).threshold:
            return None
        return StateRead(CLASSES[best], min(confidence, 1.0))

    def probabilities(
        self, picture: Image, box: Box, plate: str, lines: Sequence[TextLine] | None = None
    ) -> npt.NDArray[np.float64]:
        """Return the probability of every one of `CLASSES`, float64 (CLASSES,); see `read`."""
        looks = self._picture.scores([plate_picture(picture, box)])[0]
        words = None if lines is None else text_scores(lines, plate)
        return weigh(fitted_weights(with_lines=lines is not None), looks, serial_scores(plate), words)


def plate_picture(picture: Image, box: Box) -> Image:
    """Cut a plate out with the margin that its words and looks are read with; what `TextLineReader.read` should see.

    Args:
        picture: uint8 (H, W, 3), BGR.
        box: The plate, in pixels of the picture.

    Raises:
        InvalidInput: The picture has no pixels or is not uint8 (H, W, 3).
    """
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8 or not picture.size:
        raise InvalidInput(
            f"a picture of shape {picture.shape} and type {picture.dtype} cannot be read; "
            "expected uint8 (height, width, 3) with at least one pixel"
        )
    return crop(picture, box, MARGIN)
