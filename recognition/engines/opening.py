"""Programs that run an ONNX network: ONNX Runtime always, OpenVINO where it is installed and faster."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from recognition.engines.choice import choice_key, remember_choice, remembered_choice
from schemas.errors import ConfigurationError

log = logging.getLogger(__name__)

Floats = npt.NDArray[np.float32]
Backend = Literal["auto", "onnxruntime", "openvino"]

_TIMED_RUNS = 3
_STRIDE = 32
"""Sides of a detector's input are multiples of this."""


class Engine(Protocol):
    """A loaded network. Threads may share it."""

    name: str
    input_shape: tuple[int | None, ...]
    """Batch, channels, height and width; None where any number does."""
    metadata: dict[str, str]

    def run(self, batch: Floats) -> Floats:
        """Return the network's first output for a batch (n, 3, H, W)."""
        ...


class OnnxRuntimeEngine:
    """ONNX Runtime, on a CUDA device where its build has one.

    Args:
        weights: The network (.onnx).
        threads: Threads within an operation; 0: one per core.

    Raises:
        ConfigurationError: The file is missing or not a network that ONNX Runtime can run.
    """

    name = "onnxruntime"

    def __init__(self, weights: Path, threads: int) -> None:
        require_file(weights, "detector weights")
        runtime = importlib.import_module("onnxruntime")
        try:
            self._session = runtime.InferenceSession(
                str(weights), sess_options=session_options(threads), providers=available_providers()
            )
        except Exception as error:
            # ONNX Runtime's errors have no common base of their own.
            reason = str(error).splitlines()[0]
            raise ConfigurationError(f"{weights}: not a network that ONNX Runtime can run ({reason})") from error
        entry = self._session.get_inputs()[0]
        self._input = entry.name
        self.input_shape = tuple(size if isinstance(size, int) else None for size in entry.shape)
        self.metadata: dict[str, str] = dict(self._session.get_modelmeta().custom_metadata_map)

    def run(self, batch: Floats) -> Floats:
        """Return the network's first output for a batch (n, 3, H, W)."""
        output: Floats = self._session.run(None, {self._input: batch})[0]
        return output


class OpenVinoEngine:
    """OpenVINO on the CPU (extra `platewatch[openvino]`).

    Threads that call it at the same time each have their own inference request; with few threads within an operation
    they run side by side on the cores.

    Args:
        weights: The network (.onnx).
        threads: Threads within an operation; 0: one per core.

    Raises:
        ConfigurationError: OpenVINO is not installed, or the file is missing or not a network that it can run.
    """

    name = "openvino"

    def __init__(self, weights: Path, threads: int) -> None:
        require_file(weights, "detector weights")
        try:
            openvino = importlib.import_module("openvino")
        except ImportError as error:
            raise ConfigurationError(
                f'openvino cannot be imported ({error}); install it with: pip install "platewatch[openvino]"'
            ) from error
        streams = side_by_side(threads)
        options: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY"}
        if threads:
            options = {"NUM_STREAMS": streams, "INFERENCE_NUM_THREADS": streams * threads}
        try:
            core = openvino.Core()
            model = core.read_model(str(weights))
            self._compiled = core.compile_model(model, "CPU", options)
        except RuntimeError as error:
            reason = str(error).strip().splitlines()[-1]
            raise ConfigurationError(f"{weights}: not a network that OpenVINO can run ({reason})") from error
        shape = self._compiled.input(0).partial_shape
        self.input_shape = tuple(size.get_length() if size.is_static else None for size in shape)
        # OpenVINO keeps an ONNX file's own metadata under this name.
        own = model.get_rt_info(["framework"]).value if model.has_rt_info(["framework"]) else {}
        self.metadata: dict[str, str] = {name: str(value) for name, value in own.items()}
        # One thread may use an inference request at a time.
        self._requests = threading.local()

    def run(self, batch: Floats) -> Floats:
        """Return the network's first output for a batch (n, 3, H, W)."""
        if not hasattr(self._requests, "own"):
            self._requests.own = self._compiled.create_infer_request()
        # The request's own memory is written over by its next run.
        output: Floats = np.array(self._requests.own.infer({0: batch})[0])
        return output


def side_by_side(threads: int) -> int:
    """Return how many networks run at the same time with so many threads each (0: one per core)."""
    cores = len(os.sched_getaffinity(0))
    return max(cores // threads, 1) if threads else 1


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


def available_providers() -> list[str]:
    """Return ONNX Runtime's execution providers that this machine has, best first."""
    available = importlib.import_module("onnxruntime").get_available_providers()
    return [name for name in ("CUDAExecutionProvider", "CPUExecutionProvider") if name in available]


def session_options(threads: int) -> Any:
    """Return ONNX Runtime's session options: quiet, with the given number of threads (0: one per core)."""
    runtime = importlib.import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads or len(os.sched_getaffinity(0))
    options.inter_op_num_threads = 1
    # Only errors: warnings about unused initializers or a missing GPU are of no use to an operator.
    options.log_severity_level = 3
    return options


def require_file(path: Path, what: str) -> None:
    """Check that a file that a setting names is there.

    Raises:
        ConfigurationError: It is not; the message names it.
    """
    if not path.is_file():
        raise ConfigurationError(
            f"{path}: no such {what}; correct the path in the configuration or reinstall platewatch"
        )
