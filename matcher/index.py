"""Active hotlist entries, arranged so that a read finds the few that it may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
import numpy.typing as npt

from matcher.confusion import ALPHABET, skeleton
from matcher.evidence import MIN_PLATE_LENGTH
from matcher.probes import probe_skeletons
from schemas.plates import MAX_PLATE_LENGTH, WILDCARD, canonical_plate
from schemas.types import HotlistEntry

_SYMBOLS = frozenset(ALPHABET) | {WILDCARD}


@dataclass(frozen=True, slots=True, eq=False)
class _Sorted:
    """Skeletons in order, each with the row it belongs to. uint64 (n,) and uint32 (n,)."""

    keys: npt.NDArray[np.uint64]
    rows: npt.NDArray[np.uint32]

    @classmethod
    def of(cls, pairs: list[tuple[int, int]]) -> _Sorted:
        keys = np.fromiter((key for key, _ in pairs), dtype=np.uint64, count=len(pairs))
        rows = np.fromiter((row for _, row in pairs), dtype=np.uint32, count=len(pairs))
        order = np.argsort(keys, kind="stable")
        return cls(keys[order], rows[order])

    def find(self, wanted: npt.NDArray[np.uint64]) -> Iterator[int]:
        """Yield the rows whose skeleton is one of `wanted`."""
        first = np.searchsorted(self.keys, wanted, side="left")
        last = np.searchsorted(self.keys, wanted, side="right")
        for i in np.flatnonzero(first < last):
            yield from self.rows[first[i] : last[i]].tolist()


class HotlistIndex:
    """An immutable index of hotlist entries. Build one with `HotlistIndex.build`; a new list means a new index.

    Its neighborhood: with characters replaced by confusion classes, an entry without `?` is a candidate when its text
    is within one substitution, insertion or deletion of the read's, or equals one of the read's VV/W variants. An
    entry with `?` is a candidate when it is as long as the read and the classes of its known characters are equal.
    """

    def __init__(
        self,
        entries: tuple[HotlistEntry, ...],
        plates: tuple[str, ...],
        whole: _Sorted,
        partial: Mapping[int, Mapping[int, _Sorted]],
        as_of: Mapping[str, datetime],
        unusable: tuple[tuple[UUID, str], ...],
    ) -> None:
        self._entries = entries
        self._plates = plates
        self._whole = whole
        self._partial = partial
        self.as_of = as_of
        """Date of each list's content, by hotlist id."""
        self.unusable = unusable
        """Entries that no read can be matched with, as (entry id, reason)."""

    @classmethod
    def build(cls, entries: Iterable[HotlistEntry], as_of: Mapping[str, datetime] | None = None) -> HotlistIndex:
        """Arrange entries.

        Args:
            entries: Active entries of all lists.
            as_of: Date of each list's content, by hotlist id.

        Returns:
            The index. Entries that cannot be matched are left out and named in `unusable`.
        """
        kept: list[HotlistEntry] = []
        plates: list[str] = []
        unusable: list[tuple[UUID, str]] = []
        whole: list[tuple[int, int]] = []
        partial: dict[int, dict[int, list[tuple[int, int]]]] = {}
        for entry in entries:
            plate = canonical_plate(entry.plate)
            reason = _why_unusable(plate)
            if reason:
                unusable.append((entry.entry_id, reason))
                continue
            row, key = len(kept), skeleton(plate)
            kept.append(entry)
            plates.append(plate)
            if WILDCARD in plate:
                partial.setdefault(len(plate), {}).setdefault(_known_mask(plate), []).append((key, row))
            else:
                whole.append((key, row))
        groups = {n: {mask: _Sorted.of(pairs) for mask, pairs in masks.items()} for n, masks in partial.items()}
        return cls(tuple(kept), tuple(plates), _Sorted.of(whole), groups, dict(as_of or {}), tuple(unusable))

    def __len__(self) -> int:
        return len(self._entries)

    def candidates(self, canonical: str) -> Iterator[tuple[HotlistEntry, str]]:
        """Yield the entries in a read's neighborhood.

        Args:
            canonical: Canonical text of the read, 2 to 12 characters, without `?`.

        Yields:
            Each entry once, with its canonical plate.
        """
        for row in self._whole.find(probe_skeletons(canonical)):
            yield self._entries[row], self._plates[row]
        own = skeleton(canonical)
        for mask, group in self._partial.get(len(canonical), {}).items():
            for row in group.find(np.array([own & mask], dtype=np.uint64)):
                yield self._entries[row], self._plates[row]


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
