"""ONNX Runtime, which is always installed."""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from recognition.engines.engine import Floats
from recognition.engines.files import require_file
from schemas.errors import ConfigurationError


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
        self._session = open_session(weights, "detector weights", threads)
        entry = self._session.get_inputs()[0]
        self._input = entry.name
        self.input_shape = tuple(size if isinstance(size, int) else None for size in entry.shape)
        self.metadata: dict[str, str] = dict(self._session.get_modelmeta().custom_metadata_map)

    def run(self, batch: Floats) -> Floats:
        """Return the network's first output for a batch (n, 3, H, W)."""
        output: Floats = self._session.run(None, {self._input: batch})[0]
        return output


def open_session(weights: Path, what: str, threads: int, providers: Sequence[str] | None = None) -> Any:
    """Load a network.

    Args:
        weights: The network (.onnx).
        what: What it is, for the message where it is missing.
        threads: Threads within an operation; 0: one per core.
        providers: ONNX Runtime's execution providers, best first; None: those that this machine has.

    Returns:
        An `onnxruntime.InferenceSession`.

    Raises:
        ConfigurationError: The file is missing or not a network that ONNX Runtime can run.
    """
    require_file(weights, what)
    runtime = importlib.import_module("onnxruntime")
    try:
        return runtime.InferenceSession(
            str(weights),
            sess_options=session_options(threads),
            providers=list(providers) if providers else available_providers(),
        )
    except Exception as error:
        # ONNX Runtime's errors have no common base of their own.
        reason = str(error).splitlines()[0]
        raise ConfigurationError(f"{weights}: not a network that ONNX Runtime can run ({reason})") from error


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
    # Nothing short of its end: warnings about unused initializers or a missing GPU are of no use to an operator, and
    # errors are raised, too, and said once by whoever handles them.
    options.log_severity_level = 4
    return options
