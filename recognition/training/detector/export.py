"""From a YOLO checkpoint to the ONNX file that ships: any batch, any size in multiples of 32, no suppression inside."""

from __future__ import annotations

import importlib.metadata
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from recognition.detection.ultralytics_backend import import_ultralytics, load_yolo
from schemas.errors import ConfigurationError

OPSET = 17
WEIGHTS_LICENSE = "AGPL-3.0-or-later"
"""Ultralytics places models trained with its code under AGPL-3.0: https://www.ultralytics.com/license"""

TOLERANCE = 1e-3
"""Largest difference of a score (0-1) between checkpoint and export that rounding explains."""


def export_onnx(weights: Path, destination: Path, image_size: int) -> None:
    """Export a checkpoint and check that the file gives what the checkpoint gives.

    The graph takes `images`, float32 (batch, 3, height, width), RGB, 0-1, and gives `output0`, float32
    (batch, 4 + classes, anchors): center x, center y, width, height in input pixels, then one score (0-1) per class.
    Batch, height and width are free; height and width must be multiples of 32.

    Args:
        weights: YOLO checkpoint, `.pt`.
        destination: Path of the ONNX file; an older one is replaced.
        image_size: Side in pixels that is recorded as the size to run at; a multiple of 32.

    Raises:
        ConfigurationError: The checkpoint cannot be loaded, has another output, or the export differs from it.
    """
    import onnx

    ultralytics = import_ultralytics()
    if not weights.is_file():
        raise ConfigurationError(f"{weights}: no such file; give the path of a YOLO checkpoint (.pt)")
    load_yolo(ultralytics, weights)  # A file that cannot be loaded is named by the user's path, not the copy's.
    with tempfile.TemporaryDirectory(prefix="platewatch-export-") as folder:
        # ultralytics writes the export beside the checkpoint, so it works on a copy.
        copy = Path(shutil.copyfile(weights, Path(folder) / "detector.pt"))
        model = load_yolo(ultralytics, copy)
        with warnings.catch_warnings():
            # ultralytics uses torch's older exporter, which warns about itself and about shapes that it takes as
            # constants; `_compare` sees whether that matters.
            warnings.simplefilter("ignore")
            exported = model.export(
                format="onnx", imgsz=image_size, opset=OPSET, dynamic=True, simplify=False, nms=False, device="cpu"
            )
        graph = onnx.load(exported)
        names = {int(number): str(name) for number, name in model.names.items()}
        _describe(graph, names, image_size)
        onnx.checker.check_model(graph)
        draft = Path(folder) / "checked.onnx"
        onnx.save(graph, str(draft))
        _compare(copy, draft, ultralytics)
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(draft, destination)


def _describe(graph: Any, names: dict[int, str], image_size: int) -> None:
    """Replace the exporter's metadata by ours, without a date, so that equal weights give equal files."""
    del graph.metadata_props[:]
    # The tracer cannot tell that the number of rows does not depend on the input; engines plan better when they know.
    graph.graph.output[0].type.tensor_type.shape.dim[1].dim_value = 4 + len(names)
    facts = {
        "author": "Platewatch",
        "description": "license plate detector (YOLO)",
        "platewatch_version": importlib.metadata.version("platewatch"),
        "license": WEIGHTS_LICENSE,
        "task": "detect",
        "names": str(names),
        "imgsz": str([image_size, image_size]),
        "stride": "32",
    }
    for key, value in facts.items():
        entry = graph.metadata_props.add()
        entry.key, entry.value = key, value


def _compare(weights: Path, exported: Path, ultralytics: Any) -> None:
    """Run both on the same noise, at two sizes and two batch sizes.

    Raises:
        ConfigurationError: They differ by more than rounding, or the output is not (batch, 4 + classes, anchors).
    """
    import onnxruntime
    import torch

    network = load_yolo(ultralytics, weights).model.float().eval()
    session = onnxruntime.InferenceSession(str(exported), providers=["CPUExecutionProvider"])
    random = np.random.default_rng(0)
    for shape in ((1, 3, 320, 320), (2, 3, 192, 320)):
        images = random.random(shape, dtype=np.float32)
        (given,) = session.run(None, {session.get_inputs()[0].name: images})
        with torch.inference_mode():
            output = network(torch.from_numpy(images))
        wanted = (output[0] if isinstance(output, (tuple, list)) else output).numpy()
        anchors = sum(shape[2] // stride * (shape[3] // stride) for stride in (8, 16, 32))
        if given.shape != wanted.shape or given.shape[2] != anchors:
            raise ConfigurationError(
                f"{weights.name}: its output is {given.shape}, expected (batch, 4 + classes, {anchors}); "
                "use a YOLO detector with the strides 8, 16 and 32 and without suppression inside (YOLOv8, YOLO11)"
            )
        difference = float(np.abs(given[:, 4:] - wanted[:, 4:]).max())
        if difference > TOLERANCE:
            raise ConfigurationError(
                f"{weights.name}: the export's scores differ by {difference:.4f} from the checkpoint's"
            )
