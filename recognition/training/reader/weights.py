"""Reads a reader's weights from ONNX files and writes them back as one that fast-plate-ocr loads."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

from recognition.training.examples.reader_format import IMAGE_HEIGHT, IMAGE_WIDTH
from recognition.training.reader.model import BLOCKS, PlateReader
from schemas.errors import ConfigurationError

Array = NDArray[np.float32]

_OPSET = 17
_STEM = ("conv2d_1", "conv2d_1_2", "conv2d_2_1", "conv2d_3_1", "conv2d_4_1")
_ATTENTION = (
    *("value.weight", "query.weight", "key.weight", "value.bias", "query.bias", "key.bias"),
    *("output.weight", "output.bias"),
)
_BLOCK = (
    *(f"norm_attention.{name}" for name in ("alpha", "weight", "bias")),
    *(f"attention.{name}" for name in _ATTENTION),
    *(f"norm_mlp.{name}" for name in ("alpha", "weight", "bias")),
    *("mlp_in.weight", "mlp_in.bias", "mlp_out.weight", "mlp_out.bias"),
)


class _Probabilities(nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    """The reader with the softmax that fast-plate-ocr expects to find inside the graph."""

    def __init__(self, reader: PlateReader) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, images: Tensor) -> Tensor:
        return torch.softmax(self.reader(images), dim=-1)


def load_weights(path: Path) -> PlateReader:
    """Rebuild a reader from an ONNX file.

    Args:
        path: fast-plate-ocr's published ``cct_xs_v1_global.onnx`` or a file that `export_onnx` wrote.

    Returns:
        The reader, in training mode, float32.

    Raises:
        ConfigurationError: The file is no ONNX model or holds another architecture.
    """
    try:
        return _load(onnx.load(str(path)).graph)
    except (DecodeError, KeyError, ValueError) as error:
        raise ConfigurationError(f"{path}: holds another network; expected cct-xs-v1 or one exported here") from error


def _load(graph: onnx.GraphProto) -> PlateReader:
    tensors = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
    own = {name.removeprefix("reader."): array for name, array in tensors.items() if name.startswith("reader.")}
    reader = PlateReader()
    state = {name: own[name] for name in reader.state_dict()} if own else _from_published(tensors, graph)
    shapes = {name: tensor.shape for name, tensor in reader.state_dict().items()}
    # A copy, because the arrays of an ONNX file are read-only views that torch would train in place.
    reader.load_state_dict({name: torch.tensor(np.array(array)).reshape(shapes[name]) for name, array in state.items()})
    return reader


def _from_published(tensors: Mapping[str, Array], graph: onnx.GraphProto) -> dict[str, Array]:
    root = "CCT_OCR_1/"
    state: dict[str, Array] = {}
    for index, name in enumerate(_STEM):
        state[f"convs.{index}.weight"] = tensors[f"{root}conv_stem_1/{name}/convolution/ReadVariableOp:0"]
        state[f"convs.{index}.bias"] = tensors[f"{root}conv_stem_1/{name}/Squeeze:0"]
    # The published graph cuts patches with a one-hot convolution and embeds them with a dense layer:
    # one convolution does both.
    cutter = tensors[f"{root}patch_extractor_1/Reshape__6"]
    dense = tensors[f"{root}mlp_1/dense_1/Cast/ReadVariableOp:0"]
    state["patches.weight"] = np.einsum("pchw,po->ochw", cutter, dense)
    state["patches.bias"] = tensors[f"{root}mlp_1/dense_1/BiasAdd/ReadVariableOp:0"]
    state["positions"] = tensors[f"{root}pos_emb_1/Slice:0"]
    for block in range(BLOCKS):
        prefix = f"{root}transformer_block_{block + 1}_1/"
        found = [name for name in tensors if name.startswith(prefix) and not name.endswith("/x:0")]
        for ours, theirs in zip(_BLOCK, found, strict=True):
            state[f"blocks.{block}.{ours}"] = tensors[theirs]
    state |= _reducer(tensors, graph, f"{root}token_reducer_1/")
    state["head.weight"] = tensors[f"{root}vocab_projection_1/dense_9_1/Cast/ReadVariableOp:0"]
    state["head.bias"] = tensors[f"{root}vocab_projection_1/dense_9_1/BiasAdd/ReadVariableOp:0"]
    return state


def _reducer(tensors: Mapping[str, Array], graph: onnx.GraphProto, root: str) -> dict[str, Array]:
    # The converter turned the reducer's query and output einsums into its only two Gemm nodes (transposed weights).
    query, output = (tensors[node.input[1]].T for node in graph.node if node.op_type == "Gemm")
    attention = f"{root}multi_head_attention_4_1/"
    return {
        "slots": tensors[f"{root}Reshape_1:0"],
        "reducer.query.weight": query,
        "reducer.query.bias": tensors[f"{attention}query_1/add/ReadVariableOp:0"],
        "reducer.key.weight": tensors[f"{attention}key_1/Reshape:0"],
        "reducer.key.bias": tensors[f"{attention}key_1/add/ReadVariableOp:0"],
        "reducer.value.weight": tensors[f"{attention}value_1/Reshape:0"],
        "reducer.value.bias": tensors[f"{attention}value_1/add/ReadVariableOp:0"],
        "reducer.output.weight": output,
        "reducer.output.bias": tensors[f"{attention}attention_output_1/add/ReadVariableOp:0"],
    }


def average(states: Sequence[Mapping[str, Tensor]], shares: Sequence[float]) -> dict[str, Tensor]:
    """Average weights that were fine-tuned from the same start.

    Source: Wortsman et al. 2022, "Model soups", arXiv:2203.05482.

    Args:
        states: State dicts with the same names and shapes.
        shares: One weight each; they are divided by their sum.

    Returns:
        The weighted mean of every tensor.
    """
    total = sum(shares)
    return {
        name: torch.stack([state[name] * (share / total) for state, share in zip(states, shares, strict=True)]).sum(0)
        for name in states[0]
    }


def export_onnx(reader: PlateReader, path: Path, temperature: float = 1.0) -> None:
    """Write a reader with the input and output of fast-plate-ocr's published models.

    The file takes uint8 (batch, 64, 128, 3) RGB as ``input`` and gives softmax (batch, 9, 37) as ``plate``.

    Args:
        reader: The network; it is left unchanged.
        path: The file to write.
        temperature: Divides the logits, folded into the last layer's weights (Guo et al. 2017, arXiv:1706.04599).
    """
    scaled = PlateReader()
    scaled.load_state_dict(reader.state_dict())
    with torch.no_grad():
        scaled.head.weight /= temperature
        scaled.head.bias /= temperature
    example = torch.zeros(2, IMAGE_HEIGHT, IMAGE_WIDTH, 3, dtype=torch.uint8)
    with warnings.catch_warnings():
        # torch deprecates this exporter, but the newer one cannot write opset 17, which older runtimes need.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.filterwarnings("ignore", message="Constant folding", category=UserWarning)
        torch.onnx.export(
            _Probabilities(scaled).eval(),
            (example,),
            str(path),
            dynamo=False,
            opset_version=_OPSET,
            input_names=["input"],
            output_names=["plate"],
            dynamic_axes={"input": {0: "batch"}, "plate": {0: "batch"}},
        )
