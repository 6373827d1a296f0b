"""Plates drawn to train with."""

from __future__ import annotations

import numpy as np
import pytest

from recognition.training.examples.abroad import draw_abroad
from recognition.training.examples.reader_format import ALPHABET
from recognition.training.examples.synthetic import draw_us
from recognition.training.reader.data import one_hot
from recognition.training.reader.metrics import decode


@pytest.mark.parametrize("draw", [draw_us, draw_abroad])
def test_drawn_plates_carry_a_text_that_the_reader_can_say(draw: object) -> None:
    for seed in range(25):
        image, text = draw(np.random.default_rng(seed), ())  # type: ignore[operator]
        assert image.shape[2] == 3
        assert 2 <= len(text) <= 9
        assert not set(text) - set(ALPHABET[:-1])
        assert decode(one_hot(text)[None]) == [text]
