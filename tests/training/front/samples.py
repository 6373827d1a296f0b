"""Drawn plates to train the network for plates in front with."""

from __future__ import annotations

import numpy as np

from recognition.training.front.data import FrontBatches
from rendering.plates.standard import render_plate
from schemas.types import Image


def plate(number: int = 0) -> Image:
    return render_plate("ABC1234", ("US-CA", "US-TX", "US-VA")[number], np.random.default_rng(number)).image


def batches(seed: int = 0) -> FrontBatches:
    return FrontBatches([plate(0), plate(1)], [], (), size=4, seed=seed)
