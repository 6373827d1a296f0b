"""Pictures of plates over others, to learn from."""

from __future__ import annotations

import numpy as np
import pytest

from recognition.training.front.scenes import plates_in_place

RED, BLUE = (np.full((150, 300, 3), color, np.uint8) for color in ((0, 0, 255), (255, 0, 0)))


@pytest.mark.parametrize("seed", range(6))
def test_the_front_plate_is_whole_and_where_it_is_said_to_be(seed: int) -> None:
    scene = plates_in_place(RED, BLUE, np.random.default_rng(seed))
    is_red = np.all(scene.image == (0, 0, 255), axis=2)
    # The front plate may cast a shadow on it.
    is_blue = np.all(scene.image[..., 1:] == 0, axis=2) & (scene.image[..., 0] > 60)
    rows, columns = np.nonzero(is_red)
    assert (columns.min(), rows.min(), columns.max(), rows.max()) == pytest.approx(scene.front, abs=3)
    x1, y1, x2, y2 = scene.front
    assert is_red[round((y1 + y2) / 2), round((x1 + x2) / 2)]
    # What is seen of the other one, too, lies in the box of both, which is larger.
    rows, columns = np.nonzero(is_red | is_blue)
    both = scene.both
    assert columns.min() >= both[0] - 2
    assert rows.min() >= both[1] - 2
    assert columns.max() <= both[2] + 2
    assert rows.max() <= both[3] + 2
    assert (both[2] - both[0]) * (both[3] - both[1]) > (x2 - x1) * (y2 - y1)
    assert is_blue.sum() > 100


def test_a_plate_alone_is_its_own_box() -> None:
    scene = plates_in_place(RED, None, np.random.default_rng(1))
    assert scene.front == scene.both
    assert not np.all(scene.image == (255, 0, 0), axis=2).any()
