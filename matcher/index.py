"""Active hotlist entries, and what became of them since they were arranged."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from matcher.arrays.columns import ids_of
from matcher.arrays.entries import EntryArrays, Unusable
from matcher.arrays.layer import Layer, arranged
from matcher.arrays.pace import SEARCHES, BesideReads, Pace
from matcher.arrays.packing import Codes, Keys, codes_of
from matcher.arrays.reads import ReadArrays
from matcher.arrays.saved import SavedIndex, load, save
from matcher.arrays.vocabulary import Vocabulary
from matcher.searching.search import Engine, Found, Wanted, find
from schemas.types import HotlistEntry

SMALL_ADDITION = 10_000
ADDITION_SHARE = 20
"""Added entries lie apart until they are more than a twentieth of the others and more than a few thousand, because they
are arranged anew with every addition."""


@dataclass(frozen=True, slots=True, eq=False)
class Addition:
    """Entries on their way into an index, and those that cannot be matched."""

    entries: EntryArrays
    unusable: tuple[Unusable, ...]

    def __len__(self) -> int:
        return len(self.entries) + len(self.unusable)


class HotlistIndex:
    """An immutable index of hotlist entries. Build one with `HotlistIndex.build`, and change it by `with_changes`.

    Its neighborhood: with characters replaced by confusion classes, an entry without `?` is a candidate when its text
    is within one substitution, insertion or deletion of the read's, or equals one of the read's VV/W variants. As far
    as the read's own evidence leaves room for it (`matcher.searching.probes.credited_skeletons`), up to three
    substitutions may come together, or one with an insertion or deletion. An entry with `?` is a candidate when
    it is as long as the read and the classes of its known characters are equal.
    """

    def __init__(
        self, base: Layer, addition: Layer, as_of: Mapping[str, datetime], unusable: Iterable[Unusable]
    ) -> None:
        self._base = base
        self._addition = addition
        self.as_of = as_of
        """Date of each list's content, by hotlist id."""
        self._unusable = tuple(unusable)

    @classmethod
    def build(cls, entries: Iterable[HotlistEntry], as_of: Mapping[str, datetime] | None = None) -> HotlistIndex:
        """Arrange entries.

        Args:
            entries: Active entries of all lists, each id once.
            as_of: Date of each list's content, by hotlist id.

        Returns:
            The index. Entries that cannot be matched are left out and named in `unusable`.
        """
        vocabulary = Vocabulary.empty()
        base, unusable = arranged(entries, vocabulary)
        return cls(base, Layer.empty(vocabulary), dict(as_of or {}), unusable)

    @property
    def unusable(self) -> tuple[tuple[UUID, str], ...]:
        """Entries that no read can be matched with, as (entry id, reason)."""
        return tuple((one.entry_id, one.reason) for one in self._unusable)

    def arrays(self) -> EntryArrays:
        """Return the entries that were there when the index was built, as arrays."""
        return self._base.entries

    def partial_entries(self) -> tuple[Codes, list[str | None]]:
        """Return the plates of entries with `?`, uint8 (n, 12), and their states, or None."""
        (codes, states), (more_codes, more_states) = self._base.partial_entries(), self._addition.partial_entries()
        return np.concatenate([codes, more_codes]), states + more_states

    def count_near(self, states: Collection[str]) -> int:
        """Return how many entries have one of these states, or none that is known."""
        return self._base.count_near(states) + self._addition.count_near(states)

    def searched_bytes(self) -> int:
        """Return the size of the arrays that a search looks at; the others are touched for what it finds alone."""
        return sum(layer.searched_bytes() for layer in (self._base, self._addition))

    def __len__(self) -> int:
        return self._base.size + self._addition.size

    def arranged(self, entries: Iterable[HotlistEntry]) -> Addition:
        """Return entries as `with_changes` takes them, a few of them in memory at a time.

        Args:
            entries: Each id once; read once.
        """
        return self._arranged(entries, BesideReads())

    def _arranged(self, entries: Iterable[HotlistEntry], pace: Pace) -> Addition:
        arrays, unusable = EntryArrays.of(entries, self._base.entries.vocabulary, pace)
        return Addition(arrays, tuple(unusable))

    def with_changes(
        self,
        added: Iterable[HotlistEntry] | Addition,
        removed: Collection[UUID] = (),
        as_of: Mapping[str, datetime] | None = None,
    ) -> HotlistIndex:
        """Return the index as if it had been built from the changed entries.

        Removing takes time by the number of entries that go, adding by the number that were added since the last build.
        When these are too many, or most of the others are gone, everything is arranged anew, which takes as long as
        `build`. All of it is done a little at a time, so that reads which are matched meanwhile go on; additions take
        up to a second or two longer beside reads without end.

        Args:
            added: New entries, and changed ones, which replace those of the same id; each id once. As such, or from
                this index's `arranged`, or that of one which this one was made from.
            removed: Ids of entries that go; those that are not there do not matter.
            as_of: Date of each list's content; None: as before.
        """
        # What goes must not match any more, so it does not wait for reads.
        pace = BesideReads(is_urgent=not added)
        came = added if isinstance(added, Addition) else self._arranged(added, pace)
        ids = ids_of(removed, pace), came.entries.entry_ids, ids_of((one.entry_id for one in came.unusable), pace)
        gone = np.concatenate(ids)
        base, addition = self._base.without(gone, pace), self._addition.without(gone, pace)
        unusable = _without(self._unusable, gone)
        dates = self.as_of if as_of is None else dict(as_of)
        if len(came.entries):
            base, addition = _added(base, addition, came.entries, pace)
        return HotlistIndex(base, addition, dates, (*unusable, *came.unusable))

    def without_list(self, hotlist_id: str) -> HotlistIndex:
        """Return the index without one list."""
        return HotlistIndex(
            self._base.without_list(hotlist_id),
            self._addition.without_list(hotlist_id),
            {name: date for name, date in self.as_of.items() if name != hotlist_id},
            (one for one in self._unusable if one.hotlist_id != hotlist_id),
        )

    def __contains__(self, entry_id: UUID) -> bool:
        """Return whether an entry is there and can be matched."""
        wanted = ids_of((entry_id,))
        return any(len(layer.rows_of(wanted)) for layer in (self._addition, self._base))

    def save(self, folder: Path, note: Mapping[str, Any] | None = None) -> None:
        """Write the index to a folder, as a whole or not at all.

        Args:
            folder: Where; its parent exists.
            note: What to keep beside it, as JSON takes it.

        Raises:
            OSError: The disk is full, or the folder cannot be written.
        """
        parts = self._base, self._addition, dict(self.as_of), self._unusable
        save(SavedIndex(*parts, note=dict(note or {})), folder)

    @classmethod
    def load(cls, folder: Path) -> tuple[HotlistIndex, dict[str, Any]] | None:
        """Return an index of `save`, mapped into memory, and its note; None where there is none that can be read."""
        found = load(folder)
        if found is None:
            return None
        return cls(found.base, found.addition, found.as_of, found.unusable), found.note

    def find(self, reads: ReadArrays, wanted: Sequence[Wanted], engine: Engine = "auto") -> list[list[Found]]:
        """Return the entries that reads may be; see `matcher.searching.search.find`."""
        SEARCHES.begun += 1  # not exact where threads meet, and need not be
        return find((self._base, self._addition), reads, wanted, engine)

    def warm_up(self) -> None:
        """Search once, so that the first read does not wait for what is compiled, or loaded, at the first search."""
        self.find(ReadArrays.of_texts(codes_of(["WARM1"])), [Wanted(None, 0.0, 0.0, np.inf)])


