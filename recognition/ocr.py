"""What stands on a plate: fast-plate-ocr with every slot's whole distribution kept."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from recognition.crops import crop
from recognition.engines import available_providers, require_file, session_options
from schemas.errors import ConfigurationError
from schemas.settings import OcrSettings
from schemas.types import Box, Image, OcrResult

log = logging.getLogger(__name__)

DEFAULT_WEIGHTS = Path(__file__).parent / "models" / "plate-ocr-v1.onnx"
"""Weights that ship with Platewatch."""

_MAX_BATCH = 32
_FLOOR = 1e-6
"""Least probability that a logarithm is taken of."""


class PlateOcr:
    """Reads plate crops. Threads may share it.

    Args:
        settings: Local weights or the name of a hub model, and the crops' margins.
        threads: Threads of the inference engine; 0: one per core.

    Raises:
        ConfigurationError: Weights or plate config are missing or do not fit, or the hub model cannot be downloaded.

    Source: https://github.com/ankandrew/fast-plate-ocr
    """

    def __init__(self, settings: OcrSettings, threads: int) -> None:
        self._recognizer = _load(settings, threads)
        self._config = self._recognizer.config
        self._resize = importlib.import_module("fast_plate_ocr.core.process").resize_image
        self._margins = settings.margins or (0.0,)
        self.name: str = self._recognizer.model_name
        """The model's name, for the record of who made a read."""

    def read(self, crops: Sequence[Image]) -> list[OcrResult]:
        """Read crops as they are.

        Args:
            crops: uint8 (H, W, 3), BGR; sizes may differ.

        Returns:
            One result per crop.
        """
        results: list[OcrResult] = []
        for start in range(0, len(crops), _MAX_BATCH):
            batch = np.stack([self._preprocess(picture) for picture in crops[start : start + _MAX_BATCH]])
            output = self._recognizer.model.run([self._recognizer.plate_output_name], {"input": batch})[0]
            results.extend(
                to_results(output, self._config.max_plate_slots, self._config.alphabet, self._config.pad_char)
            )
        return results

    def read_plates(self, plates: Sequence[tuple[Image, Box]]) -> list[OcrResult]:
        """Read plates in pictures, each at every margin of the settings.

        Args:
            plates: Pictures, uint8 (H, W, 3), BGR, each with a plate's box in its pixels.

        Returns:
            One result per plate: its readings' log-probabilities added up.
        """
        readings = self.read([crop(picture, box, margin) for picture, box in plates for margin in self._margins])
        count = len(self._margins)
        return [combine(readings[start : start + count]) for start in range(0, len(readings), count)]

    def _preprocess(self, picture: Image) -> Image:
        color = self._config.image_color_mode == "rgb"
        # fast-plate-ocr's networks take RGB, or one gray channel with the weights of ITU-R BT.601.
        ready = picture[..., ::-1] if color else np.rint(picture @ np.array([0.114, 0.587, 0.299])).astype(np.uint8)
        resized: Image = self._resize(
            np.ascontiguousarray(ready),
            self._config.img_height,
            self._config.img_width,
            image_color_mode=self._config.image_color_mode,
            keep_aspect_ratio=self._config.keep_aspect_ratio,
            interpolation_method=self._config.interpolation,
            padding_color=self._config.padding_color,
        )
        return resized.reshape(self._config.img_height, self._config.img_width, self._config.num_channels)


def to_results(output: npt.NDArray[np.float32], slots: int, alphabet: str, pad_char: str) -> list[OcrResult]:
    """Turn the network's output into results.

    Args:
        output: Probabilities of every character in every slot; any shape of n x slots x alphabet numbers.
        slots: Character slots.
        alphabet: The columns' characters.
        pad_char: The character that means none.

    Returns:
        n results.
    """
    probabilities = output.reshape(-1, slots, len(alphabet)).astype(np.float32)
    return [result_from(slot_probs, alphabet, pad_char) for slot_probs in probabilities]


def result_from(char_probs: npt.NDArray[np.float32], alphabet: str, pad_char: str) -> OcrResult:
    """Return the result that a distribution (slots, alphabet) means: the likeliest text and its probability."""
    text = "".join(alphabet[index] for index in char_probs.argmax(axis=1)).replace(pad_char, "")
    confidence = float(np.prod(char_probs.max(axis=1).astype(np.float64)))
    return OcrResult(text, min(confidence, 1.0), char_probs, alphabet, pad_char)


def combine(readings: Sequence[OcrResult]) -> OcrResult:
    """Add up the log-probabilities of several readings of one plate in one frame.

    They see the same pixels, so they count as one reading: the sum is divided by their number.

    Args:
        readings: At least one, of one model.
    """
    if len(readings) == 1:
        return readings[0]
    logs = np.mean([np.log(np.maximum(reading.char_probs, _FLOOR)) for reading in readings], axis=0)
    probabilities = np.exp(logs - logs.max(axis=1, keepdims=True))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return result_from(probabilities.astype(np.float32), readings[0].alphabet, readings[0].pad_char)


def _load(settings: OcrSettings, threads: int) -> Any:
    module = importlib.import_module("fast_plate_ocr")
    # It reports the device that it takes at INFO.
    logging.getLogger("fast_plate_ocr").setLevel(logging.WARNING)
    options = {"providers": available_providers(), "sess_options": session_options(threads)}
    if settings.hub_model is not None:
        try:
            return module.LicensePlateRecognizer(hub_ocr_model=settings.hub_model, **options)
        except (ValueError, OSError) as error:
            raise ConfigurationError(
                f"hub model '{settings.hub_model}' cannot be loaded ({error}); correct recognition.ocr.hub_model, "
                "or name local weights with recognition.ocr.weights"
            ) from error
    weights = settings.weights or DEFAULT_WEIGHTS
    require_file(weights, "reader weights")
    config = settings.config or find_config(weights)
    require_file(config, "plate config")
    try:
        return module.LicensePlateRecognizer(onnx_model_path=weights, plate_config_path=config, **options)
    except Exception as error:
        # YAML's, the dataclass's and ONNX Runtime's errors have no common base.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ConfigurationError(
            f"{weights}: not a fast-plate-ocr model with the config {config} ({reason})"
        ) from error


def find_config(weights: Path) -> Path:
    """Return the plate config that belongs to weights: their name with `.yaml` or, as the hub has it, a longer one."""
    for name in (weights.with_suffix(".yaml"), weights.with_name(f"{weights.stem}_plate_config.yaml")):
        if name.is_file():
            return name
    return weights.with_suffix(".yaml")
