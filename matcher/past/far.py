"""Which texts of a block a read of them may have been taken for, as far as live matching reaches: by brute force."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from matcher.searching.probes import MOST_SUBSTITUTIONS

_Keys = npt.NDArray[np.uint64]
_Rows = npt.NDArray[np.int64]

_SUBSTITUTIONS_BESIDE_A_GAP: Final = 1
_FIRST_BITS: Final = np.uint64(0x1111_1111_1111_1111)
_ONE, _TWO, _FOUR = np.uint64(1), np.uint64(2), np.uint64(4)
_TEXTS_AT_ONCE: Final = 1 << 15
"""So few that a processor keeps them near, whatever is asked of them."""


def far_pairs(skeletons: _Keys, lengths: _Rows, plate_skeletons: _Keys, plate_lengths: _Rows) -> tuple[_Rows, _Rows]:
    """Return every pair of a text and a plate that a read may leave room for.

    With characters replaced by confusion classes, at most `MOST_SUBSTITUTIONS` differ; or one is lost or added, and at
    most one differs. This takes about 6 ms per plate and million texts.

    Args:
        skeletons: The texts', uint64 (n,).
        lengths: The texts', int64 (n,); 0 for what is no plate.
        plate_skeletons: The plates', uint64 (m,), without `?`.
        plate_lengths: The plates', int64 (m,).

    Returns:
        Places in `skeletons` and rows of the plates, each int64 (pairs,).
    """
    places, rows = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for length in np.unique(lengths[lengths > 0]).tolist():
        own = np.flatnonzero(lengths == length)
        near = np.flatnonzero(abs(plate_lengths - length) <= 1).tolist()
        for start in range(0, len(own) if near else 0, _TEXTS_AT_ONCE):
            part = own[start : start + _TEXTS_AT_ONCE]
            texts = skeletons[part]
            for row in near:
                found = part[_far(texts, length, plate_skeletons[row], int(plate_lengths[row]))]
                places.append(found)
                rows.append(np.full(len(found), row, dtype=np.int64))
    return np.concatenate(places), np.concatenate(rows)


def _far(texts: _Keys, length: int, plate: np.uint64, plate_length: int) -> _Rows:
    if length == plate_length:
        return np.flatnonzero(np.bitwise_count(_differing(texts ^ plate)) <= MOST_SUBSTITUTIONS)
    longer, shorter = (texts, plate) if length > plate_length else (plate, texts)
    return _with_a_gap(longer, shorter, max(length, plate_length))


def _differing(bits: _Keys) -> _Keys:
    """Return the first bit of every four of which any is set."""
    found = bits | bits >> _ONE
    found |= found >> _TWO
    found &= _FIRST_BITS
    return found


def _with_a_gap(longer: _Keys | np.uint64, shorter: _Keys | np.uint64, length: int) -> _Rows:
    """Return where one character of the longer one may be left out; one of the two is an array, one a number."""
    begin = _differing(np.atleast_1d(longer ^ shorter << _FOUR))
    end = _differing(np.atleast_1d(longer ^ shorter))
    # Every place but the one left out counts on one of both sides: where it differs on both, it counts for certain.
    kept = np.flatnonzero(np.bitwise_count(begin & end) <= _SUBSTITUTIONS_BESIDE_A_GAP + 1)
    begin, end = begin[kept], end[kept]
    fits = np.zeros(len(kept), dtype=np.bool_)
    for place in range(length):
        below = np.uint64((1 << 4 * place) - 1)
        above = ~np.uint64((1 << 4 * (place + 1)) - 1)
        fits |= np.bitwise_count(begin & above | end & below) <= _SUBSTITUTIONS_BESIDE_A_GAP
    return kept[fits]
