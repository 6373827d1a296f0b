"""Vanity texts."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rendering.plates.layout import plain_line, text_of
from rendering.serials.vanity import vanity_text

seeds = st.integers(0, 2**32 - 1)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


@settings(deadline=None)
@given(seeds, st.integers(4, 8))
def test_vanity_texts_fit_a_plate(seed: int, longest: int) -> None:
    text = vanity_text(rng(seed), longest=longest)
    serial = text.replace(" ", "").replace("-", "")
    assert 2 <= len(serial) <= longest
    assert serial.isalnum()
    assert serial == serial.upper()
    assert text_of([plain_line(text)]) == serial
