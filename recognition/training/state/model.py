"""The network that tells states by their plates' looks, and its ONNX form."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from recognition.states.looks import CLASSES
from recognition.training import layers
from recognition.training.layers import PlateNet


def state_net() -> PlateNet:
    """Return a network whose outputs are the logits of `CLASSES`."""
    return PlateNet(len(CLASSES))


class _LogProbabilities(nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    def __init__(self, net: PlateNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, images: Tensor) -> Tensor:
        return torch.log_softmax(self.net(images), 1)


def export_onnx(net: PlateNet, path: Path) -> None:
    """Write a network that takes uint8 (n, 64, 128, 3) RGB and gives log-probabilities (n, classes)."""
    layers.export_onnx(_LogProbabilities(net), path, "state")
