"""How likely a read is if its vehicle is just any: which rows of letters and digits plates are, and how many there are.

Three letters and four digits are what a fifth of all plates carry, and nearly all of Virginia's, so a read of such a
text is like many innocent ones; a digit among the letters is hardly any plate's, so it is rather a misread letter. The
score is the ratio of the read's likelihood under the listed plate and under this background.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from matcher.arrays.reads import ReadArrays
from matcher.characters.confusion import ALPHABET
from matcher.judging.score import state_confidence
from matcher.judging.traffic import Traffic
from schemas.errors import ConfigurationError
from schemas.types import PlateRead

_OTHER: Final = 0.03
"""Share of plates with a text that no series has: an owner's own, or one that the table does not know."""

_DECIMALS: Final = 9
"""Of the score: one read has the same one alone as among others, whose sums are added up in another order."""

_TO_PATTERN: Final = str.maketrans({c: "9" if c.isdigit() else "A" for c in ALPHABET})

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


class _Patterns(NamedTuple):
    """Patterns of one length: is_digit float64 (patterns, length), 1 or 0, and shares float64 (1 + states, patterns).

    The first row of the shares is that of all traffic.
    """

    is_digit: Floats
    shares: Floats


def pattern_of(canonical: str) -> str:
    """Return a canonical plate with `A` for each letter and `9` for each digit."""
    return canonical.translate(_TO_PATTERN)


class Background:
    """What passes the cameras, as far as it can be told from the patterns of the states' plates.

    Args:
        traffic: The states that pass.

    Raises:
        ConfigurationError: The table of patterns cannot be read.
    """

    def __init__(self, traffic: Traffic) -> None:
        table = _load()
        weights = np.array(traffic.spread(tuple(table)))
        self._row_of = {state: row for row, state in enumerate(table, start=1)}
        self._of_length = {length: _patterns(table, length, weights) for length in _lengths(table)}

    def scores(self, reads: ReadArrays, known: Sequence[PlateRead]) -> Floats:
        """Return what the background adds to the score of each read against any entry, in nats, float64 (n,).

        `matcher.judging.align` counts each place against a plate of which nothing is known. This corrects the sum:
        it is negative for a read that looks like very many plates, and positive for one that looks like few.

        Args:
            reads: The reads, n of them.
            known: The same, for their states.
        """
        states = np.array([self._row_of.get((read.jurisdiction or "").upper(), 0) for read in known], dtype=np.int64)
        sure = np.array([state_confidence(read.jurisdiction_confidence) for read in known])
        found = np.zeros(len(known))
        for length in set(reads.lengths.tolist()):
            rows = np.flatnonzero(reads.lengths == length)
            found[rows] = -self._log_likelihoods(reads, rows, length, states[rows], sure[rows])
        return found.round(_DECIMALS)

    def _log_likelihoods(self, reads: ReadArrays, rows: Rows, length: int, states: Rows, sure: Floats) -> Floats:
        """Return ln P(read | any vehicle) - ln P(read | nothing known), (rows,)."""
        patterns = self._of_length.get(length)
        if patterns is None:
            return np.full(len(rows), math.log(_OTHER))
        letters, digits = reads.kinds[rows, :length, 0], reads.kinds[rows, :length, 1]
        every = np.exp(letters.sum(axis=1)[:, None] + (digits - letters) @ patterns.is_digit.T)
        of_state, of_any = (every * patterns.shares[states]).sum(axis=1), every @ patterns.shares[0]
        found: Floats = np.log((1 - _OTHER) * (sure * of_state + (1 - sure) * of_any) + _OTHER)
        return found


def _lengths(table: Mapping[str, Mapping[str, float]]) -> set[int]:
    return {len(pattern) for shares in table.values() for pattern in shares}


def _patterns(table: Mapping[str, Mapping[str, float]], length: int, weights: Floats) -> _Patterns:
    names = sorted({name for shares in table.values() for name in shares if len(name) == length})
    by_state = np.array([[shares.get(name, 0.0) for name in names] for shares in table.values()])
    is_digit = np.array([[float(sign == "9") for sign in name] for name in names])
    return _Patterns(is_digit, np.vstack([weights @ by_state, by_state]))


@cache
def _load() -> dict[str, dict[str, float]]:
    """Return the shares of patterns by state.

    Raises:
        ConfigurationError: The table cannot be read or holds no shares.
    """
    try:
        table = tomllib.loads(files("matcher.judging").joinpath("plate_patterns.toml").read_text("utf-8"))["shares"]
        return {state: {name: float(share) for name, share in shares.items()} for state, shares in table.items()}
    except (OSError, tomllib.TOMLDecodeError, KeyError, AttributeError, TypeError, ValueError) as error:
        raise ConfigurationError(f"matcher/judging/plate_patterns.toml: {error}; reinstall platewatch") from error
