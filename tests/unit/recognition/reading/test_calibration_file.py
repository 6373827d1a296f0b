"""The file beside a reader's weights that says how far its probabilities can be believed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from recognition.reading.calibration import ReaderCalibration
from recognition.reading.calibration_file import calibration_path, load_calibration, weights_digest
from recognition.reading.network import DEFAULT_WEIGHTS, find_config
from recognition.reading.ocr import PlateOcr
from schemas.errors import ConfigurationError
from schemas.settings import OcrSettings

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""SHA-256 of weights without a byte."""

LIMITS: dict[str, dict[str, tuple[float, float]]] = {
    "plate": {"intercept": (-20, 20), "sureness": (0, 20), "agreement": (0, 20)},
    "track": {"exponent": (0, 1), "doubt": (0, 0.5), "most": (1, 100)},
    # Letters alone never make a text rather a plate.
    "presence": {"intercept": (-20, 20), "detection": (0, 20), "reading": (0, 20), "letters": (-20, 0)},
}


def test_what_a_calibration_may_say(tmp_path: Path) -> None:
    weights = tmp_path / "own.onnx"
    weights.write_bytes(b"")
    good = {section: {name: 1.0 if name == "most" else 0.0 for name in names} for section, names in LIMITS.items()}

    def load(section: str, name: str, value: float) -> ReaderCalibration:
        document = {"weights_sha256": EMPTY, **good, section: {**good[section], name: value}}
        calibration_path(weights).write_text(json.dumps(document), encoding="utf-8")
        load_calibration.cache_clear()
        return load_calibration(weights)

    try:
        for section, names in LIMITS.items():
            for name, (least, most) in names.items():
                for inside, outside in ((least, least - 0.01), (most, most + 0.01)):
                    assert getattr(getattr(load(section, name, inside), section), name) == inside
                    with pytest.raises(ConfigurationError, match=rf"{section}\.{name} is {outside}, expected"):
                        load(section, name, outside)
    finally:
        load_calibration.cache_clear()


def test_weights_without_a_calibration_read_as_they_are(tmp_path: Path) -> None:
    weights = tmp_path / "own.onnx"
    shutil.copy(DEFAULT_WEIGHTS, weights)
    shutil.copy(find_config(DEFAULT_WEIGHTS), weights.with_suffix(".yaml"))
    assert PlateOcr(OcrSettings(weights=weights), 1).calibration == ReaderCalibration()


def test_the_shipped_reader_is_calibrated() -> None:
    assert PlateOcr(OcrSettings(), 1).calibration != ReaderCalibration()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("{", "cannot be read"),
        ("[]", "holds no JSON object"),
        ({"weights_sha256": "0" * 64}, r"made for other weights than own\.onnx"),
        (
            {"plate": {"intercept": 0.0, "sureness": "much", "agreement": 0.0}},
            "plate.sureness is 'much', expected a num",
        ),
        ({"plate": {"intercept": 0.0, "sureness": -1.0, "agreement": 0.0}}, "plate.sureness is -1.0, expected 0 to 20"),
        ({"track": {"exponent": 0.3}}, "track.doubt is None, expected a number"),
        ({"presence": None}, "presence.intercept is None, expected a number"),
        ({"track": {"exponent": float("nan"), "doubt": 0.1, "most": 3.0}}, "track.exponent is nan, expected a number"),
    ],
)
def test_a_calibration_that_does_not_fit_is_refused(tmp_path: Path, change: str | dict[str, object], said: str) -> None:
    weights = tmp_path / "own.onnx"
    shutil.copy(DEFAULT_WEIGHTS, weights)
    shutil.copy(find_config(DEFAULT_WEIGHTS), weights.with_suffix(".yaml"))
    good = json.loads(calibration_path(DEFAULT_WEIGHTS).read_text(encoding="utf-8"))
    good["weights_sha256"] = weights_digest(weights)
    text = change if isinstance(change, str) else json.dumps({**good, **change})
    calibration_path(weights).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=rf"own\.calibration\.json: .*{said}.*or remove it"):
        PlateOcr(OcrSettings(weights=weights), 1)
