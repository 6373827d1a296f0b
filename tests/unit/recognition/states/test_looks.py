"""The network that tells states by their plates' looks."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from recognition.pictures.whole_plate import to_input
from recognition.states.looks import DEFAULT_WEIGHTS, StatePicture
from schemas.errors import ConfigurationError


def test_missing_and_damaged_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no such state weights"):
        StatePicture(tmp_path / "none.onnx")
    (tmp_path / "torn.onnx").write_bytes(b"torn")
    with pytest.raises(ConfigurationError, match=r"torn\.onnx: not a network"):
        StatePicture(tmp_path / "torn.onnx")
    with pytest.raises(ConfigurationError, match="expected"):
        StatePicture(DEFAULT_WEIGHTS.with_name("plate-ocr-v1.onnx"))


def test_inputs_are_red_green_blue() -> None:
    picture = np.zeros((10, 10, 3), np.uint8)
    picture[..., 2] = 200
    assert to_input(picture).shape == (64, 128, 3)
    assert to_input(picture)[..., 0].min() == 200


@pytest.mark.parametrize(("width", "method"), [(256, cv2.INTER_LINEAR), (257, cv2.INTER_AREA), (40, cv2.INTER_LINEAR)])
def test_what_is_shrunk_by_more_than_half_is_averaged(width: int, method: int) -> None:
    picture = np.random.default_rng(1).integers(0, 256, (90, width, 3), dtype=np.uint8)
    expected = cv2.resize(picture, (128, 64), interpolation=method)[..., ::-1]
    assert (to_input(picture) == expected).all()
