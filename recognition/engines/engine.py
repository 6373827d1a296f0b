"""What a program that runs a network offers, and how many run side by side."""

from __future__ import annotations

import os
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Backend = Literal["auto", "onnxruntime", "openvino"]


class Engine(Protocol):
    """A loaded network. Threads may share it."""

    name: str
    input_shape: tuple[int | None, ...]
    """Batch, channels, height and width; None where any number does."""
    metadata: dict[str, str]

    def run(self, batch: Floats) -> Floats:
        """Return the network's first output for a batch (n, 3, H, W)."""
        ...


def side_by_side(threads: int) -> int:
    """Return how many networks run at the same time with so many threads each (0: one per core)."""
    cores = len(os.sched_getaffinity(0))
    return max(cores // threads, 1) if threads else 1
