"""Loads a plate reader's network and makes sure that its plate config fits, before anything is read with it."""

from __future__ import annotations

import importlib
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from recognition.engines.files import MODELS, require_file
from recognition.engines.onnx_runtime import available_providers, session_options
from recognition.reading.calibration import ReaderCalibration
from recognition.reading.calibration_file import load_calibration
from schemas.errors import ConfigurationError
from schemas.settings import OcrSettings

DEFAULT_WEIGHTS = MODELS / "plate-ocr-v1.onnx"
"""Weights that ship with Platewatch."""

_COLOR_MODES = ("grayscale", "rgb")
_INTERPOLATIONS = ("nearest", "linear", "cubic", "area", "lanczos4")
_SUM_TOLERANCE = 0.01


@dataclass(frozen=True, slots=True)
class ReaderNetwork:
    """A loaded reader. `config` is fast-plate-ocr's PlateConfig, checked against the network."""

    name: str
    config: Any
    calibration: ReaderCalibration
    session: Any
    input_name: str
    output_name: str

    def run(self, batch: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return the probabilities for a batch (n, H, W, channels): n x slots x alphabet numbers."""
        output: npt.NDArray[np.float32] = self.session.run([self.output_name], {self.input_name: batch})[0]
        return output


def load_network(settings: OcrSettings, threads: int, calibration: ReaderCalibration | None = None) -> ReaderNetwork:
    """Load the reader that the settings name.

    Args:
        settings: Local weights or the name of a hub model.
        threads: Threads of the inference engine; 0: one per core.
        calibration: Instead of the one that stands beside the weights.

    Raises:
        ConfigurationError: A file is missing or corrupt, the config does not fit the weights, or the hub model cannot
            be downloaded.
    """
    module = importlib.import_module("fast_plate_ocr")
    # It reports the device that it takes at INFO.
    logging.getLogger("fast_plate_ocr").setLevel(logging.WARNING)
    options = {"providers": available_providers(), "sess_options": session_options(threads)}
    if settings.hub_model is not None:
        try:
            recognizer = module.LicensePlateRecognizer(hub_ocr_model=settings.hub_model, **options)
        except (ValueError, OSError) as error:
            raise ConfigurationError(
                f"hub model '{settings.hub_model}' cannot be loaded ({error}); correct recognition.ocr.hub_model, "
                "or name local weights with recognition.ocr.weights"
            ) from error
        return _checked(
            recognizer, calibration or ReaderCalibration(), f"hub model '{settings.hub_model}'", "its config"
        )
    weights = settings.weights or DEFAULT_WEIGHTS
    require_file(weights, "reader weights")
    config = settings.config or find_config(weights)
    require_file(config, "plate config")
    try:
        recognizer = module.LicensePlateRecognizer(onnx_model_path=weights, plate_config_path=config, **options)
    except Exception as error:
        # YAML's, the dataclass's and ONNX Runtime's errors have no common base.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ConfigurationError(
            f"{weights}: not a fast-plate-ocr model with the config {config} ({reason})"
        ) from error
    return _checked(recognizer, calibration or load_calibration(weights), str(weights), str(config))


def find_config(weights: Path) -> Path:
    """Return the plate config that belongs to weights: their name with `.yaml` or, as the hub has it, a longer one."""
    for name in (weights.with_suffix(".yaml"), weights.with_name(f"{weights.stem}_plate_config.yaml")):
        if name.is_file():
            return name
    return weights.with_suffix(".yaml")


def _checked(recognizer: Any, calibration: ReaderCalibration, weights: str, config_name: str) -> ReaderNetwork:
    """Check a config in itself, then against the network, last by a trial run on a black picture."""
    config = recognizer.config
    if problem := _config_problem(config):
        raise ConfigurationError(f"{config_name}: {problem}; correct it or take the config that came with {weights}")
    entry = recognizer.model.get_inputs()[0]
    network = ReaderNetwork(
        recognizer.model_name, config, calibration, recognizer.model, entry.name, recognizer.plate_output_name
    )
    if problem := _input_problem(entry, config) or _output_problem(_trial(network, config_name, weights), config):
        raise ConfigurationError(f"{config_name}: does not fit {weights}: {problem}; take the config that came with it")
    return network


def _trial(network: ReaderNetwork, config_name: str, weights: str) -> npt.NDArray[np.float32]:
    """Run a network once on a black picture."""
    config = network.config
    black = np.zeros((1, config.img_height, config.img_width, config.num_channels), np.uint8)
    try:
        return np.asarray(network.run(black), np.float32)
    except Exception as error:
        # ONNX Runtime's errors have no common base.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ConfigurationError(
            f"{weights}: fails on a picture as {config_name} describes it ({reason}); take both from one source"
        ) from error


def _config_problem(config: Any) -> str | None:
    for key in ("max_plate_slots", "img_height", "img_width"):
        value = getattr(config, key)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            return f"{key} is {value!r}, expected a whole number above 0"
    if not isinstance(config.alphabet, str) or len(set(config.alphabet)) != len(config.alphabet) or not config.alphabet:
        return f"alphabet is {config.alphabet!r}, expected different characters; quote it if it is made of digits"
    if not isinstance(config.pad_char, str) or len(config.pad_char) != 1 or config.pad_char not in config.alphabet:
        return f"pad_char is {config.pad_char!r}, expected one character of the alphabet"
    if config.image_color_mode not in _COLOR_MODES:
        return f"image_color_mode is {config.image_color_mode!r}, expected {' or '.join(_COLOR_MODES)}"
    if config.interpolation not in _INTERPOLATIONS:
        return f"interpolation is {config.interpolation!r}, expected one of {', '.join(_INTERPOLATIONS)}"
    return None


def _input_problem(entry: Any, config: Any) -> str | None:
    expected = (config.img_height, config.img_width, config.num_channels)
    found = tuple(entry.shape)
    fits = len(found) == 4 and all(
        size == wanted or not isinstance(size, int) for size, wanted in zip(found[1:], expected, strict=True)
    )
    if not fits:
        shape = " x ".join(str(size) for size in found)
        return (
            f"the network takes {shape} (pictures x height x width x channels), the config says "
            f"{expected[0]} x {expected[1]} {config.image_color_mode}"
        )
    if entry.type != "tensor(uint8)":
        return f"the network takes {entry.type}, expected uint8 pictures"
    return None


def _output_problem(output: npt.NDArray[np.float32], config: Any) -> str | None:
    slots, letters = config.max_plate_slots, len(config.alphabet)
    # Networks give n x slots x letters or n x (slots * letters); 10 slots of 36 must not pass for 9 of 40.
    if output.size != slots * letters or (output.ndim == 3 and output.shape[1:] != (slots, letters)):
        shape = " x ".join(str(size) for size in output.shape)
        return f"the network gives {shape} numbers, the config says {slots} slots of {letters} characters"
    sums = output.reshape(slots, letters).sum(axis=1, dtype=np.float64)
    if not (np.isfinite(output).all() and output.min() >= 0 and np.abs(sums - 1.0).max() < _SUM_TOLERANCE):
        return "the network's numbers are no probabilities that sum to 1 in every slot"
    return None
