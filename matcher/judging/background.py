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

from matcher.arrays.packing import NONE, Codes
from matcher.arrays.reads import DIGITS, LETTERS, ReadArrays
from matcher.characters.confusion import ALPHABET
from matcher.judging.score import state_confidence
from matcher.judging.traffic import Traffic
from schemas.errors import ConfigurationError
from schemas.types import PlateRead

_OTHER: Final = 0.03
"""Share of plates with a text that no series has: an owner's own, or one that the table does not know."""

_DECIMALS: Final = 9
"""Of the score: one read has the same one alone as among others, whose sums are added up in another order."""

_NEVER: Final = -100.0
"""Logarithm of the chance that a digit stands for a letter, or a letter for a digit."""

_AS_LETTER: Final = np.array([-math.log(LETTERS) if c.isalpha() else _NEVER for c in ALPHABET] + [0.0, 0.0])
_AS_DIGIT: Final = np.array([_NEVER if c.isalpha() else -math.log(DIGITS) for c in ALPHABET] + [0.0, 0.0])
"""Logarithms of the chance of each code where a letter, and where a digit has its place; `?` is every one."""

_FIRST_LETTERS: Final = 8
_FIRST_DIGITS: Final = 4
"""How many different ones a state's plates on the road begin with. Series are given out in order and old plates are
replaced, so that most vehicles have the last few: of Virginia's T to V, of California's 7 to 9."""

_BLOCK: Final = 10_000

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
        self._traffic = traffic
        weights = np.array(traffic.spread(tuple(table)))
        self._row_of = {state: row for row, state in enumerate(table, start=1)}
        self._commonest = self._row_of.get(traffic.commonest or "", 0)
        is_known = traffic.commonest is None or self._commonest > 0
        self._other = _OTHER if is_known else 1.0
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

    def fitting(self, codes: Codes, jurisdictions: Sequence[str | None]) -> tuple[Floats, Floats]:
        """Return which share of innocent reads fits each plate that may hold `?`.

        Args:
            codes: Canonical plates, uint8 (n, 12).
            jurisdictions: The states that they are listed with, or None; n of them.

        Returns:
            The share of all reads, and that of reads which have the plate's state as well, each float64 (n,), above 0;
            both are the same where the plate has no state.
        """
        names = {state: state.upper() if state else "" for state in set(jurisdictions)}
        rows_of = {state: self._row_of.get(name, 0) for state, name in names.items()}
        shares_of = {state: self._traffic.at_most(name) if name else 1.0 for state, name in names.items()}
        states = np.array([rows_of[state] for state in jurisdictions], dtype=np.int64)
        shares = np.array([shares_of[state] for state in jurisdictions])
        every, same = np.empty(len(codes)), np.empty(len(codes))
        lengths = np.count_nonzero(codes != NONE, axis=1)
        for length in set(lengths.tolist()):
            rows = np.flatnonzero(lengths == length)
            for start in range(0, len(rows), _BLOCK):
                block = rows[start : start + _BLOCK]
                of_any, of_state = self._fitting(codes[block, :length], states[block])
                # A state that is misread, or whose plates the table has too few of, has those of all.
                same[block] = shares[block] * np.maximum(of_any, of_state)
                every[block] = np.maximum(of_any, same[block])
        return every, same

    def _fitting(self, codes: Codes, states: Rows) -> tuple[Floats, Floats]:
        """Return the shares of all vehicles, and of each plate's state's, that fit plates of one length."""
        letters, digits = _AS_LETTER[codes], _AS_DIGIT[codes]
        _begin_alike(letters, _FIRST_LETTERS)
        _begin_alike(digits, _FIRST_DIGITS)
        # What the table has not is taken to have letters and digits where the plate has.
        others = self._other * np.exp(np.maximum(letters, digits).sum(axis=1))
        patterns = self._of_length.get(codes.shape[1])
        if patterns is None:
            return others, others
        fits = np.exp(letters @ (1 - patterns.is_digit).T + digits @ patterns.is_digit.T)
        # Shares are rough guesses, and there are places and hours where nearly all are of the commonest state.
        of_any = np.maximum(fits @ patterns.shares[0], fits @ patterns.shares[self._commonest])
        of_state = (fits * patterns.shares[states]).sum(axis=1)
        return (1 - _OTHER) * of_any + others, (1 - _OTHER) * of_state + others

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


def _begin_alike(chances: Floats, count: int) -> None:
    """Have the first place be one of so many characters that vehicles have, where it is known and of that kind.

    A listed plate is one of those on the road too, so that its first character is rather a common one.

    Args:
        chances: Logarithms of the chance of each place's character as a letter, or as a digit, float64 (n, length);
            changed.
        count: How many.
    """
    first = chances[:, 0]
    first[(first < 0) & (first > _NEVER)] = -math.log(count)


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
