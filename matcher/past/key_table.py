"""Which of some plates have a key: answered for millions of keys at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.int64]

_HASH_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_BITMAP_SHARE = 32
"""Places of the bitmap per key: of the texts that it lets through wrongly, there are few."""


@dataclass(frozen=True, slots=True, eq=False)
class KeyTable:
    """Keys in order, each with the row of its plate, and a bitmap of their hashes, which most texts do not get past."""

    keys: Keys
    rows: Rows
    bitmap: npt.NDArray[np.bool_]
    shift: np.uint64

    @classmethod
    def of(cls, keys: Keys, rows: Rows) -> KeyTable:
        """Arrange keys and the rows of their plates, both (n,); pairs that come twice are kept once."""
        order = np.lexsort((rows, keys))
        keys, rows = keys[order], rows[order]
        first = np.ones(len(keys), dtype=np.bool_)
        first[1:] = (keys[1:] != keys[:-1]) | (rows[1:] != rows[:-1])
        keys, rows = keys[first], rows[first]
        bits = min(max(math.ceil(math.log2(_BITMAP_SHARE * max(len(keys), 1))), 16), 26)
        bitmap = np.zeros(1 << bits, dtype=np.bool_)
        shift = np.uint64(64 - bits)
        bitmap[(keys * _HASH_FACTOR) >> shift] = True
        return cls(keys, rows, bitmap, shift)

    def pairs(self, wanted: Keys) -> tuple[Rows, Rows]:
        """Return every (place in `wanted`, row) whose keys are equal."""
        places = np.flatnonzero(self.bitmap[(wanted * _HASH_FACTOR) >> self.shift])
        first = np.searchsorted(self.keys, wanted[places], side="left")
        count = np.searchsorted(self.keys, wanted[places], side="right") - first
        # Places of the runs one after another: each run's first place, and how far along it we are.
        along = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        return np.repeat(places, count), self.rows[np.repeat(first, count) + along]
