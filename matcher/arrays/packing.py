"""Plates as numbers: characters as codes, a whole plate in 64 bits, its skeleton, and the key that is sorted by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from matcher.characters.confusion import ALPHABET, CLASS_OF
from schemas.plates import MAX_PLATE_LENGTH, WILDCARD

Codes = npt.NDArray[np.uint8]
Bytes = npt.NDArray[np.uint8]
Keys = npt.NDArray[np.uint64]

LAYOUT: Final = 2
"""Grows when what is made here changes, so that indexes that were saved before are not loaded."""

WILD: Final = len(ALPHABET)
"""Code of `?`; the codes below it are places in `ALPHABET`."""

NONE: Final = WILD + 1
"""Code of a place after a plate's end."""

FOREIGN: Final = 255
"""Code of a character that no plate has."""

BASE: Final = NONE + 1
"""A plate is a number of so many different digits, `NONE` as digit zero; twelve of them fit into 64 bits."""

PARTIAL: Final = 1 << 63
"""The skeletons of plates with `?` have this bit, the others have not."""

SPREAD: Final = 0x9E3779B97F4A7C15
"""Odd, so that multiplying by it gives every skeleton a key of its own, with its top bits well mixed.

Source: Knuth, The Art of Computer Programming 3, 6.4: multiplicative hashing with the golden ratio.
"""


def _lookup() -> Codes:
    table = np.full(256, FOREIGN, dtype=np.uint8)
    for code, character in enumerate(ALPHABET):
        table[ord(character)] = code
    table[ord("O")] = table[ord("0")]
    table[ord(WILDCARD)] = WILD
    table[0] = NONE
    return table


_CODE_OF_BYTE: Final = _lookup()
CLASS_OF_CODE: Final = np.array([*(CLASS_OF[character] for character in ALPHABET), 0, 0], dtype=np.uint8)
"""Class number of every code; 0 for `?` and for no character."""

_SYMBOLS: Final = (*ALPHABET, WILDCARD)

_PAIR: Final = np.uint64(BASE * BASE)
_CLASSES: Final = np.uint64((1 << 4 * MAX_PLATE_LENGTH) - 1)
_ABSENT_SHIFT: Final = np.uint64(4 * MAX_PLATE_LENGTH)
_WILD_SHIFT: Final = np.uint64(4 * MAX_PLATE_LENGTH + 8)


def _pair_tables() -> list[Keys]:
    """Return for each two places of a plate, the last ones first, what their two digits say, so that it adds up.

    The classes stand where they do in the skeleton of a plate of twelve characters; above them the number of absent
    characters, and above that the number of `?`.
    """
    digits = np.arange(BASE)
    is_none, is_wild = (digits == 0).astype(np.uint64), (digits == WILD + 1).astype(np.uint64)
    classes = np.array([0, *CLASS_OF_CODE[:NONE]], dtype=np.uint64)
    said = classes | is_none << _ABSENT_SHIFT | is_wild << _WILD_SHIFT
    shifted = (classes << np.uint64(4)) + (said - classes)
    pair = (shifted[:, None] + said[None, :]).reshape(-1)
    above = pair & ~_CLASSES
    return [(pair & _CLASSES) << np.uint64(8 * place) | above for place in range(MAX_PLATE_LENGTH // 2)]


_PAIRS: Final = _pair_tables()


def codes_of(texts: Sequence[str]) -> Codes:
    """Return plates' codes, the letter O as the digit zero.

    Args:
        texts: Normalized plates; characters after the twelfth are left out.

    Returns:
        uint8 (n, 12), `NONE` after a plate's end, `FOREIGN` for characters that no plate has.
    """
    return codes_of_bytes(bytes_of(texts))


def bytes_of(texts: Sequence[str]) -> Bytes:
    """Return plates' characters.

    Args:
        texts: Normalized plates; characters after the thirteenth, which shows that a text is too long, are left out.

    Returns:
        uint8 (n, 13), 0 after a plate's end; characters outside ASCII as `!`.
    """
    try:
        padded = np.array(texts, dtype=f"S{MAX_PLATE_LENGTH + 1}")
    except UnicodeEncodeError:
        plain = [text if text.isascii() else re.sub(r"[^\x00-\x7f]", "!", text) for text in texts]
        padded = np.array(plain, dtype=f"S{MAX_PLATE_LENGTH + 1}")
    return padded.view(np.uint8).reshape(len(texts), MAX_PLATE_LENGTH + 1)


def codes_of_bytes(characters: Bytes) -> Codes:
    """Return the codes of plates, uint8 (n, 12), from their characters, uint8 (n, 13)."""
    return _CODE_OF_BYTE[characters[:, :MAX_PLATE_LENGTH]]


def pack(codes: Codes) -> Keys:
    """Return each plate as one number.

    Places after the plate's end are digits zero, at the number's end, so that the first character is the highest digit.

    Args:
        codes: uint8 (n, 12) without `FOREIGN`.

    Returns:
        uint64 (n,): different plates have different numbers.
    """
    packed = np.zeros(len(codes), dtype=np.uint64)
    for place in range(MAX_PLATE_LENGTH):
        digit = np.where(codes[:, place] == NONE, 0, codes[:, place] + 1).astype(np.uint64)
        packed = packed * np.uint64(BASE) + digit
    return packed


def unpack(packed: int) -> str:
    """Return the canonical plate of a number of `pack`."""
    characters = []
    while packed:
        packed, digit = divmod(packed, BASE)
        if digit:
            characters.append(_SYMBOLS[digit - 1])
    return "".join(reversed(characters))


def codes_of_packed(packed: Keys) -> Codes:
    """Return the codes of packed plates: the other way of `pack`.

    Args:
        packed: uint64 (n,).

    Returns:
        uint8 (n, 12).
    """
    digits = np.zeros((len(packed), MAX_PLATE_LENGTH), dtype=np.uint8)
    rest = packed.copy()
    for place in reversed(range(MAX_PLATE_LENGTH)):
        rest, digits[:, place] = np.divmod(rest, np.uint64(BASE))
    return np.where(digits == 0, NONE, digits - 1).astype(np.uint8)


def skeletons(packed: Keys) -> Keys:
    """Return plates' skeletons, as `matcher.characters.confusion.skeleton` has them; with a tag where a plate has `?`.

    Args:
        packed: uint64 (n,), of `pack`.

    Returns:
        uint64 (n,).
    """
    found = np.zeros(len(packed), dtype=np.uint64)
    rest = packed
    for table in _PAIRS:
        above = rest // _PAIR
        found += table[rest - above * _PAIR]
        rest = above
    absent = found >> _ABSENT_SHIFT & np.uint64(15)
    skeleton = (found & _CLASSES) >> (absent * np.uint64(4))
    tags = wild_tags(np.uint64(MAX_PLATE_LENGTH) - absent)
    return np.where(found >> _WILD_SHIFT != 0, skeleton | tags, skeleton)


def wild_tags(lengths: npt.NDArray[Any]) -> Keys:
    """Return what the skeletons of plates with `?` have besides their classes, so that they stay apart from others.

    Args:
        lengths: The plates' lengths, (n,).
    """
    return np.uint64(PARTIAL) | (lengths.astype(np.uint64) << np.uint64(56))


def keys_of(skeleton: Keys) -> Keys:
    """Return the keys of skeletons: each another one, spread over all 64 bits."""
    return skeleton * np.uint64(SPREAD)
