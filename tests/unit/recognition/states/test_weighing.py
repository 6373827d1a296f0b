"""Evidence weighed into one probability."""

from __future__ import annotations

import numpy as np
import pytest

from recognition.states.looks import CLASSES
from recognition.states.weighing import EvidenceWeights, fitted_weights, weigh


def test_evidence_is_weighed_and_words_outweigh_looks() -> None:
    looks = np.full(len(CLASSES), -6.0, np.float32)
    looks[0] = -0.1
    words = np.zeros(len(CLASSES), np.float32)
    words[5] = 12.0
    chosen = fitted_weights(with_lines=True)
    none = np.zeros(len(CLASSES), np.float32)
    assert weigh(chosen, looks, none, None).argmax() == 0
    assert weigh(chosen, looks, none, words).argmax() == 5


def test_each_kind_counts_by_its_weight_and_all_together_are_one() -> None:
    chosen = EvidenceWeights(picture=0.5, serial=2.0, text=3.0, threshold=0.9)
    looks, serial, words = (
        np.array([row, other, *[-50.0] * (len(CLASSES) - 2)], np.float32)
        for row, other in ((-0.2, -1.4), (0.3, -0.1), (0.0, 0.25))
    )
    serial[2:] = words[2:] = 0.0
    looks[2:] = -900.0
    nats = 0.5 * (-0.2 + 1.4) + 2.0 * (0.3 + 0.1)
    for said, more in ((None, 0.0), (words, -3.0 * 0.25)):
        found = weigh(chosen, looks, serial, said)
        assert found[0] == pytest.approx(1 / (1 + np.exp(-(nats + more))), rel=1e-5)
        assert found.sum() == pytest.approx(1.0)


def test_without_lines_words_weigh_nothing_and_a_state_has_to_be_likelier_than_not() -> None:
    without, with_lines = (fitted_weights(with_lines=has) for has in (False, True))
    assert (without.text, with_lines.text > 0) == (0.0, True)
    for chosen in (without, with_lines):
        assert min(chosen.picture, chosen.serial) > 0
        assert 0.5 < chosen.threshold < 1
