"""ONNX Runtime says what goes wrong in its errors, and nothing on the terminal beside them."""

from __future__ import annotations

import numpy as np
import pytest

from recognition.detection.detector import DEFAULT_WEIGHTS
from recognition.engines.onnx_runtime import OnnxRuntimeEngine


def test_a_run_that_fails_is_told_once(capfd: pytest.CaptureFixture[str]) -> None:
    engine = OnnxRuntimeEngine(DEFAULT_WEIGHTS, 1)
    # Sides that are no multiples of 32 do not come together again in the network's upper half.
    with pytest.raises(Exception, match="Non-zero status code returned while running"):
        engine.run(np.zeros((1, 3, 72, 40), np.float32))
    assert capfd.readouterr() == ("", "")
