"""How likely a read is if its vehicle is just any: which rows of letters and digits plates are, and how many there are.

Three letters and four digits are what a fifth of all plates carry, so a read of such a text is like many innocent ones;
a digit among the letters is hardly any plate's, so it is rather a misread letter. The score is the ratio of the read's
likelihood under the listed plate and under this background.
"""

from __future__ import annotations

import math
import tomllib
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from matcher.confusion import ALPHABET
from matcher.read_arrays import ReadArrays
from schemas.errors import ConfigurationError

LETTERS: Final = 24
DIGITS: Final = 10
"""Canonical letters and digits that plates carry: most states leave out I or Q, and O counts as 0."""

_LEAST_OTHER: Final = 0.03
"""Share of plates of no pattern of the table, at least."""

_DECIMALS: Final = 9
"""Of the score: one read has the same one alone as among others, whose sums are added up in another order."""

_EACH: Final = np.array([(1 / LETTERS, 0.0) if character.isalpha() else (0.0, 1 / DIGITS) for character in ALPHABET])
_TO_PATTERN: Final = str.maketrans({c: "9" if c.isdigit() else "A" for c in ALPHABET})

Floats = npt.NDArray[np.float64]
Rows = slice | npt.NDArray[np.int64]


class _Patterns(NamedTuple):
    """Patterns of one length: is_digit float64 (n, length), 1 or 0, and the logarithm of each one's share, (n,)."""

    is_digit: Floats
    log_shares: Floats


def pattern_of(canonical: str) -> str:
    """Return a canonical plate with `A` for each letter and `9` for each digit."""
    return canonical.translate(_TO_PATTERN)


def background_scores(reads: ReadArrays) -> Floats:
    """Return what the background adds to the score of each read against any entry, in nats, float64 (n,).

    `matcher.align` counts each place against a plate of which nothing is known. This corrects the sum: it is negative
    for a read that looks like very many plates, and positive for one that looks like few.

    Args:
        reads: The reads, n of them.
    """
    found = np.zeros(len(reads.lengths))
    lengths = set(reads.lengths.tolist())
    for length in lengths:
        rows: Rows = slice(None) if len(lengths) == 1 else np.flatnonzero(reads.lengths == length)
        chances = np.exp(reads.gains[rows, :length, : len(ALPHABET)], dtype=np.float64)
        # How much likelier a place is as a letter or a digit than as anything: (rows, length, 2).
        found[rows] = -_log_likelihoods(np.log(chances @ _EACH))
    return found.round(_DECIMALS)


def _log_likelihoods(logs: Floats) -> Floats:
    """Return ln P(read | any vehicle) - ln P(read | nothing known), (n,).

    Args:
        logs: Logarithms of a letter's and a digit's likelihood per place, (n, length, 2).
    """
    table, log_other = _load()
    patterns = table.get(logs.shape[1])
    if patterns is None:
        return np.full(len(logs), log_other)
    letters, digits = logs[:, :, 0], logs[:, :, 1]
    every = letters.sum(axis=1)[:, None] + (digits - letters) @ patterns.is_digit.T + patterns.log_shares
    # The table's patterns and all other texts together; the largest is taken out before it overflows.
    most = np.maximum(every.max(axis=1), log_other)
    summed: Floats = most + np.log(np.exp(every - most[:, None]).sum(axis=1) + np.exp(log_other - most))
    return summed


@cache
def _load() -> tuple[dict[int, _Patterns], float]:
    """Return the patterns by length, and the logarithm of the share of plates that have none of them.

    Raises:
        ConfigurationError: The table cannot be read or holds no shares.
    """
    try:
        shares = tomllib.loads(files("matcher").joinpath("data", "plate_patterns.toml").read_text("utf-8"))["shares"]
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise ConfigurationError(f"matcher/data/plate_patterns.toml: {error}; reinstall platewatch") from error
    other = max(1.0 - sum(shares.values()), _LEAST_OTHER)
    by_length: dict[int, list[tuple[str, float]]] = {}
    for pattern, share in shares.items():
        by_length.setdefault(len(pattern), []).append((pattern, share))
    table = {
        length: _Patterns(
            np.array([[float(sign == "9") for sign in pattern] for pattern, _ in rows]),
            np.log([share for _, share in rows]),
        )
        for length, rows in by_length.items()
    }
    return table, math.log(other)
