"""A teacher's distributions as targets."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from recognition.training.reader.data import Sample
from recognition.training.reader.pseudo_labels import pseudo_labeled
from tests.training.reader.samples import random_reader


def test_pseudo_labels_are_distributions_over_what_the_boxes_show(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    image = np.full((200, 300, 3), 90, dtype=np.uint8)
    image[50:100, 60:160] = 220
    cv2.imwrite(str(tmp_path / "train" / "a.jpg"), image)
    (tmp_path / "train" / "a.txt").write_text(f"0 {110 / 300} {75 / 200} {100 / 300} {50 / 200}\n0 .5 .5 .05 .02\n")
    found: list[Sample] = pseudo_labeled(tmp_path, random_reader(3))
    assert len(found) == 1  # the second box is too small to be read
    x1, y1, x2, y2 = (round(edge) for edge in found[0].box)
    assert (found[0].image[y1 + 2 : y2 - 2, x1 + 2 : x2 - 2] > 200).all()
    assert found[0].target.sum(axis=-1) == pytest.approx(np.ones(9), abs=1e-4)
