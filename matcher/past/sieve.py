"""Which stored reads may be hits of newly listed plates: found among millions by arrays, before any is read in full.

Two sieves, each of which lets through every hit of a stated neighborhood and little else. The first one, here, compares
texts alone, millions a second. The second one, `matcher.past.room`, asks a read's own evidence whether it
leaves any room for the listed text; `Matcher.match` then decides about what is left.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self, cast

import numpy as np
import numpy.typing as npt

from matcher.characters.confusion import ALPHABET, CLASS_OF, skeleton
from matcher.characters.slots import MIN_PLATE_LENGTH
from matcher.index import HotlistIndex
from matcher.past.far import far_pairs
from matcher.searching.probes import variants
from schemas.plates import MAX_PLATE_LENGTH, WILDCARD, canonical_plate
from schemas.types import HotlistEntry

TEXT_BYTES: Final = MAX_PLATE_LENGTH
"""Bytes of one text in a block: ASCII, filled up with spaces."""

FAR_PLATES: Final = 50
"""Up to so many plates are found as far away as live matching finds them; more, within one step. Each adds some 7,000
texts of three million to those whose reads are asked, and a fifth to a half of a second where ten million are stored.
"""

_Keys = npt.NDArray[np.uint64]
_Rows = npt.NDArray[np.int64]

_SYMBOLS = frozenset(ALPHABET) | {WILDCARD}
_SPACE = ord(" ")
_CLASS_OF_BYTE = np.zeros(256, dtype=np.uint64)
for _character in ALPHABET:
    _CLASS_OF_BYTE[ord(_character)] = CLASS_OF[_character]
_V, _W = CLASS_OF["V"], CLASS_OF["W"]
_CLASS_COUNT = max(CLASS_OF.values())
_HASH_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_BITMAP_SHARE = 32
"""Places of the bitmap per key: of the texts that it lets through wrongly, there are few."""


class CountedIndex(HotlistIndex):
    """A part of the active entries that is as strict as all of them: its length is that of the whole lists."""

    active_entries: int = 0

    @classmethod
    def of(cls, entries: Iterable[HotlistEntry], as_of: Mapping[str, datetime], active_entries: int) -> Self:
        """Arrange a part of the entries.

        Args:
            entries: The part.
            as_of: Date of each list's content.
            active_entries: How many entries of all lists live reads are matched with.
        """
        index = cast(Self, cls.build(entries, as_of))
        index.active_entries = active_entries
        return index

    def __len__(self) -> int:
        return max(super().__len__(), self.active_entries)


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Keys in order, each with the row of its plate, and a bitmap of their hashes, which most texts do not get past."""

    keys: _Keys
    rows: _Rows
    bitmap: npt.NDArray[np.bool_]
    shift: np.uint64

    @classmethod
    def of(cls, keys: _Keys, rows: _Rows) -> _Table:
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

    def pairs(self, wanted: _Keys) -> tuple[_Rows, _Rows]:
        """Return every (place in `wanted`, row) whose keys are equal."""
        places = np.flatnonzero(self.bitmap[(wanted * _HASH_FACTOR) >> self.shift])
        first = np.searchsorted(self.keys, wanted[places], side="left")
        count = np.searchsorted(self.keys, wanted[places], side="right") - first
        # Places of the runs one after another: each run's first place, and how far along it we are.
        along = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        return np.repeat(places, count), self.rows[np.repeat(first, count) + along]


