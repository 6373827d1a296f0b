"""Hotlist entries arranged so that a read finds the few that it may be. Arranged once; entries only ever go."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from matcher.arrays.entries import EntryArrays, Unusable
from matcher.arrays.pace import AT_ONCE, Pace
from matcher.arrays.packing import PARTIAL, WILD, Codes, Keys, codes_of_packed, keys_of, skeletons, wild_tags
from matcher.arrays.vocabulary import Vocabulary
from matcher.characters.confusion import skeleton
from schemas.plates import MAX_PLATE_LENGTH
from schemas.types import HotlistEntry

Rows = npt.NDArray[np.int64]

BITMAP_BITS: Final = 25
"""A bit for each value of a key's top bits: 4 MiB, which a processor keeps near, rule out nearly every probe."""

_ENTRIES_PER_BUCKET: Final = 2
_STEP: Final = 256
_MANY: Final = 100


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Layer:
    """Arranged entries, of which some are gone.

    Rows are in the order of `keys`, uint64 (n,), which are the keys of the plates' skeletons. `offsets`, uint32, says
    where the rows begin whose keys begin with each value of their top bits; `bitmap` has the bits of all keys' tops.
    `masks` are the known places of entries with `?`: for each length the distinct masks over skeletons, uint64;
    `partial`, uint32, has the rows of these entries.
    `by_id`, uint32 (n,), has the rows in the order of their ids' low halves.
    `gone` is bool (n,); everything else is shared with the layer that this one was made from.
    """

    entries: EntryArrays
    keys: Keys
    offsets: npt.NDArray[np.uint32]
    bitmap: npt.NDArray[np.uint8]
    masks: tuple[Keys, ...]
    partial: npt.NDArray[np.uint32]
    by_id: npt.NDArray[np.uint32]
    gone: npt.NDArray[np.bool_]
    size: int
    """How many entries are there still."""

    @classmethod
    def build(cls, entries: EntryArrays, pace: Pace = AT_ONCE) -> Layer:
        """Arrange entries.

        Args:
            entries: The entries, each id once.
            pace: How much of it at a time; what takes the whole list at once, as sorting does, is no less.
        """
        found = np.empty(len(entries), dtype=np.uint64)
        for block in pace.blocks(len(entries)):
            found[block] = skeletons(entries.plates[block])
        keys = keys_of(found)
        order = np.argsort(keys)
        pace.pause()
        keys, entries = keys[order], entries.taken(order, pace)
        offsets = _offsets(keys)
        pace.pause()
        bitmap = _bitmap(keys, pace)
        by_id = np.argsort(entries.entry_ids[:, 1]).astype(np.uint32)
        pace.pause()
        partial = np.flatnonzero(found[order] >= PARTIAL).astype(np.uint32)
        masks = _masks(codes_of_packed(entries.plates[partial]))
        gone = np.zeros(len(keys), dtype=np.bool_)
        return cls(entries, keys, offsets, bitmap, masks, partial, by_id, gone, len(keys))

    @classmethod
    def empty(cls, vocabulary: Vocabulary) -> Layer:
        """Return a layer without entries."""
        return cls.build(EntryArrays.joined((), vocabulary))

    @property
    def shift(self) -> int:
        """By how many bits a key is shifted to give its place in `offsets`."""
        return 64 - (len(self.offsets) - 1).bit_length() + 1

    def searched_bytes(self) -> int:
        """Return the size of the arrays that a search looks at."""
        arrays = (self.keys, self.offsets, self.bitmap, self.gone, self.entries.plates, self.entries.jurisdictions)
        return sum(array.nbytes for array in arrays)

    def there(self, pace: Pace = AT_ONCE) -> EntryArrays:
        """Return the entries that are there still."""
        return self.entries if self.size == len(self.entries) else self.entries.taken(~self.gone, pace)

    def partial_entries(self) -> tuple[Codes, list[str | None]]:
        """Return the plates with `?` that are there still, uint8 (n, 12), and their states."""
        rows = self.partial[~self.gone[self.partial]]
        texts = self.entries.vocabulary.jurisdictions.texts
        states = [texts[number] for number in self.entries.jurisdictions[rows].tolist()]
        return codes_of_packed(self.entries.plates[rows]), states

    def count_near(self, states: Collection[str]) -> int:
        """Return how many entries that are there still have one of these states, or none."""
        known = self.entries.vocabulary.jurisdictions.known
        counts = np.bincount(self.entries.jurisdictions[~self.gone], minlength=1)
        return int(counts[0] + sum(counts[number] for number in map(known, states) if 0 < number < len(counts)))

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

    def rows_of(self, entry_ids: Keys, pace: Pace = AT_ONCE) -> Rows:
        """Return the rows of those entries that are there still; the rows of ids that are there twice, twice.

        Args:
            entry_ids: uint64 (n, 2), as `EntryArrays.entry_ids`.
            pace: How many at a time.
        """
        found = [np.empty(0, dtype=np.int64)]
        if self.size:
            samples = self._samples() if len(entry_ids) > _MANY else None
            found += [self._rows_of(entry_ids[block], samples) for block in pace.blocks(len(entry_ids))]
        rows = np.concatenate(found)
        return rows[~self.gone[rows]]

    def _rows_of(self, entry_ids: Keys, samples: Keys | None) -> Rows:
        ids = self.entries.entry_ids
        found = [np.empty(0, dtype=np.int64)]
        # The low halves decide nearly always; entries that share one lie beside each other.
        places = self._first_not_below(entry_ids[:, 1], samples)
        while len(places):
            there = places < len(ids)
            places, entry_ids = places[there], entry_ids[there]
            rows = self.by_id[places].astype(np.int64)
            near = ids[rows, 1] == entry_ids[:, 1]
            same = near & (ids[rows, 0] == entry_ids[:, 0])
            found.append(rows[same])
            places, entry_ids = places[near & ~same] + 1, entry_ids[near & ~same]
        return np.concatenate(found)

    def _samples(self) -> Keys:
        """Return every so many of the low halves in order: the way to them is shorter for whoever looks for many."""
        samples: Keys = self.entries.entry_ids[self.by_id[::_STEP], 1]
        return samples

    def _first_not_below(self, wanted: Keys, samples: Keys | None) -> Rows:
        """Return for each low half the first place of `by_id` whose entry's is not smaller: bisected all at once."""
        lows = self.entries.entry_ids[:, 1]
        first, size = np.zeros(len(wanted), dtype=np.int64), len(lows)
        if samples is not None:
            first, size = np.maximum(np.searchsorted(samples, wanted) - 1, 0) * _STEP, _STEP
        while size:
            half = (size + 1) // 2
            middle = first + (half - 1)
            row = self.by_id[np.minimum(middle, len(lows) - 1)]
            first = np.where((middle < len(lows)) & (lows[row] < wanted), middle + 1, first)
            size -= half
        return first

    def without(self, entry_ids: Keys, pace: Pace = AT_ONCE) -> Layer:
        """Return the layer without some entries (uint64 (n, 2)); those that are not there do not matter."""
        return self._without_rows(self.rows_of(entry_ids, pace))

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
    counts = np.bincount((keys >> np.uint64(64 - bits)).astype(np.int64), minlength=1 << bits)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.uint32)


def _bitmap(keys: Keys, pace: Pace) -> npt.NDArray[np.uint8]:
    """Return the bits of sorted keys."""
    found = np.zeros((1 << BITMAP_BITS) // 8, dtype=np.uint8)
    for block in pace.blocks(len(keys)):
        tops = (keys[block] >> np.uint64(64 - BITMAP_BITS)).astype(np.int64)
        places = tops >> 3
        first = np.flatnonzero(np.concatenate([[True], places[1:] != places[:-1]]))
        found[places[first]] |= np.bitwise_or.reduceat(np.left_shift(1, tops & 7).astype(np.uint8), first)
    return found


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
    arrays, unusable = EntryArrays.of(entries, vocabulary)
    return Layer.build(arrays), unusable
