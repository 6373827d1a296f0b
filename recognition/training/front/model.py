"""The network that tells where the plate in front ends, what it is trained with, and its ONNX form."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from recognition.detection.front_edges import EDGES, PLACES
from recognition.training import layers
from recognition.training.layers import PlateNet

_RIGHT_WITHIN = 1.5  # places


def front_net() -> PlateNet:
    """Return a network whose outputs are the logits of each edge's places."""
    return PlateNet(len(EDGES) * PLACES)


def loss(outputs: Tensor, edges: Tensor) -> tuple[Tensor, Tensor]:
    """Return the loss of outputs (n, edges * places), and the share with all edges right.

    Args:
        outputs: Logits.
        edges: Where the edges are, float32 (n, 4), shares (0-1) of the input.
    """
    logits = outputs.view(-1, len(EDGES), PLACES)
    place = edges * PLACES - 0.5
    # An edge between two places' middles is at both, in proportion.
    shares = (1 - (torch.arange(PLACES) - place[..., None]).abs()).clamp(min=0)
    shares = shares / shares.sum(-1, keepdim=True)
    wrong = -(shares * torch.log_softmax(logits, -1)).sum(-1).mean()
    right = ((logits.argmax(-1) - place).abs() < _RIGHT_WITHIN).all(1)
    return wrong, right.float().mean()


class _Probabilities(nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    def __init__(self, net: PlateNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, images: Tensor) -> Tensor:
        return torch.softmax(self.net(images).view(-1, len(EDGES), PLACES), -1)


def export_onnx(net: PlateNet, path: Path) -> None:
    """Write a network that takes uint8 (n, 64, 128, 3) RGB and gives probabilities (n, edges, places)."""
    layers.export_onnx(_Probabilities(net), path, "edges")