class PastSieve:
    """Finds the texts whose reads may be hits of some plates.

    For up to `FAR_PLATES` plates without `?` these are all texts that live matching reaches: with characters replaced
    by confusion classes, up to three differ, or one is lost or added and up to one differs. For more plates, whose
    texts would be a large part of all that there are, it is the neighborhood of `HotlistIndex`: one substitution,
    insertion or deletion, or VV and W. A read that is unsure of two characters is then missed where both left their
    class.

    Args:
        plates: Listed plates in any spelling. Those that no read can be matched with do not matter.
        far_plates: Instead of `FAR_PLATES`.
    """

    def __init__(self, plates: Iterable[str], far_plates: int = FAR_PLATES) -> None:
        self.plates = tuple(sorted({plate for plate in map(canonical_plate, plates) if _is_usable(plate)}))
        whole = [row for row, plate in enumerate(self.plates) if WILDCARD not in plate]
        self._keys = np.array([skeleton(self.plates[row]) for row in whole], dtype=np.uint64)
        self._lengths = np.array([len(self.plates[row]) for row in whole], dtype=np.int64)
        self._rows = np.array(whole, dtype=np.int64)
        self._near: tuple[_Table, _Table] | None = None
        if len(whole) > far_plates:
            near = _Table.of(*_neighbors(self._keys, self._lengths, self._rows))
            self._near = near, _Table.of(*_double_v_neighbors(self._keys, self._rows))
        self._partial = self._partial_tables()

    def _partial_tables(self) -> dict[tuple[int, int], _Table]:
        groups: dict[tuple[int, int], list[int]] = {}
        for row, plate in enumerate(self.plates):
            if WILDCARD in plate:
                mask = int("".join("0" if character == WILDCARD else "f" for character in plate), 16)
                groups.setdefault((len(plate), mask), []).append(row)
        return {
            group: _Table.of(
                np.array([skeleton(self.plates[row]) for row in rows], dtype=np.uint64), np.array(rows, dtype=np.int64)
            )
            for group, rows in groups.items()
        }

    def candidates(self, block: bytes) -> dict[str, tuple[str, ...]]:
        """Return the texts of a block that are in the neighborhood of a plate; see `PastSieve`.

        Args:
            block: Canonical texts of ASCII, `TEXT_BYTES` each, filled up with spaces.

        Returns:
            The canonical plates by text; texts without any are left out.
        """
        texts = np.frombuffer(block, dtype=np.uint8).reshape(-1, TEXT_BYTES)
        skeletons, lengths = _skeletons(texts)
        found = [self._pairs(texts, skeletons, lengths)]
        for (length, mask), table in self._partial.items():
            own = np.flatnonzero(lengths == length)
            places, rows = table.pairs(skeletons[own] & np.uint64(mask))
            found.append((own[places], rows))
        places = np.concatenate([places for places, _ in found])
        rows = np.concatenate([rows for _, rows in found])
        pairs: dict[str, set[str]] = {}
        spelled = _spelled(texts, places)
        # A text that is no plate has no skeleton.
        for text, row, key in zip(spelled, rows.tolist(), skeletons[places].tolist(), strict=True):
            if key:
                pairs.setdefault(text, set()).add(self.plates[row])
        return {text: tuple(sorted(plates)) for text, plates in pairs.items()}

    def _pairs(
        self, texts: npt.NDArray[np.uint8], skeletons: _Keys, lengths: npt.NDArray[np.int64]
    ) -> tuple[_Rows, _Rows]:
        """Return the pairs with plates without `?`."""
        if self._near is None:
            places, plates = far_pairs(skeletons, lengths, self._keys, self._lengths)
            return places, self._rows[plates]
        near, double_v = self._near
        found = near.pairs(skeletons), self._vv_pairs(double_v, texts, skeletons)
        return np.concatenate([places for places, _ in found]), np.concatenate([rows for _, rows in found])

    def _vv_pairs(self, double_v: _Table, texts: npt.NDArray[np.uint8], skeletons: _Keys) -> tuple[_Rows, _Rows]:
        """Return the pairs of VV and W: a skeleton does not tell V from its look-alikes, so that the text is asked."""
        places, rows = double_v.pairs(skeletons)
        listed = (skeleton(self.plates[row]) for row in rows.tolist())
        right = [
            key in {skeleton(other) for other in variants(text)}
            for text, key in zip(_spelled(texts, places), listed, strict=True)
        ]
        kept = np.array(right, dtype=np.bool_)
        return places[kept], rows[kept]


def _is_usable(plate: str) -> bool:
    known = len(plate) - plate.count(WILDCARD)
    return len(plate) <= TEXT_BYTES and known >= MIN_PLATE_LENGTH and _SYMBOLS.issuperset(plate)


def _spelled(texts: npt.NDArray[np.uint8], places: _Rows) -> list[str]:
    return [text.decode().rstrip() for text in texts[places].view(f"S{TEXT_BYTES}").ravel().tolist()]


def _skeletons(texts: npt.NDArray[np.uint8]) -> tuple[_Keys, npt.NDArray[np.int64]]:
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


def _neighbors(keys: _Keys, lengths: npt.NDArray[np.int64], rows: _Rows) -> tuple[_Keys, _Rows]:
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


def _double_v_neighbors(keys: _Keys, rows: _Rows) -> tuple[_Keys, _Rows]:
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
