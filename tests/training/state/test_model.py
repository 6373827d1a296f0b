"""The state network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from recognition.states.looks import StatePicture
from recognition.training.layers import from_detector
from recognition.training.state.model import export_onnx, state_net
from schemas.errors import ConfigurationError

MODELS = Path(__file__).resolve().parents[3] / "recognition" / "models"


def test_the_first_layers_are_the_detectors() -> None:
    net = from_detector(state_net(), MODELS / "plate-detector-v2.onnx")
    assert float(net.model[0].conv.weight.detach().abs().sum()) > 0
    with pytest.raises(ConfigurationError, match="not found"):
        from_detector(state_net(), MODELS / "no-detector.onnx")
    with pytest.raises(ConfigurationError, match="as YOLOv8n has it"):
        from_detector(state_net(), MODELS / "plate-ocr-v1.onnx")


def test_the_exported_network_says_the_same(tmp_path: Path) -> None:
    torch.manual_seed(1)
    net = state_net().eval()
    export_onnx(net, tmp_path / "state.onnx")
    picture = np.full((64, 128, 3), 90, np.uint8)
    picture[10:20, 30:90] = 230
    with torch.no_grad():
        expected = torch.log_softmax(net(torch.from_numpy(picture[None])), 1).numpy()
    assert StatePicture(tmp_path / "state.onnx").scores([picture]) == pytest.approx(expected, abs=1e-3)
