"""Labeled plates as cameras show them, and pictures without any."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from recognition.training.calibration.pictures import CONDITIONS, Crop, read_crops, track, with_signs, without_plates
from schemas.errors import InvalidInput
from schemas.types import Box
from tests.unit.recognition.training.calibration.samples import TEXTS, drawn


@pytest.mark.parametrize("name", CONDITIONS)
def test_every_condition_shows_the_plate_where_its_box_says(name: str) -> None:
    picture, box = CONDITIONS[name](drawn("ABC1234"), np.random.default_rng(0))
    assert 0 <= box.x1 < box.x2 <= picture.shape[1]
    assert 0 <= box.y1 < box.y2 <= picture.shape[0]
    again, _ = CONDITIONS[name](drawn("ABC1234"), np.random.default_rng(0))
    assert (picture == again).all()


def test_a_track_grows_and_changes_from_frame_to_frame() -> None:
    shots = track(drawn("ABC1234"), 5, np.random.default_rng(2))
    assert len(shots) == 5
    assert shots[-1][0].shape[1] >= shots[0][0].shape[1]
    assert all(picture.dtype == np.uint8 for picture, _ in shots)


@pytest.mark.parametrize("seed", range(6))
def test_plates_are_taken_out_and_nothing_else(seed: int) -> None:
    scene = np.random.default_rng(seed).integers(0, 255, (200, 300, 3)).astype(np.uint8)
    scene[80:120, 100:220] = cv2.resize(drawn("ABC1234"), (120, 40))
    empty = without_plates(scene, [Box(100, 80, 220, 120), Box(-40, -40, -10, -20)], np.random.default_rng(seed))
    assert (empty[:60] == scene[:60]).all()
    assert empty[90:110, 110:210].std() < 0.7 * scene[90:110, 110:210].std()
    assert (with_signs(np.zeros((400, 700, 3), np.uint8), np.random.default_rng(seed)) > 0).any()


def test_texts_compare_as_their_labels_are_written() -> None:
    us, br = (Crop(drawn("A"), "A", where) for where in ("US-OH", "BR"))
    assert us.spelled("OQI01") == us.spelled("00101")
    assert br.spelled("O1Q") == br.spelled("01Q")
    assert br.spelled("I") != br.spelled("1")


def test_labels_are_read_in_order(labels: Path) -> None:
    assert [crop.text for crop in read_crops(labels)] == list(TEXTS)
    with pytest.raises(InvalidInput, match="missing"):
        read_crops(labels, "train")
