"""The curves that are written are those that the matcher reads."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from benchmarks.false_alerts.scores import curve_of, write
from matcher.judging.false_alerts import ReadDetail, Weights, parse


def test_a_measured_curve_is_one_that_the_matcher_reads(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    measured = [(size, rng.normal(6, 3, 5_000)) for size in (1_000, 10_000)]
    curve = curve_of(measured)
    write(
        tmp_path / "made.toml",
        dict.fromkeys(ReadDetail, curve),
        dict.fromkeys(ReadDetail, Weights(2.5, 0.25)),
        "a test",
    )
    read_back = parse((tmp_path / "made.toml").read_text())
    assert read_back[ReadDetail.CONFIDENCES].weights == Weights(2.5, 0.25)
    assert read_back[ReadDetail.TEXT].curve.scores == tuple(curve[0])
    (size, scores), _ = measured
    reached = 1 - math.exp(-size * math.exp(read_back[ReadDetail.TEXT].curve.log_rate(8.0)))
    assert reached == pytest.approx(float((scores >= 8).mean()), rel=0.05)
