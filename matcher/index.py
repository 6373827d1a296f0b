"""Active hotlist entries, and what became of them since they were arranged."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from matcher.entry_arrays import EntryArrays, Unusable, Vocabulary
from matcher.layer import Layer, arranged
from matcher.packing import codes_of_packed
from matcher.probes import probe_skeletons
from matcher.read_arrays import ReadArrays
from matcher.search import Engine, Found, Wanted, find
from schemas.types import HotlistEntry

SMALL_ADDITION = 10_000
ADDITION_SHARE = 20
"""Added entries lie apart until they are more than a twentieth of the others and more than a few thousand, because they
are arranged anew with every addition."""


class HotlistIndex:
    """An immutable index of hotlist entries. Build one with `HotlistIndex.build`, and change it by `with_changes`.

    Its neighborhood: with characters replaced by confusion classes, an entry without `?` is a candidate when its text
    is within one substitution, insertion or deletion of the read's, or equals one of the read's VV/W variants. An
    entry with `?` is a candidate when it is as long as the read and the classes of its known characters are equal.
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

    def __len__(self) -> int:
        return self._base.size + self._addition.size

    def with_changes(
        self,
        added: Sequence[HotlistEntry],
        removed: Collection[UUID] = (),
        as_of: Mapping[str, datetime] | None = None,
    ) -> HotlistIndex:
        """Return the index as if it had been built from the changed entries.

        Removing takes time by the number of entries that go, adding by the number that were added since the last build.
        When these are too many, or most of the others are gone, everything is arranged anew, which takes as long as
        `build`.

        Args:
            added: New entries, and changed ones, which replace those of the same id; each id once.
            removed: Ids of entries that go; those that are not there do not matter.
            as_of: Date of each list's content; None: as before.
        """
        gone = {*removed, *(entry.entry_id for entry in added)}
        base, addition = self._base.without(gone), self._addition.without(gone)
        unusable = [one for one in self._unusable if one.entry_id not in gone]
        dates = self.as_of if as_of is None else dict(as_of)
        too_many = addition.size + len(added) > max(SMALL_ADDITION, base.size // ADDITION_SHARE)
        if not added:
            return HotlistIndex(base, addition, dates, unusable)
        vocabulary = base.entries.vocabulary
        arrays, _, unusable_now = EntryArrays.of(added, vocabulary)
        if too_many or base.size < len(base.entries) // 2:
            base = _joined((base.there(), addition.there(), arrays), vocabulary)
            addition = Layer.empty(vocabulary)
        else:
            addition = _joined((addition.there(), arrays), vocabulary)
        return HotlistIndex(base, addition, dates, (*unusable, *unusable_now))

    def without_list(self, hotlist_id: str) -> HotlistIndex:
        """Return the index without one list."""
        return HotlistIndex(
            self._base.without_list(hotlist_id),
            self._addition.without_list(hotlist_id),
            {name: date for name, date in self.as_of.items() if name != hotlist_id},
            (one for one in self._unusable if one.hotlist_id != hotlist_id),
        )

    def entry(self, entry_id: UUID) -> HotlistEntry | None:
        """Return the entry of an id, or None where it is not there or cannot be matched."""
        for layer in (self._addition, self._base):
            for row in layer.rows_of((entry_id,)).tolist():
                return layer.entries.entry(row)
        return None

    def find(self, reads: ReadArrays, wanted: Sequence[Wanted], engine: Engine = "auto") -> list[list[Found]]:
        """Return the entries that reads may be; see `matcher.search.find`."""
        return find((self._base, self._addition), reads, wanted, engine)

    def candidates(self, canonical: str) -> Iterator[tuple[HotlistEntry, str]]:
        """Yield the entries in a read's neighborhood.

        Args:
            canonical: Canonical text of the read, 2 to 12 characters, without `?`.

        Yields:
            Each entry once, with its canonical plate.
        """
        probes = probe_skeletons(canonical)
        for layer in (self._base, self._addition):
            for row in layer.find(canonical, probes):
                yield layer.entries.entry(row), layer.entries.canonical(row)


def _joined(parts: Sequence[EntryArrays], vocabulary: Vocabulary) -> Layer:
    entries = EntryArrays.joined(parts, vocabulary)
    return Layer.build(entries, codes_of_packed(entries.plates))
