"""Hotlist entries arranged so that a read finds the few that it may be. Arranged once; entries only ever go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from matcher.confusion import skeleton
from matcher.entry_arrays import EntryArrays, Unusable
from matcher.packing import WILD, Codes, Keys, keys_of, skeletons, wild_tags
from matcher.vocabulary import Vocabulary
from schemas.plates import MAX_PLATE_LENGTH
from schemas.types import HotlistEntry

Rows = npt.NDArray[np.int64]

BITMAP_BITS: Final = 25
"""A bit for each value of a key's top bits: 4 MiB, which a processor keeps near, rule out nearly every probe."""

_ENTRIES_PER_BUCKET: Final = 2
_BLOCK: Final = 16_384


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Arranged entries, of which some are gone.

    Rows are in the order of `keys`, uint64 (n,), which are the keys of the plates' skeletons. `offsets`, uint32, says
    where the rows begin whose keys begin with each value of their top bits; `bitmap` has the bits of all keys' tops.
    `masks` are the known places of entries with `?`: for each length the distinct masks over skeletons, uint64.
    `by_id`, uint32 (n,), has the rows in the order of their ids' low halves.
    `gone` is bool (n,); everything else is shared with the layer that this one was made from.
    """

    entries: EntryArrays
    keys: Keys
    offsets: npt.NDArray[np.uint32]
    bitmap: npt.NDArray[np.uint8]
    masks: tuple[Keys, ...]
    by_id: npt.NDArray[np.uint32]
    gone: npt.NDArray[np.bool_]
    size: int
    """How many entries are there still."""

    @classmethod
    def build(cls, entries: EntryArrays, codes: Codes) -> Layer:
        """Arrange entries, each id once.

        Args:
            entries: The entries.
            codes: Their plates' codes, uint8 (n, 12).
        """
        # A block of them at a time stays in the processor's cache.
        blocks = range(0, max(len(codes), 1), _BLOCK)
        keys = np.concatenate([keys_of(skeletons(codes[begin : begin + _BLOCK])) for begin in blocks])
        order = np.argsort(keys)
        keys = keys[order]
        entries = entries.taken(order)
        return cls(
            entries,
            keys,
            _offsets(keys),
            _bitmap(keys),
            _masks(codes),
            np.argsort(entries.entry_ids[:, 1]).astype(np.uint32),
            np.zeros(len(keys), dtype=np.bool_),
            len(keys),
        )

    @classmethod
    def empty(cls, vocabulary: Vocabulary) -> Layer:
        """Return a layer without entries."""
        entries, codes, _ = EntryArrays.of((), vocabulary)
        return cls.build(entries, codes)

    @property
    def shift(self) -> int:
        """By how many bits a key is shifted to give its place in `offsets`."""
        return 64 - (len(self.offsets) - 1).bit_length() + 1

    def searched_bytes(self) -> int:
        """Return the size of the arrays that a search looks at."""
        arrays = (self.keys, self.offsets, self.bitmap, self.gone, self.entries.plates, self.entries.jurisdictions)
        return sum(array.nbytes for array in arrays)

    def there(self) -> EntryArrays:
        """Return the entries that are there still."""
        return self.entries if self.size == len(self.entries) else self.entries.taken(~self.gone)

    def find(self, canonical: str, probes: Keys) -> list[int]:
        """Return the rows in the neighborhood of a read, each once.

        Args:
            canonical: Canonical text of the read.
            probes: Its skeletons, from `probe_skeletons`; uint64.
        """
        if not self.size:
            return []
        length = len(canonical)
        masks = self.masks[length] if length <= MAX_PLATE_LENGTH else self.masks[0]
        partial = (np.uint64(skeleton(canonical)) & masks) | wild_tags(np.full(len(masks), length))
        wanted = np.unique(np.concatenate([probes, partial]))
        keys = keys_of(wanted)
        first = np.searchsorted(self.keys, keys, side="left")
        last = np.searchsorted(self.keys, keys, side="right")
        rows = [row for i in np.flatnonzero(first < last) for row in range(first[i], last[i])]
        return [row for row in rows if not self.gone[row]]

    def rows_of(self, entry_ids: Keys) -> Rows:
        """Return the rows of those entries that are there still.

        Args:
            entry_ids: uint64 (n, 2), as `EntryArrays.entry_ids`.
        """
        if not len(entry_ids) or not self.size:
            return np.empty(0, dtype=np.int64)
        ids = self.entries.entry_ids
        found = []
        # The low halves decide nearly always; entries that share one lie beside each other.
        places = self._first_not_below(entry_ids[:, 1])
        while len(places):
            there = places < len(ids)
            places, entry_ids = places[there], entry_ids[there]
            rows = self.by_id[places].astype(np.int64)
            near = ids[rows, 1] == entry_ids[:, 1]
            same = near & (ids[rows, 0] == entry_ids[:, 0])
            found.append(rows[same])
            places, entry_ids = places[near & ~same] + 1, entry_ids[near & ~same]
        rows = np.unique(np.concatenate(found))
        return rows[~self.gone[rows]]

    def _first_not_below(self, wanted: Keys) -> Rows:
        """Return for each low half the first place of `by_id` whose entry's is not smaller: bisected all at once."""
        lows = self.entries.entry_ids[:, 1]
        first = np.zeros(len(wanted), dtype=np.int64)
        end = np.full(len(wanted), len(lows), dtype=np.int64)
        while (first < end).any():
            middle = (first + end) // 2
            below = (first < end) & (lows[self.by_id[np.minimum(middle, len(lows) - 1)]] < wanted)
            end = np.where(below | (first >= end), end, middle)
            first = np.where(below, middle + 1, first)
        return first

    def without(self, entry_ids: Keys) -> Layer:
        """Return the layer without some entries (uint64 (n, 2)); those that are not there do not matter."""
        return self._without_rows(self.rows_of(entry_ids))

    def without_list(self, hotlist_id: str) -> Layer:
        """Return the layer without a list's entries."""
        number = self.entries.vocabulary.hotlists.known(hotlist_id)
        return self._without_rows(np.flatnonzero(self.entries.hotlists == number))

    def _without_rows(self, rows: Rows) -> Layer:
        if not len(rows):
            return self
        gone = self.gone.copy()
        gone[rows] = True
        return replace(self, gone=gone, size=len(self.entries) - int(np.count_nonzero(gone)))


