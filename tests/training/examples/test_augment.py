"""Plates photographed once more, worse."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recognition.training.examples.augment import augment, bordered, fit


@given(st.integers(0, 10_000), st.integers(12, 320), st.integers(6, 160))
def test_augmented_pictures_always_fit_the_reader(seed: int, width: int, height: int) -> None:
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 255, (height, width, 3), dtype=np.uint8)
    result = augment(image, (0.0, 0.0, float(width), float(height)), rng)
    assert result.shape == (64, 128, 3)
    assert result.dtype == np.uint8


def test_fit_turns_bgr_into_rgb() -> None:
    image = np.zeros((20, 40, 3), dtype=np.uint8)
    image[..., 0] = 200
    assert fit(image)[0, 0].tolist() == [0, 0, 200]


def test_border_repeats_the_edge() -> None:
    image = np.full((50, 100, 3), 7, dtype=np.uint8)
    wide = bordered(image, 0.12)
    assert wide.shape == (62, 112, 3)
    assert (wide == 7).all()
