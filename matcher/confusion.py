"""Which characters a plate reader takes for which: classes for the index and a probability table for the score.

Text is canonical here (the letter O is the digit zero), because lists write O as 0 and many plates show both alike.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

CLASSES: Final = ("0OQD", "1ILJ", "8B3", "5S", "2Z", "6GC", "7T", "VYU", "MNH", "W", "4A", "EF", "PR", "KX", "9")
"""Characters that readers confuse. Fifteen classes, so that one takes four bits and zero stays free."""

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNPQRSTUVWXYZ"
"""Canonical plate characters."""

_IN_CLASS: Final = 0.012
"""P(reader shows this class mate) for one character."""

_ACROSS: Final = MappingProxyType(
    dict.fromkeys(("27", "Z7", "17", "1T", "IT", "6B", "68", "89", "39", "56", "VW", "MW", "NW", "UW", "0C"), 0.008)
)
"""Look-alikes of different classes. 2/7 stands here because a driver was stopped at gunpoint over it
(Prairie Village, Kansas, 2014), and the usual equivalence groups do not hold it."""

_ARBITRARY: Final = 0.0003
"""P(reader shows this character) for a character that looks quite different."""

VV_FOR_W: Final = 0.02
"""P(reader shows VV where the plate has W), and the other way round."""

DROPPED: Final = 0.004
"""P(reader loses one character inside the plate)."""

DROPPED_EASILY: Final = 0.01
"""P(reader loses a narrow character, or the first or last one, which a frame or a bolt may hide)."""

ADDED: Final = 0.004
"""P(reader adds a character inside the plate)."""

ADDED_EASILY: Final = 0.01
"""P(reader adds a narrow character, or one at an edge, which a frame or a sticker may look like)."""

NARROW: Final = frozenset("1IJL")

CLASS_OF: Final = MappingProxyType(
    {character: number for number, group in enumerate(CLASSES, 1) for character in group}
)
"""Class number (1-15) of each character."""

_HEX: Final = str.maketrans({character: f"{number:x}" for character, number in CLASS_OF.items()} | {"?": "0"})


def skeleton(canonical: str) -> int:
    """Return a plate's skeleton: four bits of class per character, the last character lowest.

    Args:
        canonical: Canonical plate text of `ALPHABET` and `?`; a `?` becomes zero bits.

    Returns:
        Up to 4 * len(canonical) bits. Without `?`, plates of different length have different skeletons.
    """
    return int(canonical.translate(_HEX), 16) if canonical else 0


def class_text(canonical: str) -> str:
    """Return the plate with each character replaced by its class's sign; edits of it are edits of the skeleton."""
    return canonical.translate(_HEX)


def _build_table() -> dict[tuple[str, str], float]:
    """P(shown | true) for all pairs of canonical characters; each true character's row sums to 1."""
    table: dict[tuple[str, str], float] = {}
    for true in ALPHABET:
        for shown in ALPHABET:
            if shown == true:
                continue
            probability = _IN_CLASS if CLASS_OF[shown] == CLASS_OF[true] else _ARBITRARY
            table[shown, true] = _ACROSS.get(shown + true, _ACROSS.get(true + shown, probability))
        table[true, true] = 1.0 - sum(table[shown, true] for shown in ALPHABET if shown != true)
    return table


_TABLE: Final = MappingProxyType(_build_table())
_MISREADS: Final = MappingProxyType(
    {shown: sum(_TABLE[shown, true] for true in ALPHABET if true != shown) for shown in ALPHABET}
)


def shown_probability(shown: str, true: str) -> float:
    """Return P(a reader shows `shown` | the plate has `true`) for canonical characters."""
    return _TABLE[shown, true]


def misread_share(shown: str, true: str) -> float:
    """Return P(the plate has `true` | a reader shows `shown` and is wrong), `true` differing from `shown`."""
    return _TABLE[shown, true] / _MISREADS[shown]


def look_alike(one: str, other: str) -> bool:
    """Tell whether two different canonical characters are known to be taken for one another."""
    return one != other and _TABLE[one, other] > _ARBITRARY
