"""How many alerts an hour are far more than is expected of a camera or an entry."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from schemas.settings import MatchingSettings

FACTOR: Final = 3.0
"""So many times the expected number are not yet far more: a busy day, a ball game."""
SPREADS: Final = 6.0
"""Nor is what chance adds: so many standard deviations of a Poisson number, one hour in a thousand million."""
PER: Final = 10_000


def storm_limit(minimum: int, matching: MatchingSettings) -> Callable[[float | None, float | None], tuple[float, int]]:
    """Return a function from what is known of a camera or an entry to what is expected, and the most that is no storm.

    Args:
        minimum: So many alerts an hour never are one.
        matching: How many false alerts 10,000 reads may raise.

    Returns:
        A function of alerts an hour in the weeks before, and of reads an hour (None: not known).
    """

    def limit(alerts: float | None, reads: float | None) -> tuple[float, int]:
        false = (reads or 0.0) * matching.false_alerts_per_10k / PER
        expected = max(alerts or 0.0, false)
        return expected, max(minimum, math.ceil(FACTOR * expected + SPREADS * math.sqrt(expected)))

    return limit
