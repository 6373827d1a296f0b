"""Which state a plate looks like: a small network that sees colors, layout and the shape of the name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from recognition.engines.files import MODELS
from recognition.engines.onnx_runtime import open_session
from recognition.pictures.whole_plate import INPUT_HEIGHT, INPUT_WIDTH, to_input
from rendering.plates.designs import JURISDICTIONS
from schemas.errors import ConfigurationError
from schemas.types import Image

Floats = npt.NDArray[np.float32]

ABROAD: Final = ""
"""The class of plates that no US state issued."""

CLASSES: Final = (*JURISDICTIONS, ABROAD)
"""What the network's outputs mean."""

DEFAULT_WEIGHTS: Final = MODELS / "plate-state-v1.onnx"
"""Weights that ship with Platewatch."""


class StatePicture:
    """The network that tells states by their plates' looks. Threads may share it.

    Args:
        weights: The network (.onnx); None for the shipped one.
        threads: Threads within an operation; 0: one per core.

    Raises:
        ConfigurationError: The file is missing, damaged or has other classes.
    """

    def __init__(self, weights: Path | None = None, threads: int = 1) -> None:
        path = weights or DEFAULT_WEIGHTS
        self._session = open_session(path, "state weights", threads)
        shape = self._session.get_inputs()[0].shape
        classes = self._session.get_outputs()[0].shape[-1]
        if shape[1:] != [INPUT_HEIGHT, INPUT_WIDTH, 3] or classes != len(CLASSES):
            raise ConfigurationError(
                f"{path}: takes {shape[1:]} and tells {classes} classes; expected "
                f"[{INPUT_HEIGHT}, {INPUT_WIDTH}, 3] and {len(CLASSES)}"
            )

    def scores(self, pictures: Sequence[Image]) -> Floats:
        """Return the log-probabilities of `CLASSES` for plates.

        Args:
            pictures: Crops, uint8 (H, W, 3), BGR; sizes may differ.

        Returns:
            float32 (n, classes).
        """
        batch = np.stack([to_input(picture) for picture in pictures])
        output: Floats = self._session.run(None, {self._session.get_inputs()[0].name: batch})[0]
        return output
