"""Evidence weighed on labeled plates."""

from __future__ import annotations

import numpy as np

from recognition.states.looks import CLASSES
from recognition.states.weighing import EvidenceWeights
from recognition.training.state.evidence import StateEvidence
from recognition.training.state.fit import fit, threshold


def test_evidence_that_tells_gets_weight_and_noise_gets_none() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, len(CLASSES), 200)
    telling = np.full((200, len(CLASSES)), -6.0, np.float32)
    telling[np.arange(200), labels] = -0.01
    wrong = rng.random(200) < 0.2
    telling[wrong] = np.roll(telling[wrong], 1, axis=1)
    noise = rng.normal(size=telling.shape).astype(np.float32)
    evidence = StateEvidence(telling, noise, np.zeros_like(noise), labels)
    picture, serial, text = fit(evidence, np.ones(200), with_words=False)
    assert picture > 10 * serial
    assert text == 0.0
    assert threshold(EvidenceWeights(picture, serial, 0.0, 0.0), evidence, np.ones(200)) > 0.6
