"""Which state a plate looks like: a small network that sees colors, layout and the shape of the name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from recognition.engines.files import MODELS
from recognition.engines.whole_plate import WholePlateNetwork
from rendering.plates.designs import JURISDICTIONS
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
        self._network = WholePlateNetwork(weights or DEFAULT_WEIGHTS, "state weights", (len(CLASSES),), threads)

    def scores(self, pictures: Sequence[Image]) -> Floats:
        """Return the log-probabilities of `CLASSES` for plates.

        Args:
            pictures: Crops, uint8 (H, W, 3), BGR; sizes may differ.

        Returns:
            float32 (n, classes).
        """
        return self._network.run(pictures)
