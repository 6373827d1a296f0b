"""Evidence weighed into one probability."""

from __future__ import annotations

import numpy as np

from recognition.states.looks import CLASSES
from recognition.states.weighing import fitted_weights, weigh


def test_evidence_is_weighed_and_words_outweigh_looks() -> None:
    looks = np.full(len(CLASSES), -6.0, np.float32)
    looks[0] = -0.1
    words = np.zeros(len(CLASSES), np.float32)
    words[5] = 12.0
    chosen = fitted_weights(with_lines=True)
    none = np.zeros(len(CLASSES), np.float32)
    assert weigh(chosen, looks, none, None).argmax() == 0
    assert weigh(chosen, looks, none, words).argmax() == 5
