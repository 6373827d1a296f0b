"""Which entries with unknown characters may alert by themselves: as many as innocent vehicles leave room for.

`?????12` fits one plate in a hundred, `ABC1?34` one in many millions. How many an entry fits follows from the plates
that pass (`matcher.judging.background`), so that no number of unknown characters has to be fixed. Entries are let
through from the rarest on, as long as all of them together stay within a category's limit; what else speaks for a hit
(the vehicle, a second reader) makes up for what the text does not say.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from matcher.arrays.packing import Codes, codes_of
from matcher.judging.background import Background
from matcher.judging.false_alerts import PER
from schemas.settings.matching import MatchingSettings
from schemas.types import Category

SHARE: Final = 0.5
"""Of a category's limit: what entries with unknown characters take at most. The rest is left to probable hits, and to
traffic that differs from what was said of it."""

_TIE: Final = 1e-6
"""Relative; entries that are nearer to each other are let through together or not at all, whatever their order."""

_MANY: Final = 1_000_000_000
"""`1 in` no more than this is said; the table of patterns knows nothing as exactly."""

Floats = npt.NDArray[np.float64]


class Sight(NamedTuple):
    """A hit of an entry with unknown characters: what of it decides whether it alerts.

    `plate` is the entry's canonical one, `jurisdiction` its state, `agrees` whether the read has the same one (None
    where a side is unknown) and `sure` how sure the read's state is (0-1). `shown` is the read's text with the entry's
    `?`, where it is another one than `plate`, and `credibility` what its alignment has then. `evidence` is what vehicle
    and second reader add, in nats.
    """

    plate: str
    jurisdiction: str | None
    category: Category
    agrees: bool | None
    sure: float
    shown: str | None = None
    credibility: float = 0.0
    evidence: float = 0.0


class _Limit(NamedTuple):
    """`rarest`: whatever fits fewer vehicles than this alerts. `each`: how many an entry may fit with other evidence.

    `alone`: whether one entry would be allowed so much. `taken`: what all that alert fit together. All are shares of
    innocent reads.
    """

    rarest: float
    each: float
    alone: float
    taken: float


class PartialLimits:
    """What entries with unknown characters may raise.

    Args:
        settings: How many false alerts the operator takes.
        background: What passes the cameras.
        codes: The active entries with `?`, uint8 (n, 12).
        jurisdictions: Their states, or None; n of them.
    """

    def __init__(
        self, settings: MatchingSettings, background: Background, codes: Codes, jurisdictions: Sequence[str | None]
    ) -> None:
        self._background = background
        self._count = len(codes)
        steps, costs = _steps(background, codes, jurisdictions)
        self._of = {
            category: _limit(settings.false_alerts_of(category), steps, costs, self._count) for category in Category
        }
        # The same few entries fit again and again where they fit much.
        self._fits = lru_cache(maxsize=4096)(self._fits_of)

    def taken(self, category: Category) -> float:
        """Return how many of 10,000 innocent reads may alert, if all entries were of this category."""
        return PER * self._of[category].taken

    def too_little(self, hit: Sight) -> str | None:
        """Return why a hit does not alert, or None where it may.

        Args:
            hit: The hit.
        """
        limit = self._of[hit.category]
        fits = self._fits(hit.shown or hit.plate, hit.jurisdiction, hit.agrees)
        # Who is of another state is so only where that was misread.
        rate = fits / max(1 - hit.sure, _TIE) if hit.agrees is False else fits
        if hit.shown is None and rate * math.exp(-min(hit.evidence, 0.0)) < limit.rarest:
            return None
        # A likelihood ratio of r is reached by one innocent read in r at most, whatever the evidence is (Markov).
        likely = hit.evidence + hit.credibility
        if (hit.shown is not None or likely > 0) and rate * math.exp(-likely) <= limit.each:
            return None
        words = f"about 1 in {min(round(1 / fits), _MANY):,} other vehicles fits"
        if hit.shown is None and hit.agrees is not False and fits <= limit.alone:
            words += f", and {self._count:,} such entries are listed"
        return words

    def _fits_of(self, plate: str, jurisdiction: str | None, agrees: bool | None) -> float:
        every, same = self._background.fitting(codes_of([plate]), [jurisdiction])
        return float(same[0] if agrees else every[0])


def _steps(background: Background, codes: Codes, jurisdictions: Sequence[str | None]) -> tuple[Floats, Floats]:
    """Return shares of innocent reads up to which entries are let through, rising, and what each lets through more.

    An entry with a state is let through for reads of this state first, and then for all.
    """
    every, same = background.fitting(codes, jurisdictions)
    has_state = np.array([bool(state) for state in jurisdictions], dtype=np.bool_)
    steps = np.concatenate([np.where(has_state, same, every), every[has_state]])
    costs = np.concatenate([np.where(has_state, same, every), (every - same)[has_state]])
    order = np.argsort(steps)
    return steps[order], costs[order]


def _limit(false_alerts: float, steps: Floats, costs: Floats, count: int) -> _Limit:
    if false_alerts >= PER:
        return _Limit(math.inf, math.inf, math.inf, 0.0)
    allowed = -SHARE * math.log1p(-false_alerts / PER)
    total = np.cumsum(costs)
    let = int(np.searchsorted(total, allowed, side="right"))
    if let == len(steps):
        return _Limit(allowed, allowed / max(count, 1), allowed, float(total[-1]) if let else 0.0)
    rarest = float(steps[let]) * (1 - _TIE)
    let = int(np.searchsorted(steps, rarest, side="left"))
    return _Limit(rarest, allowed / count, allowed, float(total[let - 1]) if let else 0.0)
