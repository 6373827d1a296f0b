"""What the state network learns from."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from recognition.states.looks import ABROAD, CLASSES
from recognition.training.examples.labeled_crops import LabeledCrop
from recognition.training.state.data import fold_of, labeled_street_samples
from schemas.errors import InvalidInput
from tests.training.state.samples import batches


def test_a_steps_batch_depends_on_seed_and_step_alone() -> None:
    images, labels = batches().batch(3)
    again, same = batches().batch(3)
    assert images.shape == (4, 64, 128, 3)
    assert np.array_equal(images, again)
    assert np.array_equal(labels, same)
    assert not np.array_equal(images, batches(1).batch(3)[0])


def test_street_labels_are_read_and_bad_ones_named(tmp_path: Path) -> None:
    picture = tmp_path / "street.png"
    cv2.imwrite(str(picture), np.full((100, 200, 3), 77, np.uint8))
    labels = tmp_path / "street.csv"
    with labels.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("image", "x1", "y1", "x2", "y2", "jurisdiction"))
        writer.writerow((picture, 50, 40, 110, 70, "US-OH"))
        writer.writerow((picture, 50, 40, 110, 70, ""))
    ohio, abroad = labeled_street_samples(labels)
    assert CLASSES[ohio.label] == "US-OH"
    assert CLASSES[abroad.label] == ABROAD
    assert ohio.box[2] - ohio.box[0] == 60
    labels.write_text(labels.read_text("utf-8").replace("US-OH", "US-XX"), "utf-8")
    with pytest.raises(InvalidInput, match=r"street\.csv:2: not a street label"):
        labeled_street_samples(labels)


def test_one_text_is_in_one_part() -> None:
    first = LabeledCrop(Path("a"), "ABC0O1", "US-CA", "train")
    second = LabeledCrop(Path("b"), "ABC00I", "US-TX", "train")
    assert fold_of(first) == fold_of(second)
