"""What the network for plates in front learns from."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from recognition.training.front.data import street_scenes
from tests.training.front.samples import batches, plate


def test_a_steps_batch_depends_on_seed_and_step_alone() -> None:
    images, edges = batches().batch(3)
    again, same = batches().batch(3)
    assert images.shape == (4, 64, 128, 3)
    assert np.array_equal(images, again)
    assert np.array_equal(edges, same)
    assert not np.array_equal(images, batches(1).batch(3)[0])


def test_edges_are_shares_of_the_picture_in_their_order() -> None:
    edges = np.concatenate([batches().batch(step)[1] for step in range(16)])
    assert edges.shape == (64, 4)
    assert edges.min() >= 0
    assert edges.max() <= 1
    assert np.all(edges[:, 0] < edges[:, 2])
    assert np.all(edges[:, 1] < edges[:, 3])
    # Some end far inside, at each side, and most do not.
    inside = np.concatenate([edges[:, :2], 1 - edges[:, 2:]], axis=1) > 0.25
    assert inside.any(axis=0).all()
    assert inside.mean() < 0.5


def test_plates_of_street_pictures_bring_what_is_around_them(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    picture = np.full((200, 400, 3), 60, np.uint8)
    picture[80:130, 150:250] = cv2.resize(plate(), (100, 50))
    cv2.imwrite(str(tmp_path / "train" / "a.png"), picture)
    (tmp_path / "train" / "a.txt").write_text("0 0.5 0.525 0.25 0.25\n0 0.1 0.1 0.1 0.1\n", "utf-8")
    (scene,) = street_scenes(tmp_path)  # the other one is 40 pixels wide
    assert scene.image.shape == (100, 150, 3)
    assert scene.front == scene.both == pytest.approx((25, 25, 125, 75))
