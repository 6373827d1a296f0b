"""A label file of drawn plates."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import pytest

from tests.unit.recognition.training.calibration.samples import TEXTS, drawn


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    with (tmp_path / "labels.csv").open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["image", "text", "jurisdiction", "split"])
        for number, text in enumerate(TEXTS):
            cv2.imwrite(str(tmp_path / f"{number}.png"), drawn(text))
            rows.writerow([f"{number}.png", text, "US-VA" if number % 2 else "BR", "val"])
        rows.writerow(["missing.png", "NONE", "US-VA", "train"])
    return tmp_path / "labels.csv"
