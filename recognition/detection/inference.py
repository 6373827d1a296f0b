"""Inference of the detector: a YOLO network in ONNX form, loaded and made sure to be a plate detector's."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from recognition.detection.classes import class_names, plate_classes
from recognition.detection.overlap import Floats
from recognition.detection.postprocess import decode
from recognition.engines.engine import Backend, Engine
from recognition.engines.opening import open_engine
from schemas.errors import ConfigurationError, PlatewatchError

STRIDE = 32
"""Sides of a detector's input are multiples of this."""

_NO_DETECTOR = "not a plate detector; give the ONNX export of a YOLO network"
_MAX_BATCH = 8


class DetectorNetwork:
    """A plate detector's network, ready to run. Threads may share it.

    Args:
        weights: The network (.onnx), with ultralytics' output form.
        backend: `onnxruntime`, `openvino`, or `auto` for the faster one that is installed.
        threads: Threads of the inference engine; 0: one per core.
        image_size: Side of the square that a frame is fitted into, pixels; a multiple of 32, and the longer side of
            the input where that is fixed.
        rectangular: Leave out padding where the network takes any size.

    Raises:
        ConfigurationError: The weights are missing, not such a network, or of another input size.
    """

    def __init__(self, weights: Path, backend: Backend, threads: int, image_size: int, *, rectangular: bool) -> None:
        if image_size < STRIDE or image_size % STRIDE:
            raise ConfigurationError(f"the detector's image size is {image_size}; expected a multiple of {STRIDE}")
        self._engine = _open(weights, backend, threads, image_size)
        batch, height, width = _input_size(self._engine, weights, image_size)
        self.batch = batch or _MAX_BATCH
        """Most pictures in one run."""
        self.input_size = (width or image_size, height or image_size)
        """Width and height of the input in pixels."""
        self.stride = STRIDE if rectangular and width is None and height is None else None
        """What sides of a smaller input are multiples of; None where the input cannot be smaller."""
        self.classes = tuple(plate_classes(class_names(self._engine.metadata), weights))
        """The classes that are plates."""
        self._try(weights)

    @property
    def engine(self) -> str:
        """Which program runs the network."""
        return self._engine.name

    def run(self, tensor: Floats) -> Floats:
        """Return the network's output for pictures.

        Args:
            tensor: float32 (n, 3, H, W), RGB, 0-1; n at most `batch`.

        Returns:
            float32, n outputs as `decode` takes them.
        """
        count = len(tensor)
        if count < self.batch and self._engine.input_shape[0] is not None:
            # A network with a fixed batch gets empty images for the rest.
            tensor = np.concatenate([tensor, np.zeros((self.batch - count, *tensor.shape[1:]), np.float32)])
        return self._engine.run(tensor)[:count]

    def _try(self, weights: Path) -> None:
        """Run the network once on the least input, so that weights of something else are refused at once.

        Raises:
            ConfigurationError: It cannot run, or its output is no detector's.
        """
        side = STRIDE if self.stride else 0
        width, height = (side or size for size in self.input_size)
        empty = np.zeros((self._engine.input_shape[0] or 1, 3, height, width), np.float32)
        try:
            output = self._engine.run(empty)
        except Exception as error:
            # The engines' errors have no common base of their own.
            raise ConfigurationError(f"{weights}: {_NO_DETECTOR} ({_first_line(error)})") from error
        try:
            decode(output[0], 1.0, self.classes)
        except (ConfigurationError, IndexError) as error:
            raise ConfigurationError(f"{weights}: {_NO_DETECTOR} (its output has the shape {output.shape})") from error


def _open(weights: Path, backend: Backend, threads: int, image_size: int) -> Engine:
    """Load the network.

    Raises:
        ConfigurationError: It cannot be loaded, or not run with a detector's input.
    """
    try:
        return open_engine(weights, backend, threads, (image_size, image_size))
    except PlatewatchError:
        raise
    except Exception as error:
        # `auto` runs the engines to compare them, and their errors have no common base of their own.
        raise ConfigurationError(f"{weights}: {_NO_DETECTOR} ({_first_line(error)})") from error


def _input_size(engine: Engine, weights: Path, image_size: int) -> tuple[int | None, int | None, int | None]:
    """Return the network's batch, height and width; None where any number does.

    Raises:
        ConfigurationError: The input is no batch of color pictures, or its fixed size does not fit `image_size`.
    """
    shape = engine.input_shape
    if len(shape) != 4 or shape[1] not in (None, 3):
        found = ", ".join("any" if size is None else str(size) for size in shape)
        raise ConfigurationError(f"{weights}: {_NO_DETECTOR} (its input is ({found}), not (batch, 3, height, width))")
    batch, _, height, width = shape
    fixed = [size for size in (height, width) if size is not None]
    if fixed and max(fixed) != image_size:
        raise ConfigurationError(
            f"{weights}: its input is fixed at {width} x {height} pixels, but the detector's image size is "
            f"{image_size}; set image_size to {max(fixed)}, or export the network with free sizes"
        )
    return batch, height, width


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
