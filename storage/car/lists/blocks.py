"""Where a car's list entries are: which block holds an id, and which of a block's rows stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
import numpy.typing as npt

from schemas.convert.car_entries import ID_BYTES
from schemas.errors import InvalidInput

Ids = npt.NDArray[np.bytes_]
"""Ids as 16 bytes each, which compare as the bytes do."""
Rows = npt.NDArray[np.bool_]


@dataclass(slots=True, eq=False)
class Block:
    """A block of one list's entries. `stands` says which of its rows do; `version` is that in which it came.

    `mark` and `stands_mark` tell what lies on the disk from whatever lay there before.
    """

    number: int
    list_number: int
    version: int
    ids: Ids = field(repr=False)
    stands: Rows = field(repr=False)
    mark: bytes = field(default=b"", repr=False)
    stands_mark: bytes = field(default=b"", repr=False)

    @property
    def living(self) -> int:
        """How many of its entries stand."""
        return int(np.count_nonzero(self.stands))

    def rows_of(self, wanted: Ids) -> npt.NDArray[np.intp]:
        """Return the places of those of some ids, ascending, that are in the block, whether they stand or not."""
        begin = int(np.searchsorted(wanted, self.ids[0]))
        end = int(np.searchsorted(wanted, self.ids[-1], "right"))
        if begin == end:
            return np.empty(0, np.intp)
        part = wanted[begin:end]
        places: npt.NDArray[np.intp] = np.minimum(np.searchsorted(self.ids, part), len(self.ids) - 1)
        found: npt.NDArray[np.intp] = places[self.ids[places] == part]
        return found

    def living_ids(self) -> Ids:
        """Return the ids of the entries that stand."""
        return self.ids[self.stands]


def ids_of(raw: bytes) -> Ids:
    """Return ids of 16 bytes each.

    Raises:
        InvalidInput: They do not ascend.
    """
    ids: Ids = np.frombuffer(raw, dtype=f"S{ID_BYTES}")
    if len(ids) > 1 and not bool(np.all(ids[:-1] < ids[1:])):
        raise InvalidInput("the ids of a block of the lists do not ascend")
    return ids


def ascending(entry_ids: Iterable[UUID]) -> Ids:
    """Return ids in their order, each once."""
    raw = b"".join(entry_id.bytes for entry_id in entry_ids)
    return np.unique(np.frombuffer(raw, dtype=f"S{ID_BYTES}"))


def joined(parts: Iterable[Ids]) -> Ids:
    """Return the ids of several arrays in their order, each once."""
    return np.unique(np.concatenate([np.empty(0, f"S{ID_BYTES}"), *parts]))


def uuids(ids: Ids) -> tuple[UUID, ...]:
    """Return ids as such."""
    raw = ids.tobytes()
    return tuple(UUID(bytes=raw[place : place + ID_BYTES]) for place in range(0, len(raw), ID_BYTES))


class Felled:
    """Which rows of blocks are to stand no more: decided beside the blocks, which change once that is on the disk."""

    def __init__(self) -> None:
        self._stands: dict[int, tuple[Block, Rows]] = {}
        self.ids: dict[int, list[Ids]] = {}
        """By list number, what went."""

    def fell(self, blocks: Iterable[Block], wanted: Ids) -> int:
        """Let entries stand no more; return how many did.

        Args:
            blocks: Where to look.
            wanted: Their ids, ascending.
        """
        count = 0
        if not len(wanted):
            return count
        for block in blocks:
            rows = block.rows_of(wanted)
            if not len(rows):
                continue
            stands = self.stands(block)
            rows = rows[stands[rows]]
            if len(rows):
                changed = stands.copy()
                changed[rows] = False
                self._stands[block.number] = (block, changed)
                self.ids.setdefault(block.list_number, []).append(block.ids[rows])
                count += len(rows)
        return count

    def stands(self, block: Block) -> Rows:
        """Return which rows of a block stand by what was decided."""
        found = self._stands.get(block.number)
        return block.stands if found is None else found[1]

    def changed(self) -> Iterator[tuple[Block, Rows]]:
        """Yield the blocks that change, with the rows that stand then."""
        yield from self._stands.values()
