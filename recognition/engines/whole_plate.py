"""A small network that sees a whole plate at once and tells something of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from recognition.engines.engine import Floats
from recognition.engines.onnx_runtime import open_session
from recognition.pictures.whole_plate import INPUT_HEIGHT, INPUT_WIDTH, to_input
from schemas.errors import ConfigurationError
from schemas.types import Image


class WholePlateNetwork:
    """Runs one. Threads may share it.

    Args:
        weights: The network (.onnx).
        what: What it is, for the message where it is missing.
        told: The shape of what it tells of one plate.
        threads: Threads within an operation; 0: one per core.

    Raises:
        ConfigurationError: The file is missing, damaged, or takes or tells something else.
    """

    def __init__(self, weights: Path, what: str, told: Sequence[int], threads: int) -> None:
        self._session = open_session(weights, what, threads)
        entry, output = self._session.get_inputs()[0], self._session.get_outputs()[0]
        shapes, expected = (entry.shape[1:], output.shape[1:]), ([INPUT_HEIGHT, INPUT_WIDTH, 3], list(told))
        if shapes != expected:
            raise ConfigurationError(
                f"{weights}: takes {shapes[0]} and tells {shapes[1]}; expected {expected[0]} and {expected[1]}"
            )
        self._input = entry.name

    def run(self, pictures: Sequence[Image]) -> Floats:
        """Return what it tells of plates, float32 (n, *told).

        Args:
            pictures: Crops, uint8 (H, W, 3), BGR; sizes may differ.
        """
        batch = np.stack([to_input(picture) for picture in pictures])
        output: Floats = self._session.run(None, {self._input: batch})[0]
        return output
