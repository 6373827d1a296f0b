"""Small and sparse blocks of a car's lists become few full ones, so that months of changes leave file and memory level.

Nothing is written here: `LockedLists` reads blocks, has them merged beside its work, and puts what comes in place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from schemas.convert.car_entries import BLOCK_ENTRIES, packed_lines
from schemas.errors import InvalidInput
from storage.car.lists.blocks import Block, Ids, Rows
from storage.car.lists.taking import block_content, edition_in, lines_in

SMALL_ENTRIES = BLOCK_ENTRIES // 2
"""A block of fewer entries is small, and two of them fit into one."""
MOST_SMALL = 16
"""So many small blocks of a list are left alone: a change each, and not each change is worth a merge."""
LEAST_LIVING = 0.75
"""A block of which a smaller share stands is written again without what went."""
MERGED_ENTRIES = 4 * BLOCK_ENTRIES
MERGED_BLOCKS = 256
"""Of so many entries and blocks one merge is, at most: a fraction of a second in the background."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A new block: its ids ascend, `places` says from where among all merged rows each came."""

    ids: Ids = field(repr=False)
    content: bytes = field(repr=False)
    places: npt.NDArray[np.intp] = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Merged:
    """Blocks of one list and what takes their place. `rows` are those of each that stood when it was read."""

    sources: tuple[Block, ...]
    rows: tuple[npt.NDArray[np.intp], ...] = field(repr=False)
    pieces: tuple[Piece, ...] = field(repr=False)

    def blocks(self, number: int) -> Iterator[tuple[Block, bytes]]:
        """Yield the new blocks with their content; what went since they were read does not stand in them.

        Args:
            number: The first one's number.
        """
        stand: Rows = np.concatenate([block.stands[rows] for block, rows in zip(self.sources, self.rows, strict=True)])
        first = self.sources[0]
        # Whoever follows the lists may be told again what it has, and never too little.
        version = max(block.version for block in self.sources)
        for piece in self.pieces:
            stands = stand[piece.places]
            if stands.any():
                yield Block(number, first.list_number, version, piece.ids, stands), piece.content
                number += 1


def worn_out(blocks: Iterable[Block]) -> list[Block]:
    """Return blocks of one list that are to be merged now; none where all are as they should be.

    Args:
        blocks: Those in force.
    """
    of_list: defaultdict[int, list[tuple[int, Block]]] = defaultdict(list)
    for block in blocks:
        of_list[block.list_number].append((block.living, block))
    for counted in of_list.values():
        small = [one for one in counted if one[0] < SMALL_ENTRIES]
        sparse = [one for one in counted if one[0] < LEAST_LIVING * len(one[1].ids)]
        chosen = {one[1].number: one for one in (*sparse, *(small if len(small) > MOST_SMALL else ()))}
        if chosen:
            return _first(sorted(chosen.values(), key=lambda one: (one[0], one[1].number)))
    return []


def _first(counted: Sequence[tuple[int, Block]]) -> list[Block]:
    """Return the first ones, as many as one merge takes, at least one."""
    found: list[Block] = []
    entries = 0
    for living, block in counted[:MERGED_BLOCKS]:
        entries += living
        if found and entries > MERGED_ENTRIES:
            break
        found.append(block)
    return found


def merge(sources: Sequence[Block], stood: Sequence[Rows], contents: Sequence[bytes]) -> Merged:
    """Merge blocks.

    Args:
        sources: Blocks of one list.
        stood: Which rows of each stand.
        contents: What each holds, as the file has it.

    Raises:
        InvalidInput: An entry stands in two of them.
    """
    rows = tuple(np.flatnonzero(stands) for stands in stood)
    ids: Ids = np.concatenate([block.ids[places] for block, places in zip(sources, rows, strict=True)])
    lines: list[str] = []
    for block, places, content in zip(sources, rows, contents, strict=True):
        if len(places):
            held = lines_in(content, len(block.ids))
            lines += [held[place] for place in places]
    order = np.argsort(ids)
    ids = ids[order]
    if len(ids) > 1 and not bool(np.all(ids[:-1] < ids[1:])):
        raise InvalidInput("an entry stands in two blocks of its list")
    edition = max(map(edition_in, contents))
    pieces: list[Piece] = []
    for places in np.array_split(order, -(-len(order) // BLOCK_ENTRIES)) if len(order) else ():
        begin = sum(len(piece.ids) for piece in pieces)
        own = ids[begin : begin + len(places)]
        packed = packed_lines([lines[place] for place in places])
        content = block_content(sources[0].list_number, edition, own.tobytes(), packed)
        pieces.append(Piece(own, content, places))
    return Merged(tuple(sources), rows, tuple(pieces))
