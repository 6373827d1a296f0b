"""What the state reader sees of labeled plates."""

from __future__ import annotations

import numpy as np

from recognition.training.state.evidence import narrowed


def test_pictures_are_only_made_smaller() -> None:
    image = np.zeros((50, 100, 3), np.uint8)
    assert narrowed(image, 200) is None
    smaller = narrowed(image, 60)
    assert smaller is not None
    assert smaller.shape == (30, 60, 3)
