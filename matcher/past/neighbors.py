"""The skeletons of the texts that are one step from some plates, made all at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from matcher.characters.confusion import CLASS_OF
from matcher.past.blocks import TEXT_BYTES
from matcher.past.key_table import Keys, Rows

_V, _W = CLASS_OF["V"], CLASS_OF["W"]
_CLASS_COUNT = max(CLASS_OF.values())


def neighbors(keys: Keys, lengths: npt.NDArray[np.int64], rows: Rows) -> tuple[Keys, Rows]:
    """Return the skeletons within one substitution, insertion or deletion of some, each with its row."""
    found, owners = [keys], [rows]
    for length in np.unique(lengths).tolist():
        own, own_rows = keys[lengths == length], rows[lengths == length]
        for place in range(length + 1):
            shift = np.uint64(4 * place)
            low, high = own & ((np.uint64(1) << shift) - np.uint64(1)), own >> shift
            wider = shift + np.uint64(4)
            made = [high << wider | np.uint64(number) << shift | low for number in range(1, _CLASS_COUNT + 1)]
            if place < length:
                above = own >> wider
                made.append(above << shift | low)
                made += [above << wider | np.uint64(number) << shift | low for number in range(1, _CLASS_COUNT + 1)]
            found += made
            owners += [own_rows] * len(made)
    return np.concatenate(found), np.concatenate(owners)


def double_v_neighbors(keys: Keys, rows: Rows) -> tuple[Keys, Rows]:
    """Return the skeletons with VV (or what looks so) in the place of a W, and the other way round."""
    found, owners = [keys[:0]], [rows[:0]]
    for place in range(TEXT_BYTES):
        shift = np.uint64(4 * place)
        low, high = keys & ((np.uint64(1) << shift) - np.uint64(1)), keys >> shift
        single = high & np.uint64(0xF) == _W
        found.append((high >> np.uint64(4) << np.uint64(8) | np.uint64(_V << 4 | _V)) << shift | low)
        double = high & np.uint64(0xFF) == _V << 4 | _V
        found.append((high >> np.uint64(8) << np.uint64(4) | np.uint64(_W)) << shift | low)
        found[-2], found[-1] = found[-2][single], found[-1][double]
        owners += [rows[single], rows[double]]
    return np.concatenate(found), np.concatenate(owners)