def _offsets(keys: Keys) -> npt.NDArray[np.uint32]:
    bits = max(1, (len(keys) // _ENTRIES_PER_BUCKET).bit_length())
    tops = keys >> np.uint64(64 - bits)
    return np.searchsorted(tops, np.arange((1 << bits) + 1, dtype=np.uint64)).astype(np.uint32)


def _bitmap(keys: Keys) -> npt.NDArray[np.uint8]:
    bits = np.zeros(1 << BITMAP_BITS, dtype=np.bool_)
    bits[keys >> np.uint64(64 - BITMAP_BITS)] = True
    return np.packbits(bits, bitorder="little")


def _masks(codes: Codes) -> tuple[Keys, ...]:
    """Return the distinct masks of plates with `?` by plate length, 0 to 12."""
    wild = codes[(codes == WILD).any(axis=1)]
    found: list[set[int]] = [set() for _ in range(MAX_PLATE_LENGTH + 1)]
    for row in np.unique(np.where(wild == WILD, 1, np.where(wild > WILD, 2, 0)), axis=0).tolist() if len(wild) else ():
        places = [kind for kind in row if kind != 2]
        found[len(places)].add(int("".join("0" if kind else "f" for kind in places), 16))
    return tuple(np.array(sorted(masks), dtype=np.uint64) for masks in found)


def arranged(entries: Iterable[HotlistEntry], vocabulary: Vocabulary) -> tuple[Layer, list[Unusable]]:
    """Return a layer of hotlist entries, and those that cannot be matched."""
    arrays, codes, unusable = EntryArrays.of(entries, vocabulary)
    return Layer.build(arrays, codes), unusable
