"""OpenVINO, and what is said where it is not installed."""

from __future__ import annotations

import ctypes
import sys

import numpy as np
import pytest

from recognition.detection.detector import DEFAULT_WEIGHTS
from recognition.engines.opening import open_engine
from schemas.errors import ConfigurationError


def test_a_missing_backend_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:

    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'openvino>="):
        open_engine(DEFAULT_WEIGHTS, "openvino", 1, (640, 640))


class SignalStack(ctypes.Structure):
    """C's `stack_t`."""

    _fields_ = (("pointer", ctypes.c_void_p), ("flags", ctypes.c_int), ("size", ctypes.c_size_t))


def signal_stack() -> tuple[int | None, int, int]:
    """Where this thread handles signals."""
    found = SignalStack()
    assert ctypes.CDLL(None).sigaltstack(None, ctypes.byref(found)) == 0
    return found.pointer, found.flags, found.size


def test_a_thread_that_opens_a_network_handles_signals_where_it_did() -> None:
    """With the one that OpenVINO sets, too small on a processor with AMX, Ctrl-C killed the process (SIGSEGV)."""
    before = signal_stack()
    engine = open_engine(DEFAULT_WEIGHTS, "openvino", 1, (640, 640))
    engine.run(np.zeros((1, 3, 640, 640), dtype=np.float32))
    assert signal_stack() == before
