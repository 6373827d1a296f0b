"""Which skeletons a read asks the index for: its own and everything within one step of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from matcher.confusion import CLASSES, skeleton

_BITS = 4
_CLASS_NUMBERS = np.arange(1, len(CLASSES) + 1, dtype=np.uint64)
_MASK = np.uint64((1 << _BITS) - 1)


def variants(canonical: str) -> tuple[str, ...]:
    """Return the other texts that a read stands for: VV taken for W, and W for VV, one at a time."""
    found = [canonical[:i] + "W" + canonical[i + 2 :] for i in range(len(canonical)) if canonical[i : i + 2] == "VV"]
    found += [canonical[:i] + "VV" + canonical[i + 1 :] for i, character in enumerate(canonical) if character == "W"]
    return tuple(found)


def probe_skeletons(canonical: str) -> npt.NDArray[np.uint64]:
    """Return every skeleton that a read probes, sorted, each once.

    They are the read's own (which covers all swaps inside a class, at no cost), every one with one class substituted,
    one character deleted or one inserted, and those of `variants`.

    Args:
        canonical: Canonical plate text without `?`, up to 15 characters.

    Returns:
        uint64 (probes,).
    """
    own = np.uint64(skeleton(canonical))
    length = len(canonical)
    shifts = np.arange(length + 1, dtype=np.uint64) * np.uint64(_BITS)
    low = own & ((np.uint64(1) << shifts) - np.uint64(1))
    high = own >> shifts
    # Insertion before the nibble at each shift: (length + 1, classes).
    inserted = (
        (high << (shifts + np.uint64(_BITS)))[:, None] | (_CLASS_NUMBERS[None, :] << shifts[:, None]) | low[:, None]
    )
    at, below, above = shifts[:-1], low[:-1], own >> (shifts[:-1] + np.uint64(_BITS))
    kept = own & ~(_MASK << at)
    substituted = kept[:, None] | (_CLASS_NUMBERS[None, :] << at[:, None])
    deleted = (above << at) | below
    others = np.array([skeleton(text) for text in variants(canonical)], dtype=np.uint64)
    return np.unique(np.concatenate([inserted.ravel(), substituted.ravel(), deleted, others]))
