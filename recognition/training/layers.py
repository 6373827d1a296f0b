"""The small network over a whole plate that several tasks share: a detector's first layers and one linear layer."""

from __future__ import annotations

import warnings
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from recognition.pictures.whole_plate import INPUT_HEIGHT, INPUT_WIDTH
from schemas.errors import ConfigurationError

_OPSET = 17
_FINE, _COARSE = 24, 64  # channels that are kept of the two scales


class Convolution(nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    """A convolution with bias and SiLU; the names are those of the detector's export, with its norms folded in."""

    def __init__(self, inputs: int, outputs: int, size: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, size, stride, size // 2)

    def forward(self, features: Tensor) -> Tensor:
        """Return the features that it finds."""
        return nn.functional.silu(self.conv(features))


class _Residual(nn.Module):  # type: ignore[misc]
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.cv1 = Convolution(channels, channels, 3)
        self.cv2 = Convolution(channels, channels, 3)

    def forward(self, features: Tensor) -> Tensor:
        return features + self.cv2(self.cv1(features))


class _Split(nn.Module):  # type: ignore[misc]
    """YOLOv8's cross-stage block: half of the channels pass through residual blocks, every stage's output is kept."""

    def __init__(self, channels: int, blocks: int) -> None:
        super().__init__()
        half = channels // 2
        self.cv1 = Convolution(channels, channels, 1)
        self.cv2 = Convolution((2 + blocks) * half, channels, 1)
        self.m = nn.ModuleList(_Residual(half) for _ in range(blocks))

    def forward(self, features: Tensor) -> Tensor:
        parts = list(self.cv1(features).chunk(2, 1))
        for block in self.m:
            parts.append(block(parts[-1]))
        return self.cv2(torch.cat(parts, 1))


class PlateNet(nn.Module):  # type: ignore[misc]
    """The detector's first seven layers, then one linear layer over places and channels.

    What tells a state, or a plate's edge, stands at a place of the picture, so places are not averaged away.

    Args:
        outputs: How many numbers it tells.

    Source: the layers are YOLOv8's (https://github.com/ultralytics/ultralytics, AGPL-3.0).
    """

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.model = nn.ModuleList(
            (
                Convolution(3, 16, 3, 2),
                Convolution(16, 32, 3, 2),
                _Split(32, 1),
                Convolution(32, 64, 3, 2),
                _Split(64, 2),
                Convolution(64, 128, 3, 2),
                _Split(128, 2),
            )
        )
        self.fine = nn.Conv2d(64, _FINE, 1)
        self.coarse = nn.Conv2d(128, _COARSE, 1)
        places = INPUT_HEIGHT * INPUT_WIDTH
        self.norm = nn.LayerNorm(_FINE * places // 64 + _COARSE * places // 256)
        self.drop = nn.Dropout(0.4)
        self.head = nn.Linear(_FINE * places // 64 + _COARSE * places // 256, outputs)

    def forward(self, images: Tensor) -> Tensor:
        """Return (n, outputs) of RGB pictures uint8 (n, 64, 128, 3)."""
        features = images.permute(0, 3, 1, 2).float() / 255
        for layer in self.model[:5]:
            features = layer(features)
        fine = self.fine(features)
        for layer in self.model[5:]:
            features = layer(features)
        seen = torch.cat([fine.flatten(1), self.coarse(features).flatten(1)], 1)
        return self.head(self.drop(self.norm(seen)))


def from_detector(net: PlateNet, weights: Path) -> PlateNet:
    """Give a network's first layers a plate detector's weights.

    Args:
        net: The network; changed in place.
        weights: A YOLOv8n detector's ONNX export.

    Returns:
        The same network.

    Raises:
        ConfigurationError: The file is missing or of another network.
    """
    if not weights.is_file():
        raise ConfigurationError(f"{weights}: not found; expected a plate detector's ONNX file")
    given = {item.name: numpy_helper.to_array(item) for item in onnx.load(str(weights)).graph.initializer}
    state = net.state_dict()
    for name in [name for name in state if name.startswith("model.")]:
        if name not in given or given[name].shape != tuple(state[name].shape):
            raise ConfigurationError(f"{weights}: has no {name} as YOLOv8n has it; give another detector's ONNX file")
        state[name] = torch.from_numpy(given[name].copy()).float()
    net.load_state_dict(state)
    return net


def export_onnx(net: nn.Module, path: Path, output: str) -> None:
    """Write a network that takes uint8 (n, 64, 128, 3) RGB.

    Args:
        net: It, with what makes its output of its last layer.
        path: The file.
        output: The output's name.
    """
    example = torch.zeros(2, INPUT_HEIGHT, INPUT_WIDTH, 3, dtype=torch.uint8)
    with warnings.catch_warnings():
        # torch deprecates this exporter, but the newer one cannot write opset 17, which older runtimes need.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.filterwarnings("ignore", message="Constant folding", category=UserWarning)
        torch.onnx.export(
            net.eval(),
            (example,),
            str(path),
            dynamo=False,
            opset_version=_OPSET,
            input_names=["input"],
            output_names=[output],
            dynamic_axes={"input": {0: "batch"}, output: {0: "batch"}},
        )
