"""OpenVINO, and what is said where it is not installed."""

from __future__ import annotations

import pytest

from recognition.detection.detector import DEFAULT_WEIGHTS
from recognition.engines.opening import open_engine
from schemas.errors import ConfigurationError


def test_a_missing_backend_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'openvino>="):
        open_engine(DEFAULT_WEIGHTS, "openvino", 1, (640, 640))
