"""A part of the active entries, matched as strictly as all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Self, cast

from matcher.index import HotlistIndex
from schemas.types import HotlistEntry


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
