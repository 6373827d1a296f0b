"""The shipped plate patterns are those that are drawn."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from benchmarks.plate_patterns import pattern_shares


def test_the_patterns_are_the_shipped_ones() -> None:
    shipped = tomllib.loads((Path(__file__).parents[3] / "matcher/judging/plate_patterns.toml").read_text())["shares"]
    drawn = pattern_shares(seed=1, drawn=60_000)
    assert shipped.keys() == drawn.keys()
    assert all(0.985 < sum(shares.values()) <= 1.001 for shares in shipped.values())
    for state, shares in drawn.items():
        # Of each state a thousand are drawn here.
        for pattern in shipped[state].keys() | shares.keys():
            assert shipped[state].get(pattern, 0.0) == pytest.approx(shares.get(pattern, 0.0), abs=0.07), state
