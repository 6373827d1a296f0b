"""A simulated reader that can be believed."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.common.simulated_reads import simulate
from benchmarks.common.vehicles import LISTED_HOME, draw_vehicles
from schemas.plates import canonical_plate


def test_a_simulated_reader_is_nearly_as_right_as_it_is_sure() -> None:
    rng = np.random.default_rng(5)
    vehicles = draw_vehicles(4_000, rng, LISTED_HOME)
    reads = simulate(vehicles, sorted({vehicle.state for vehicle in vehicles}), rng)
    right = np.array([canonical_plate(r.plate) == v.plate for r, v in zip(reads, vehicles, strict=True)])
    sure = np.array([r.confidence for r in reads])
    assert 0.8 < right.mean() < 0.97
    for low, high in ((0.3, 0.7), (0.7, 0.95), (0.95, 1.0)):
        some = (sure >= low) & (sure < high)
        assert right[some].mean() == pytest.approx(sure[some].mean(), abs=0.12)
    named = np.array([r.jurisdiction == v.state for r, v in zip(reads, vehicles, strict=True) if r.jurisdiction])
    assert 0.85 < named.mean() < 0.95
