"""Characters that readers take for one another, so that drawn serials can show them more often."""

from __future__ import annotations

import numpy as np

LETTERS, DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"

# Letters and digits that are confused at low resolution, in glare or in the dark.
GROUPS = ("WMHN", "EF", "VUY", "G6C", "Z72", "B8", "D0OQ", "S5", "1ILTJ", "KX", "PRF", "389", "4A", "TY", "17")
_HARD_LETTERS = "".join(sorted({c for group in GROUPS for c in group if c in LETTERS}))
_HARD_DIGITS = "".join(sorted({c for group in GROUPS for c in group if c in DIGITS}))
_HARD = 0.4
_SWAPPED = 0.15


def random_character(slot: str, rng: np.random.Generator) -> str:
    """Draw a character for a slot of a serial's pattern, look-alikes more often than others.

    Args:
        slot: ``A`` a letter, ``9`` a digit, ``#`` either.
        rng: Source of chance.
    """
    if slot == "#":
        slot = "A" if rng.random() < 0.5 else "9"
    hard, all_of_them = (_HARD_LETTERS, LETTERS) if slot == "A" else (_HARD_DIGITS, DIGITS)
    pool = hard if rng.random() < _HARD else all_of_them
    return pool[int(rng.integers(len(pool)))]


def with_look_alikes(serial: str, rng: np.random.Generator, *, across: bool = False) -> str:
    """Replace some characters by others that resemble them.

    Args:
        serial: Upper-case letters and digits.
        rng: Source of chance.
        across: Whether a letter may become a digit and a digit a letter; else the serial keeps its format.

    Returns:
        As many characters.
    """
    return "".join(_alike(character, rng, across) if rng.random() < _SWAPPED else character for character in serial)


def _alike(character: str, rng: np.random.Generator, across: bool) -> str:
    others = [
        other
        for group in GROUPS
        if character in group
        for other in group
        if across or other.isalpha() == character.isalpha()
    ]
    return str(rng.choice(others)) if others else character
