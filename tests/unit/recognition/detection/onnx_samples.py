"""Least ONNX files, written byte by byte: the package that writes them is not installed where these tests run.

Source: the field numbers of onnx/onnx.proto3 (ModelProto, GraphProto, NodeProto, TensorProto, ValueInfoProto).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

FLOAT = 1


def write_network(path: Path, input_shape: Sequence[int | str], output_shape: Sequence[int]) -> Path:
    """Write a network that gives zeros of `output_shape` whatever it sees; a named dimension of the input is free."""
    zeros = np.zeros(output_shape, np.float32)
    tensor = b"".join(_number(1, side) for side in output_shape) + _number(2, FLOAT)
    tensor += _text(8, "zeros") + _field(9, zeros.tobytes())
    node = _text(1, "zeros") + _text(2, "output0") + _text(4, "Identity")
    graph = _field(1, node) + _text(2, "graph") + _field(5, tensor)
    graph += _field(11, _value("images", input_shape)) + _field(12, _value("output0", output_shape))
    opset = _field(8, _number(2, 17))
    path.write_bytes(_number(1, 8) + _field(7, graph) + opset)
    return path


def _value(name: str, shape: Sequence[int | str]) -> bytes:
    sides = (_number(1, side) if isinstance(side, int) else _text(2, side) for side in shape)
    dimensions = b"".join(_field(1, side) for side in sides)
    return _text(1, name) + _field(2, _field(1, _number(1, FLOAT) + _field(2, dimensions)))


def _varint(value: int) -> bytes:
    parts = []
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _field(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _text(field: int, content: str) -> bytes:
    return _field(field, content.encode())
