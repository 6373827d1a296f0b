"""What a part of the server's answer makes of the lists: its blocks, and the edition that comes in force with the last.

Nothing is written here; `CarLists` commits the change that comes of it.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np

from schemas.convert.car_entries import ID_BYTES, Segment, lines_of
from schemas.errors import InvalidInput
from schemas.events.car_lists import CarListsAnswer
from storage.car.lists.blocks import Block, ids_of
from storage.car.lists.memory import Change, ListMemory, StagedRemoval

_HEADER = struct.Struct(">BIQI")
_ADDED, _REMOVED = 1, 2


def stage(memory: ListMemory, change: Change, answer: CarListsAnswer, segments: Sequence[Segment]) -> None:
    """Put the rows of a part into blocks of their own, which are in force with their edition.

    Args:
        memory: What is here.
        change: Takes the blocks.
        answer: The part.
        segments: Its rows.

    Raises:
        InvalidInput: They are of no list of the edition, or of one that does not change so.
    """
    pending = change.standing.pending
    assert pending is not None  # noqa: S101 - `follow` looked
    number = memory.next_block()
    for segment in segments:
        if segment.list_number >= len(pending.lists) or not len(segment):
            raise InvalidInput("a part's rows are of no list of its edition")
        here, ids = pending.lists[segment.list_number], ids_of(segment.ids)
        if here.said.action == "keep" or (segment.is_removal and here.said.action != "change"):
            raise InvalidInput("a part's rows are of a list that does not change so")
        if not segment.is_removal:
            lines_of(segment.packed, len(segment))
        content = block_content(here.number, answer.edition, segment.ids, segment.packed, segment.is_removal)
        one: Block | StagedRemoval = (
            StagedRemoval(number, here.number, ids)
            if segment.is_removal
            else Block(number, here.number, 0, ids, np.ones(len(ids), np.bool_))
        )
        change.staged[number] = (one, content)
        number += 1


def put_in_force(memory: ListMemory, change: Change, answer: CarListsAnswer) -> None:
    """Have the edition on its way be in force.

    Args:
        memory: What is here.
        change: Takes what comes, goes and stands.
        answer: The edition's last part, with how many entries the server has of each list.

    Raises:
        InvalidInput: A list would have another number of entries than the server has.
    """
    pending = change.standing.pending
    assert pending is not None  # noqa: S101 - `follow` looked
    staged = [*memory.staged.values(), *(one for one, _ in change.staged.values())]
    came = [one for one in staged if isinstance(one, Block)]
    for one in staged:
        # What comes takes the place of what has the same id.
        change.went += change.felled.fell(memory.of_list(one.list_number), one.ids)
    out = np.unique(np.frombuffer(bytes.fromhex("".join(pending.withdrawn)), f"S{ID_BYTES}"))
    change.felled.fell([*memory.blocks.values(), *came], out)
    numbers = {here.number for here in pending.lists}
    change.dropped += [number for number, block in memory.blocks.items() if block.list_number not in numbers]
    change.dropped += [one.number for one in staged if isinstance(one, StagedRemoval)]
    change.came, change.is_applied = sum(len(block.ids) for block in came), True
    for here in pending.lists:
        expected = answer.counts.get(here.said.hotlist_id)
        blocks = [block for block in (*memory.of_list(here.number), *came) if block.list_number == here.number]
        found = sum(int(np.count_nonzero(change.felled.stands(block))) for block in blocks)
        if expected is not None and found != expected:
            raise InvalidInput(
                f"list {here.said.hotlist_id} would have {found} entries, and the server has {expected} of it"
            )
    change.standing = change.standing.model_copy(
        update={
            "edition": pending.edition,
            "lists": {here.said.hotlist_id: here for here in pending.lists},
            "pending": None,
        }
    )


def block_content(list_number: int, edition: int, ids: bytes, packed: bytes = b"", is_removal: bool = False) -> bytes:
    """Return a block as the file has it.

    Args:
        list_number: Its list's.
        edition: That with which it came.
        ids: 16 bytes each, ascending.
        packed: The rows of entries that come.
        is_removal: Whether it holds what goes.
    """
    kind = _REMOVED if is_removal else _ADDED
    return _HEADER.pack(kind, list_number, edition, len(ids) // ID_BYTES) + ids + packed


def edition_in(content: bytes) -> int:
    """Return the edition that a block came with."""
    return int(_HEADER.unpack_from(content)[2])


def opened_block(number: int, content: bytes, version: int) -> tuple[int, Block | StagedRemoval]:
    """Return a block of the file, and the edition that it came with."""
    if len(content) < _HEADER.size:
        raise InvalidInput("a block is cut off")
    kind, list_number, edition, count = _HEADER.unpack_from(content)
    ids = ids_of(content[_HEADER.size : _HEADER.size + count * ID_BYTES])
    if kind == _REMOVED:
        return edition, StagedRemoval(number, list_number, ids)
    return edition, Block(number, list_number, version, ids, np.ones(len(ids), np.bool_))


def lines_in(content: bytes, count: int) -> list[str]:
    """Return the rows of a block that brings entries.

    Args:
        content: The block, as the file has it.
        count: How many there are.
    """
    return lines_of(content[_HEADER.size + count * ID_BYTES :], count)
