"""The forward pass of a training in bfloat16."""

from __future__ import annotations

from typing import Any

import torch


def compute_in_bfloat16(network: Any) -> None:
    """Run the forward pass of training in bfloat16 (twice as fast on CPUs with AMX) and the loss in float32."""
    predict = network.predict

    def predict_in_bfloat16(images: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        if not network.training:
            return predict(images, *args, **kwargs)
        with torch.autocast(images.device.type, dtype=torch.bfloat16):
            output = predict(images, *args, **kwargs)
        return _in_float32(output)

    network.predict = predict_in_bfloat16


def _in_float32(value: Any) -> Any:
    """Convert every bfloat16 tensor in nested dicts, lists and tuples."""
    if isinstance(value, torch.Tensor):
        return value.float() if value.dtype == torch.bfloat16 else value
    if isinstance(value, dict):
        return {key: _in_float32(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_in_float32(part) for part in value)
    return value
