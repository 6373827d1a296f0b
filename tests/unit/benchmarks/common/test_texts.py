"""Texts are equal as far as labels tell characters apart."""

from __future__ import annotations

from benchmarks.common.shares import Share
from benchmarks.common.texts import norm, score_texts


def test_norm_takes_what_labels_mix_as_equal() -> None:
    assert norm("BOQ1I0") == norm("b00I10") == "B00110"
    assert norm("B8") != norm("88")


def test_texts_are_compared_exactly_and_normalized() -> None:
    score = score_texts(["ABC10", "XYZ", ""], ["ABCIO", "XYZ", "K1"])
    assert (score.exact, score.normalized) == (Share(1, 3), Share(2, 3))
