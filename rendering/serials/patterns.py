"""The language in which serial formats are written: what a pattern allows, matches and draws.

`A` a letter of the state, `9` a digit, `0` a digit other than zero, `X` either; a lower-case letter stands for itself,
as does anything in quotes; `[ABC]` is one of the characters, `<1-67>` a number without leading zeros, `{..}` a stack of
small characters that is read from top to bottom. Space, `-`, `·`, `*` (emblem) and `/` (next line) are marks between
characters and no part of the serial's text.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from schemas.errors import ConfigurationError

__all__ = ["MARKS", "Part", "count", "draw", "lengths", "parse_pattern", "text_regex"]

MARKS: Final = " -·*/"

_DIGITS: Final = "0123456789"
_TOKEN: Final = re.compile(r"'([^']+)'|\[([A-Z0-9]+)\]|<(\d+)-(\d+)>|([A09X])|([a-z])|([ \-·*/])|([{}])")
# What a reader may write for what stands there: O and Q for a zero, I for a one, and the other way round.
_LOOK_ALIKES: Final = {"0": "0OQ", "1": "1I", "O": "O0Q", "Q": "Q0O", "I": "I1"}


@dataclass(frozen=True, slots=True)
class Part:
    """One place of a pattern.

    Attributes:
        choices: what may stand there: single characters, or numbers of one or two digits; empty for a mark.
        mark: a separator, emblem or line break of `MARKS`; "" for a place of the serial.
        stack: 0 for full-size characters, else the number of the stack of small ones it belongs to, from 1.
    """

    choices: tuple[str, ...]
    mark: str = ""
    stack: int = 0


@cache
def parse_pattern(pattern: str, letters: str) -> tuple[Part, ...]:
    """Read a pattern.

    Args:
        pattern: in the language of this module.
        letters: what `A` and `X` stand for.

    Returns:
        Its places and marks, from left to right.

    Raises:
        ConfigurationError: if the pattern is not of the language.
    """
    parts: list[Part] = []
    position = 0
    stacks, stack = 0, 0
    while position < len(pattern):
        token = _TOKEN.match(pattern, position)
        # A stack opens where none is open, and closes where one is.
        if token is None or (token[8] and (token[8] == "{") == bool(stack)):
            raise ConfigurationError(
                f"serial pattern {pattern!r} has {pattern[position]!r} at character {position + 1}: expected a slot, "
                "a literal, a range or a mark"
            )
        position = token.end()
        if token[8]:
            stacks += token[8] == "{"
            stack = stacks if token[8] == "{" else 0
        elif token[7]:
            parts.append(Part((), token[7]))
        else:
            parts.extend(Part(choices, "", stack) for choices in _choices(token, letters))
    if stack:
        raise ConfigurationError(f"serial pattern {pattern!r} opens a stack and does not close it: add }}")
    return tuple(parts)


def text_regex(parts: tuple[Part, ...], *, folded: bool = False) -> re.Pattern[str]:
    """Return what matches the serials of a pattern, one group for each place.

    Args:
        parts: the pattern.
        folded: take O, Q and 0, and I and 1, for the same, as readers do.
    """
    return re.compile("".join(_group(part.choices, folded) for part in parts if not part.mark))


def count(parts: tuple[Part, ...]) -> int:
    """Return how many serials the pattern has."""
    return math.prod(len(part.choices) for part in parts if not part.mark)


def lengths(parts: tuple[Part, ...]) -> frozenset[int]:
    """Return how many characters its serials may have."""
    found = {0}
    for part in parts:
        if not part.mark:
            widths = {len(choice) for choice in part.choices}
            found = {length + width for length in found for width in widths}
    return frozenset(found)


def draw(parts: tuple[Part, ...], rng: np.random.Generator) -> str:
    """Draw one of the pattern's serials, every one as likely as any other."""
    return "".join(part.choices[int(rng.integers(len(part.choices)))] for part in parts if not part.mark)


def _choices(token: re.Match[str], letters: str) -> list[tuple[str, ...]]:
    quoted, one_of, low, high, slot, literal = token.groups()[:6]
    if quoted:
        return [(character,) for character in quoted]
    if one_of:
        return [tuple(one_of)]
    if low:
        return [tuple(str(number) for number in range(int(low), int(high) + 1))]
    if literal:
        return [(literal.upper(),)]
    return [tuple({"A": letters, "9": _DIGITS, "0": _DIGITS[1:], "X": letters + _DIGITS}[slot])]


def _group(choices: tuple[str, ...], folded: bool) -> str:
    if folded:
        spelled = ["".join(f"[{_LOOK_ALIKES.get(character, character)}]" for character in word) for word in choices]
    else:
        spelled = list(choices)
    if all(len(choice) == 1 for choice in choices):
        return "([" + "".join(spelled).replace("[", "").replace("]", "") + "])"
    # Longer numbers first, so that 12 is not taken for 1 where both are county codes; the rest decides by backtracking.
    return "(" + "|".join(sorted(spelled, key=len, reverse=True)) + ")"
