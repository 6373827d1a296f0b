"""The networks that find and read lines of text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import recognition.reading.text_networks as module
from recognition.reading.text_lines import TextLineReader
from recognition.reading.text_networks import CHARACTERS, available, decode_line
from schemas.errors import ConfigurationError


def test_without_the_package_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PACKAGE", "rapidocr_that_is_not_there")
    assert not available()
    with pytest.raises(ConfigurationError, match=r"pip install 'rapidocr"):
        TextLineReader().read(np.zeros((20, 40, 3), np.uint8))


def test_a_damaged_network_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"):
        (tmp_path / name).write_bytes(b"no network")
    monkeypatch.setattr(module, "_model_folder", lambda: tmp_path)
    with pytest.raises(ConfigurationError, match=r"PP-OCRv6_det_small\.onnx: not a network"):
        TextLineReader().load()


def test_repeated_steps_are_one_character_and_a_blank_parts_two() -> None:
    a, b = CHARACTERS.index("A"), CHARACTERS.index("B")
    columns = np.eye(len(CHARACTERS), dtype=np.float32)
    text, score = decode_line(columns[[a, a, 0, a, b, b, 0]] * np.float32(0.8))
    assert text == "AAB"
    assert score == pytest.approx(0.8)
    assert decode_line(columns[[0, 0]]) == ("", 0.0)
