"""The border that takes the place of what is around a plate."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recognition.pictures.borders import with_border
from schemas.types import Box


@given(st.integers(1, 40), st.integers(1, 40), st.floats(0, 0.5))
def test_a_border_repeats_the_edge_and_keeps_the_middle(width: int, height: int, share: float) -> None:
    picture = np.random.default_rng(width * 41 + height).integers(0, 256, (height, width, 3), dtype=np.uint8)
    larger, place = with_border(picture, share)
    assert (larger[int(place.y1) : int(place.y2), int(place.x1) : int(place.x2)] == picture).all()
    assert share * height <= place.x1 <= share * height + 1
    assert (larger[0, 0] == picture[0, 0]).all()
    assert (larger[-1, -1] == picture[-1, -1]).all()
    assert larger.shape[0] == height + 2 * place.y1
    # Without a share of its own, as much as the reader is used to.
    assert with_border(np.zeros((50, 100, 3), np.uint8))[1] == Box(6, 6, 106, 56)
