"""Hard cases are what they are said to be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.recognition.data import bordered, read_crops
from benchmarks.recognition.degrade import CONDITIONS, degrade
from benchmarks.recognition.hard_cases import MEASURED, REVIEWED, drawn_plates
from tests.unit.benchmarks.recognition.samples import stripes


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_degraded_plate_stays_in_its_picture(condition: str) -> None:
    plate = bordered(stripes(80, 160))
    image, box = degrade(condition, plate, np.random.default_rng(5))
    again, _ = degrade(condition, plate, np.random.default_rng(5))
    assert (image == again).all()
    assert -1 <= box.x1 < box.x2 <= image.shape[1] + 1
    assert -1 <= box.y1 < box.y2 <= image.shape[0] + 1
    assert (box.width < 60) == condition.startswith("small")


def test_drawn_plates_come_with_their_text_and_box() -> None:
    (((image, box), text),) = drawn_plates(1, "clean", plate_class="motorcycle", style="two-line")
    assert len(text) >= 2
    assert 0 <= box.x1 < box.x2 <= image.shape[1]


def test_what_a_crop_shows_is_measured() -> None:
    dark = np.full((80, 300, 3), 30, np.uint8)
    assert [holds(dark) for holds in MEASURED.values()] == [True, True, False]
    assert [holds(stripes(40, 100) | 128) for holds in MEASURED.values()] == [False, False, True]


def test_reviewed_hard_cases_are_well_formed(shared: Path | None) -> None:
    rows = [line.split(",") for line in REVIEWED.read_text(encoding="utf-8").splitlines()]
    assert rows[0] == ["image", "condition"]
    assert all(len(row) == 2 for row in rows)
    assert len({tuple(row) for row in rows}) == len(rows)
    if shared is not None:
        labels = shared / "datasets" / "plate-ocr" / "labels.csv"
        known = {f"{crop.path.parent.name}/{crop.path.name}" for crop in read_crops(labels)}
        assert {row[0] for row in rows[1:]} <= known
