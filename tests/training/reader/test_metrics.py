"""How far a reader's probabilities can be believed."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from recognition.training.examples.labeled_crops import (
    LabeledCrop,
)
from recognition.training.reader.data import one_hot
from recognition.training.reader.metrics import best_temperature, character_calibration


def test_temperature_of_an_overconfident_reader_is_above_one() -> None:
    rng = np.random.default_rng(0)
    texts = ["".join(rng.choice(list("ABC123"), 6)) for _ in range(200)]
    crops = [LabeledCrop(Path("x.jpg"), text, "BR", "val") for text in texts]
    # 4 of 5 characters are right, yet every one is given with near certainty.
    logits = np.stack([one_hot(text) for text in texts]) * 8.0
    wrong = rng.random(logits.shape[:2]) < 0.2
    logits[wrong] = np.roll(logits[wrong], 1, axis=-1)
    found = best_temperature(logits.astype(np.float32), crops)
    assert found > 1.3
    before, after = character_calibration(logits, crops, 1.0), character_calibration(logits, crops, found)
    assert after.expected_error < before.expected_error
    assert after.negative_log_likelihood < before.negative_log_likelihood
