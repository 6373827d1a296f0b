"""OpenVINO, where it is installed."""

from __future__ import annotations

import importlib
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from recognition.engines.engine import Floats, side_by_side
from recognition.engines.files import require_file
from schemas.errors import ConfigurationError
from services.extras import install_line


class OpenVinoEngine:
    """OpenVINO on the CPU (extra `openvino`).

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
                f"openvino cannot be imported ({error}); install it with: {install_line('openvino')}"
            ) from error
        streams = side_by_side(threads)
        options: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY"}
        if threads:
            options = {"NUM_STREAMS": streams, "INFERENCE_NUM_THREADS": streams * threads}

        def compiled() -> tuple[Any, Any]:
            core = openvino.Core()
            network = core.read_model(str(weights))
            return network, core.compile_model(network, "CPU", options)

        try:
            # OpenVINO gives the thread that compiles a stack for signals. Where the processor has AMX it is too small
            # for what is saved there, and a signal that Python handles (Ctrl-C, SIGTERM) would kill the process.
            with ThreadPoolExecutor(1, "openvino") as thread:
                model, self._compiled = thread.submit(compiled).result()
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
