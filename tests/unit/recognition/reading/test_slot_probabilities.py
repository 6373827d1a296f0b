"""The distributions of a plate's character slots."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.reading.slot_probabilities import same_zero, tempered, text_probabilities

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_"


def distributions(seed: int, sharp: float = 0.05) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet([sharp] * len(ALPHABET), 9).astype(np.float32)


@given(st.integers(0, 2**32 - 1), st.floats(0.001, 0.999))
def test_tempering_gives_the_text_its_probability_and_keeps_it(seed: int, target: float) -> None:
    before = distributions(seed)
    after = tempered(before, ALPHABET, target)
    assert (after.argmax(axis=1) == before.argmax(axis=1)).all()
    assert np.allclose(after.sum(axis=1), 1, atol=1e-4)
    reached = float(text_probabilities(after, ALPHABET).prod())
    flat, sharp = (float(text_probabilities(tempered(before, ALPHABET, t), ALPHABET).prod()) for t in (0.0, 1.0))
    assert reached == pytest.approx(min(max(target, flat), sharp), abs=0.02)


def test_the_letter_o_and_zero_are_one_character() -> None:
    slots = distributions(1)
    slots[0] = 0
    slots[0, [ALPHABET.index("0"), ALPHABET.index("O"), ALPHABET.index("D")]] = (0.5, 0.4, 0.1)
    assert text_probabilities(slots, ALPHABET)[0] == pytest.approx(0.9)


def test_the_letter_o_is_added_to_zero_and_counts_nowhere_else() -> None:
    slots = np.array([[[0.3, 0.4, 0.2, 0.1]]], np.float32)
    assert same_zero(slots, "0OA_").tolist() == [[[pytest.approx(0.7), 0.0, pytest.approx(0.2), pytest.approx(0.1)]]]
    assert same_zero(slots, "O0A_").tolist() == [[[0.0, pytest.approx(0.7), pytest.approx(0.2), pytest.approx(0.1)]]]
    for alphabet in ("0BA_", "BOA_"):
        assert (same_zero(slots, alphabet) == slots.astype(np.float64)).all()
    assert slots[0, 0].tolist() == pytest.approx([0.3, 0.4, 0.2, 0.1]), "what was given stays"
    assert text_probabilities(slots[0], "0OA_").tolist() == [pytest.approx(0.7)]
