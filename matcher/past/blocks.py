"""Blocks of stored texts, with the skeletons of all of them at once."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from matcher.characters.confusion import ALPHABET, CLASS_OF
from matcher.characters.slots import MIN_PLATE_LENGTH
from matcher.past.key_table import Keys, Rows
from schemas.plates import MAX_PLATE_LENGTH

TEXT_BYTES: Final = MAX_PLATE_LENGTH
"""Bytes of one text in a block: ASCII, filled up with spaces."""

Texts = npt.NDArray[np.uint8]
"""(n, TEXT_BYTES)."""

_SPACE = ord(" ")
_CLASS_OF_BYTE = np.zeros(256, dtype=np.uint64)
for _character in ALPHABET:
    _CLASS_OF_BYTE[ord(_character)] = CLASS_OF[_character]


def texts_of(block: bytes) -> Texts:
    """Return the texts of a block."""
    return np.frombuffer(block, dtype=np.uint8).reshape(-1, TEXT_BYTES)


def spelled(texts: Texts, places: Rows) -> list[str]:
    """Return the texts at some places."""
    return [text.decode().rstrip() for text in texts[places].view(f"S{TEXT_BYTES}").ravel().tolist()]


def text_skeletons(texts: Texts) -> tuple[Keys, npt.NDArray[np.int64]]:
    """Return the texts' skeletons and lengths; both are zero for what is no plate."""
    keys = np.zeros(len(texts), dtype=np.uint64)
    lengths = np.zeros(len(texts), dtype=np.int64)
    wrong = np.zeros(len(texts), dtype=np.bool_)
    for place in range(TEXT_BYTES):
        column = texts[:, place]
        filled = column != _SPACE
        classes = _CLASS_OF_BYTE[column]
        keys = np.where(filled, keys << np.uint64(4) | classes, keys)
        lengths += filled
        wrong |= filled & (classes == 0)
    wrong |= lengths < MIN_PLATE_LENGTH
    keys[wrong] = 0
    lengths[wrong] = 0
    return keys, lengths
