"""Opens a detector's network with ONNX Runtime, or with OpenVINO where it is installed and faster."""

from __future__ import annotations

import functools
import importlib.util
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from recognition.engines.choice import choice_key, remember_choice, remembered_choice
from recognition.engines.engine import Backend, Engine
from recognition.engines.files import require_file
from recognition.engines.onnx_runtime import OnnxRuntimeEngine
from recognition.engines.openvino_engine import OpenVinoEngine
from schemas.errors import ConfigurationError

log = logging.getLogger(__name__)

_TIMED_RUNS = 3
_STRIDE = 32
"""Sides of a detector's input are multiples of this."""


def open_engine(weights: Path, backend: Backend, threads: int, probe: tuple[int, int]) -> Engine:
    """Load a network.

    Args:
        weights: The network (.onnx).
        backend: Which program runs it; `auto` takes OpenVINO where it is installed and faster in a short measurement.
        threads: Threads within an operation; 0: one per core.
        probe: Width and height of the input to measure with, pixels.

    Returns:
        The engine.

    Raises:
        ConfigurationError: The weights or the program do not fit.
    """
    if backend == "openvino":
        return OpenVinoEngine(weights, threads)
    if backend == "onnxruntime" or importlib.util.find_spec("openvino") is None:
        return OnnxRuntimeEngine(weights, threads)
    require_file(weights, "detector weights")
    # Not only to save time: engines differ in the last digits, and a restart must see what the run before it saw.
    key = choice_key(weights, threads, probe)
    known = remembered_choice(key)
    if known == OnnxRuntimeEngine.name:
        return OnnxRuntimeEngine(weights, threads)
    try:
        other = OpenVinoEngine(weights, threads)
    except ConfigurationError as error:
        log.warning("openvino is left out: %s", error)
        return OnnxRuntimeEngine(weights, threads)
    if known == OpenVinoEngine.name:
        return other
    best = _faster((OnnxRuntimeEngine(weights, threads), other), probe)
    remember_choice(key, best.name)
    return best


def _faster(engines: Sequence[Engine], probe: tuple[int, int]) -> Engine:
    """Return the engine that takes less time for one input, a quarter of the real one: the first start waits for it."""
    seconds = []
    width, height = (max(side // 2 // _STRIDE, 1) * _STRIDE for side in probe)
    for engine in engines:
        sizes = [fixed or wanted for fixed, wanted in zip(engine.input_shape, (1, 3, height, width), strict=True)]
        seconds.append(measure(functools.partial(engine.run, np.zeros(sizes, np.float32))))
    best = engines[seconds.index(min(seconds))]
    log.debug("inference engine measured", extra={"engine": best.name, "seconds": round(min(seconds), 4)})
    return best


def measure(work: Callable[[], object]) -> float:
    """Return the least seconds that some work takes, after one run to warm up."""
    work()
    times = []
    for _ in range(_TIMED_RUNS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)
