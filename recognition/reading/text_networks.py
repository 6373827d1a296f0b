"""The networks that find and read lines of text: loaded, fed, and their output decoded.

They are PP-OCRv6 small out of rapidocr's wheel (extra `second-reader`), run directly: rapidocr's own
program takes more time to import and to read its settings than the networks take for a plate, enlarges every picture to
736 pixels, and would download a file that is missing.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from recognition.engines.onnx_runtime import open_session
from schemas.errors import ConfigurationError
from schemas.types import Image
from services.extras import install_line

Floats = npt.NDArray[np.float32]

_PACKAGE = "rapidocr"
_DETECTOR = "PP-OCRv6_det_small.onnx"
_RECOGNIZER = "PP-OCRv6_rec_small.onnx"

STRIDE = 32
"""The text detector takes sides that are multiples of this."""

CHARACTERS = ("", *(chr(code) for code in range(ord(" "), ord("~") + 1)))
"""What the columns of a line's probabilities mean: nothing, then printable ASCII."""

_MAX_LINE_WIDTH = 960
_PROVIDERS = ("CPUExecutionProvider",)


def available() -> bool:
    """Return whether the text networks are installed, without loading anything."""
    return _model_folder() is not None


class TextNetworks:
    """The two loaded networks and the recognizer's characters."""

    def __init__(self, threads: int) -> None:
        folder = _model_folder()
        if folder is None:
            raise ConfigurationError(
                "the second reader's package rapidocr is not installed; install it with: "
                f"{install_line('second-reader')}"
            )
        self._detector = open_session(folder / _DETECTOR, "text network", threads, _PROVIDERS)
        self._recognizer = open_session(folder / _RECOGNIZER, "text network", threads, _PROVIDERS)
        characters = self._recognizer.get_modelmeta().custom_metadata_map.get("character", "").splitlines()
        # Column 0 is CTC's blank, then come the file's characters, then the space.
        columns = {character: column for column, character in enumerate(["", *characters, " "])}
        if not columns.keys() >= set(CHARACTERS):
            raise ConfigurationError(f"{folder / _RECOGNIZER}: its metadata lacks characters; reinstall rapidocr")
        self._columns = [columns[character] for character in CHARACTERS]

    def text_map(self, batch: Floats) -> Floats:
        """Return the detector's map (H, W) for an input (1, 3, H, W)."""
        output: Floats = _run(self._detector, batch)
        plane: Floats = output[0, 0]
        return plane

    def steps(self, line: Image) -> Floats:
        """Return the recognizer's probabilities (steps, columns) of `CHARACTERS` for a line."""
        output: Floats = _run(self._recognizer, line_input(line))[0]
        return output[:, self._columns]


def to_input(picture: Image, shape: tuple[int, int]) -> Floats:
    """Scale a picture to (height, width) and return it as a network's input float32 (1, 3, H, W), -1 to 1."""
    shrinks = picture.shape[1] > shape[1]
    scaled = cv2.resize(picture, shape[::-1], interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
    return _normalized(scaled.astype(np.uint8, copy=False))


def line_input(line: Image) -> Floats:
    """Return a line as the recognizer's input float32 (1, 3, H, W), -1 to 1, filled up to the stride on the right."""
    kept = line[:, :_MAX_LINE_WIDTH]
    width = max(-(-kept.shape[1] // STRIDE) * STRIDE, 2 * STRIDE)
    batch = np.zeros((1, 3, line.shape[0], width), np.float32)
    batch[..., : kept.shape[1]] = _normalized(kept)
    return batch


def decode_line(steps: Floats) -> tuple[str, float]:
    """Return the likeliest text of a line and the mean probability of its characters (0 without any).

    Args:
        steps: float32 (steps, columns) of probabilities; the columns are `CHARACTERS`.

    Source: Graves et al., "Connectionist temporal classification", ICML 2006, section 3.2 (best path decoding).
    """
    best = steps.argmax(axis=1)
    kept = best != 0
    kept[1:] &= best[1:] != best[:-1]
    if not kept.any():
        return "", 0.0
    text = "".join(CHARACTERS[column] for column in best[kept])
    return text, min(float(steps[kept, best[kept]].mean()), 1.0)


def _normalized(picture: Image) -> Floats:
    scaled = picture.astype(np.float32) * np.float32(2 / 255) - np.float32(1)
    return np.ascontiguousarray(scaled.transpose(2, 0, 1)[None])


def _model_folder() -> Path | None:
    """Return the folder of the installed rapidocr's networks, without importing it."""
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        return None
    folder = Path(next(iter(found.submodule_search_locations))) / "models"
    return folder if (folder / _DETECTOR).is_file() and (folder / _RECOGNIZER).is_file() else None


def _run(session: Any, batch: Floats) -> Floats:
    output: Floats = session.run(None, {session.get_inputs()[0].name: batch})[0]
    return output
