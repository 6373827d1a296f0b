"""A reader whose files do not fit one another is refused when it is loaded, in one line that says what to do."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from recognition.reading.calibration import ReaderCalibration
from recognition.reading.network import DEFAULT_WEIGHTS, _output_problem, find_config
from recognition.reading.ocr import PlateOcr
from schemas.errors import ConfigurationError
from schemas.settings import OcrSettings

CONFIG = yaml.safe_load(find_config(DEFAULT_WEIGHTS).read_text(encoding="utf-8"))


def load(config: Path) -> PlateOcr:
    return PlateOcr(OcrSettings(weights=DEFAULT_WEIGHTS, config=config), 1, ReaderCalibration())


def refusal(config: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load(config)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"max_plate_slots": 8}, "9 x 37 numbers, the config says 8 slots of 37 characters"),
        ({"alphabet": "0123456789_"}, "9 x 37 numbers, the config says 9 slots of 11 characters"),
        (
            {"max_plate_slots": 3, "alphabet": "".join(map(chr, range(0x4E00, 0x4E00 + 110))) + "_"},
            "says 3 slots of 111",
        ),
        ({"img_height": 70}, "64 x 128 x 3 (pictures x height x width x channels), the config says 70 x 128 rgb"),
        ({"image_color_mode": "grayscale"}, "the config says 64 x 128 grayscale"),
        ({"pad_char": "-"}, "pad_char is '-', expected one character of the alphabet"),
        ({"alphabet": CONFIG["alphabet"][:-2] + "0_"}, "expected different characters"),
        ({"alphabet": 1234567890}, "alphabet is 1234567890, expected different characters; quote it"),
        ({"max_plate_slots": 0}, "max_plate_slots is 0, expected a whole number above 0"),
        ({"img_width": "128"}, "img_width is '128', expected a whole number above 0"),
        ({"image_color_mode": "bgr"}, "image_color_mode is 'bgr', expected grayscale or rgb"),
        ({"interpolation": "sharp"}, "interpolation is 'sharp', expected one of nearest, linear"),
        ({"slots": 9}, "not a fast-plate-ocr model with the config"),
    ],
)
def test_a_config_that_does_not_fit_is_refused_when_it_is_loaded(
    tmp_path: Path, change: dict[str, object], said: str
) -> None:
    config = tmp_path / "wrong.yaml"
    config.write_text(yaml.safe_dump({**CONFIG, **change}), encoding="utf-8")
    message = refusal(config)
    assert said in message
    assert str(config) in message


@pytest.mark.parametrize("text", ["", "just text", "- a\n- list", "a: [", "max_plate_slots: 9"])
def test_a_config_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    config = tmp_path / "wrong.yaml"
    config.write_text(text, encoding="utf-8")
    assert "not a fast-plate-ocr model with the config" in refusal(config)


@pytest.mark.parametrize("kept", [0, 1000, 700_000])
def test_corrupt_weights_are_named(tmp_path: Path, kept: int) -> None:
    weights = tmp_path / "cut.onnx"
    weights.write_bytes(DEFAULT_WEIGHTS.read_bytes()[:kept])
    shutil.copy(find_config(DEFAULT_WEIGHTS), weights.with_suffix(".yaml"))
    with pytest.raises(ConfigurationError, match=r"cut\.onnx: not a fast-plate-ocr model"):
        PlateOcr(OcrSettings(weights=weights), 1)


def test_a_network_of_another_kind_is_refused() -> None:
    detector = next(DEFAULT_WEIGHTS.parent.glob("plate-detector-*.onnx"))
    with pytest.raises(ConfigurationError, match=r"does not fit .*plate-detector-.*the network takes"):
        PlateOcr(OcrSettings(weights=detector, config=find_config(DEFAULT_WEIGHTS)), 1)


@pytest.mark.parametrize("value", [np.nan, -0.1, 0.5, 2.0])
def test_outputs_that_are_no_probabilities_are_told(value: float) -> None:
    config = SimpleNamespace(max_plate_slots=9, alphabet=CONFIG["alphabet"])
    assert "no probabilities" in str(_output_problem(np.full((1, 9, 37), value, np.float32), config))
    assert _output_problem(np.full((1, 9 * 37), 1 / 37, np.float32), config) is None


def test_an_unknown_hub_model_is_named() -> None:
    with pytest.raises(ConfigurationError, match="hub model 'no-such-model' cannot be loaded"):
        PlateOcr(OcrSettings(hub_model="no-such-model"), 1)


def test_the_hubs_config_name_is_found(tmp_path: Path) -> None:
    (tmp_path / "cct_plate_config.yaml").touch()
    assert find_config(tmp_path / "cct.onnx").name == "cct_plate_config.yaml"
    (tmp_path / "cct.yaml").touch()
    assert find_config(tmp_path / "cct.onnx").name == "cct.yaml"
