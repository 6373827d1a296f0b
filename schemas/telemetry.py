"""Keeps libraries from reporting who uses them: nothing leaves the machine that nobody asked for.

Switched off by importing any part of Platewatch, since the libraries decide while they are imported themselves.
"""

from __future__ import annotations

import importlib
import os
import sys
from types import ModuleType
from typing import Final, cast

OFF: Final = {
    # Since 1.32 it writes a device id and a queue of reports into the user's cache, and sends that.
    "ORT_DISABLE_TELEMETRY": "1",
}
"""Environment variables that tell libraries to be silent, for this process and those that it starts."""

_OPENVINO = "openvino_telemetry"


def switch_telemetry_off() -> None:
    """Switch off what ONNX Runtime and OpenVINO report to their makers, whatever the environment says.

    OpenVINO has no setting for it: it sends a report while it is imported, unless its package `openvino_telemetry` is
    missing. So that package is made to be missing in this process, which OpenVINO itself provides for.
    """
    os.environ.update(OFF)
    if _OPENVINO not in sys.modules:
        # None is how Python marks a module that cannot be imported.
        sys.modules[_OPENVINO] = cast(ModuleType, None)
    if "onnxruntime" in sys.modules:
        # Somebody who uses Platewatch as a library came first; what is queued from now on can still be prevented.
        importlib.import_module("onnxruntime").disable_telemetry_events()