def _without(unusable: tuple[Unusable, ...], gone: Keys) -> tuple[Unusable, ...]:
    if not unusable or not len(gone):
        return unusable
    # Hardly ever one of them goes, and to find that out by their ids' low halves takes no object per id that goes.
    lows = ids_of(one.entry_id for one in unusable)[:, 1]
    gone_lows = np.sort(gone[:, 1])
    near = gone_lows[np.minimum(np.searchsorted(gone_lows, lows), len(gone_lows) - 1)] == lows
    if not near.any():
        return unusable
    pairs = set(map(tuple, gone[np.isin(gone[:, 1], lows[near])].tolist()))
    return tuple(one for one in unusable if divmod(one.entry_id.int, 1 << 64) not in pairs)


def _added(base: Layer, addition: Layer, came: EntryArrays, pace: Pace) -> tuple[Layer, Layer]:
    vocabulary = came.vocabulary
    too_many = addition.size + len(came) > max(SMALL_ADDITION, base.size // ADDITION_SHARE)
    if too_many or base.size < len(base.entries) // 2:
        everything = base.there(pace), addition.there(pace), came
        return Layer.build(EntryArrays.joined(everything, vocabulary), pace), Layer.empty(vocabulary)
    return base, Layer.build(EntryArrays.joined((addition.there(pace), came), vocabulary), pace)
