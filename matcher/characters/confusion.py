"""Which characters a plate reader takes for which: classes for the index and a probability table for the score.

The probabilities are data (confusion.toml), counted on labeled plates over the habits that readers share.
Text is canonical here (the letter O is the digit zero), because lists write O as 0 and many plates show both alike.
"""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from schemas.errors import ConfigurationError

CLASSES: Final = ("0OQD", "1ILJ", "8B3", "5S", "2Z", "6GC", "7T", "VYU", "MNH", "W", "4A", "EF", "PR", "KX", "9")
"""Characters that readers confuse. Fifteen classes, so that one takes four bits and zero stays free."""

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNPQRSTUVWXYZ"
"""Canonical plate characters."""

NARROW: Final = frozenset("1IJL")

CLASS_OF: Final = MappingProxyType(
    {character: number for number, group in enumerate(CLASSES, 1) for character in group}
)
"""Class number (1-15) of each character."""

_HEX: Final = str.maketrans({character: f"{number:x}" for character, number in CLASS_OF.items()} | {"?": "0"})

_CLASSLESS: Final = re.compile("[^0-9a-f]")


def skeleton(canonical: str) -> int:
    """Return a plate's skeleton: four bits of class per character, the last character lowest.

    Args:
        canonical: Canonical plate text of `ALPHABET` and `?`; a `?` becomes zero bits.

    Returns:
        Up to 4 * len(canonical) bits. Without `?`, plates of different length have different skeletons.
    """
    return int(canonical.translate(_HEX), 16) if canonical else 0


def skeleton_text(canonical: str) -> str:
    """Return a plate's skeleton as text: the class of each character as a hexadecimal digit, 0 where it has none.

    Plates that readers take for one another by swaps inside a class alone have one text.

    Args:
        canonical: Canonical plate text; any other character counts as an unknown one.
    """
    return _CLASSLESS.sub("0", canonical.translate(_HEX))


def _build_table(text: str) -> tuple[dict[tuple[str, str], float], dict[str, float]]:
    """Build P(shown | true) for all pairs of canonical characters, and the edits, from the table's TOML.

    Raises:
        ConfigurationError: The file is broken: a row or an edit is missing, or a row is more wrong than right.
    """
    try:
        document = tomllib.loads(text)
        arbitrary, rows = float(document["other"]["arbitrary"]), document["shown"]
        edits = {name: float(document["edits"][name]) for name in _EDITS}
        table = {
            (shown, true): float(rows[true].get(shown, arbitrary))
            for true in ALPHABET
            for shown in ALPHABET
            if shown != true
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigurationError(f"matcher/characters/confusion.toml: broken ({error!r}); {_ADVICE}") from error
    for true in ALPHABET:
        table[true, true] = 1.0 - sum(table[shown, true] for shown in ALPHABET if shown != true)
    least = min(*table.values(), *edits.values())
    if least <= 0.0 or max(edits.values()) >= 0.5 or min(table[true, true] for true in ALPHABET) <= 0.5:
        raise ConfigurationError(f"matcher/characters/confusion.toml: what it says is no reader's habit; {_ADVICE}")
    return table, edits


_ADVICE: Final = "reinstall platewatch or make it with `python -m recognition.training.calibration.confusion`"
_EDITS: Final = ("vv_for_w", "dropped", "dropped_easily", "added", "added_easily")
_CELLS, _EDIT_CHANCES = _build_table(files("matcher.characters").joinpath("confusion.toml").read_text(encoding="utf-8"))
_TABLE: Final = MappingProxyType(_CELLS)
_MISREADS: Final = MappingProxyType(
    {shown: sum(_TABLE[shown, true] for true in ALPHABET if true != shown) for shown in ALPHABET}
)

VV_FOR_W: Final = _EDIT_CHANCES["vv_for_w"]
"""P(reader shows VV where the plate has W), and the other way round."""

DROPPED: Final = _EDIT_CHANCES["dropped"]
"""P(reader loses one character inside the plate)."""

DROPPED_EASILY: Final = _EDIT_CHANCES["dropped_easily"]
"""P(reader loses a narrow character, or the first or last one, which a frame or a bolt may hide)."""

ADDED: Final = _EDIT_CHANCES["added"]
"""P(reader adds a character inside the plate)."""

ADDED_EASILY: Final = _EDIT_CHANCES["added_easily"]
"""P(reader adds a narrow character, or one at an edge, which a frame or a sticker may look like)."""

_LOOK_ALIKE: Final = 0.004
"""Pairs that are taken for one another more often are look-alikes."""


SAME_SHAPE: Final = frozenset({("0", "Q"), ("Q", "0"), ("1", "I"), ("I", "1")})
"""Canonical pairs that some states' plates draw alike and lists mix."""

SAME_SHAPE_SHARE: Final = 0.01
"""How probable the one of `SAME_SHAPE` is beside the other at least, however sure a reader is: it has learned which of
them stands where, not what it sees."""


def shown_probability(shown: str, true: str) -> float:
    """Return P(a reader shows `shown` | the plate has `true`) for canonical characters."""
    return _TABLE[shown, true]


def misread_share(shown: str, true: str) -> float:
    """Return P(the plate has `true` | a reader shows `shown` and is wrong), `true` differing from `shown`."""
    return _TABLE[shown, true] / _MISREADS[shown]


def look_alike(one: str, other: str) -> bool:
    """Tell whether two different canonical characters are known to be taken for one another."""
    return one != other and max(_TABLE[one, other], _TABLE[other, one]) > _LOOK_ALIKE
