"""Drawn plates to train the state network with."""

from __future__ import annotations

import numpy as np

from recognition.states.looks import CLASSES
from recognition.training.state.data import StateBatches, StateSample
from rendering.plates.standard import render_plate


def samples() -> list[StateSample]:
    found = []
    for number, name in enumerate(("US-CA", "US-TX", "US-TX")):
        image = render_plate("ABC1234", name, np.random.default_rng(number)).image
        found.append(StateSample(image, (0.0, 0.0, 520.0, 260.0), CLASSES.index(name)))
    return found


def batches(seed: int = 0) -> StateBatches:
    return StateBatches(samples(), [], [], (), size=4, seed=seed)
