"""Hotlist entries arranged so that a read finds the few that it may be. Arranged once; entries only ever go."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import numpy.typing as npt

from matcher.confusion import ALPHABET, skeleton
from matcher.evidence import MIN_PLATE_LENGTH
from schemas.plates import MAX_PLATE_LENGTH, WILDCARD, canonical_plate
from schemas.types import HotlistEntry

_SYMBOLS = frozenset(ALPHABET) | {WILDCARD}
_LOW_HALF = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Unusable:
    """An entry that no read can be matched with, and why."""

    entry_id: UUID
    hotlist_id: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class _Sorted:
    """Keys in order, each with the row it belongs to. uint64 (n,) and uint32 (n,)."""

    keys: npt.NDArray[np.uint64]
    rows: npt.NDArray[np.uint32]

    @classmethod
    def of(cls, keys: list[int], rows: Iterable[int]) -> _Sorted:
        keys_array = np.array(keys, dtype=np.uint64)
        rows_array = np.fromiter(rows, dtype=np.uint32, count=len(keys))
        order = np.argsort(keys_array, kind="stable")
        return cls(keys_array[order], rows_array[order])

    def find(self, wanted: npt.NDArray[np.uint64]) -> Iterator[int]:
        """Yield the rows whose key is one of `wanted`."""
        first = np.searchsorted(self.keys, wanted, side="left")
        last = np.searchsorted(self.keys, wanted, side="right")
        for i in np.flatnonzero(first < last):
            yield from self.rows[first[i] : last[i]].tolist()


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Arranged entries, of which some are gone.

    `gone` is bool (n,), by row; everything else is shared with the layer that this one was made from.
    """

    entries: tuple[HotlistEntry, ...]
    plates: tuple[str, ...]
    whole: _Sorted
    partial: Mapping[int, Mapping[int, _Sorted]]
    ids: _Sorted
    gone: npt.NDArray[np.bool_]
    size: int
    """How many entries are there still."""

    @classmethod
    def build(cls, entries: Iterable[HotlistEntry]) -> tuple[Layer, list[Unusable]]:
        """Arrange entries, each id once; return them with those that cannot be matched."""
        kept: list[HotlistEntry] = []
        plates: list[str] = []
        unusable: list[Unusable] = []
        whole: tuple[list[int], list[int]] = ([], [])
        partial: dict[int, dict[int, tuple[list[int], list[int]]]] = {}
        for entry in entries:
            plate = canonical_plate(entry.plate)
            reason = _why_unusable(plate)
            if reason:
                unusable.append(Unusable(entry.entry_id, entry.hotlist_id, reason))
                continue
            if WILDCARD in plate:
                keys, rows = partial.setdefault(len(plate), {}).setdefault(_known_mask(plate), ([], []))
            else:
                keys, rows = whole
            keys.append(skeleton(plate))
            rows.append(len(kept))
            kept.append(entry)
            plates.append(plate)
        layer = cls(
            tuple(kept),
            tuple(plates),
            _Sorted.of(*whole),
            {n: {mask: _Sorted.of(*pairs) for mask, pairs in masks.items()} for n, masks in partial.items()},
            _Sorted.of([entry.entry_id.int & _LOW_HALF for entry in kept], range(len(kept))),
            np.zeros(len(kept), dtype=np.bool_),
            len(kept),
        )
        return layer, unusable

    def __iter__(self) -> Iterator[HotlistEntry]:
        """Yield the entries that are there still."""
        for entry, gone in zip(self.entries, self.gone.tolist(), strict=True):
            if not gone:
                yield entry

    def find(self, canonical: str, probes: npt.NDArray[np.uint64]) -> Iterator[int]:
        """Yield the rows in the neighborhood of a read, each once.

        Args:
            canonical: Canonical text of the read.
            probes: Its skeletons, from `probe_skeletons`.
        """
        if not self.size:
            return
        for row in self.whole.find(probes):
            if not self.gone[row]:
                yield row
        own = skeleton(canonical)
        for mask, group in self.partial.get(len(canonical), {}).items():
            for row in group.find(np.array([own & mask], dtype=np.uint64)):
                if not self.gone[row]:
                    yield row

    def rows_of(self, entry_ids: Collection[UUID]) -> list[int]:
        """Return the rows of those entries that are there still."""
        by_half: dict[int, list[UUID]] = {}
        for entry_id in entry_ids:
            by_half.setdefault(entry_id.int & _LOW_HALF, []).append(entry_id)
        found = self.ids.find(np.fromiter(by_half, dtype=np.uint64, count=len(by_half)))
        wanted = set(entry_ids)
        return [row for row in found if self.entries[row].entry_id in wanted and not self.gone[row]]

    def without(self, entry_ids: Collection[UUID]) -> Layer:
        """Return the layer without some entries; those that are not there do not matter."""
        return self._without_rows(self.rows_of(entry_ids))

    def without_list(self, hotlist_id: str) -> Layer:
        """Return the layer without a list's entries."""
        return self._without_rows([row for row, entry in enumerate(self.entries) if entry.hotlist_id == hotlist_id])

    def _without_rows(self, rows: list[int]) -> Layer:
        if not rows:
            return self
        gone = self.gone.copy()
        gone[rows] = True
        size = len(self.entries) - int(np.count_nonzero(gone))
        return Layer(self.entries, self.plates, self.whole, self.partial, self.ids, gone, size)


def _known_mask(plate: str) -> int:
    """Bits of the known characters of a plate with `?`."""
    return int("".join("0" if character == WILDCARD else "f" for character in plate), 16)


def _why_unusable(plate: str) -> str | None:
    if not MIN_PLATE_LENGTH <= len(plate) <= MAX_PLATE_LENGTH:
        return f"the plate has {len(plate)} characters; {MIN_PLATE_LENGTH} to {MAX_PLATE_LENGTH} can be matched"
    if not _SYMBOLS.issuperset(plate):
        return "the plate holds a character that is no Latin letter or digit"
    if len(plate) - plate.count(WILDCARD) < MIN_PLATE_LENGTH:
        return f"fewer than {MIN_PLATE_LENGTH} characters are known"
    return None
