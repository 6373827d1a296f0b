"""A car's lists in memory: where each entry is, and what changed since a matcher looked last."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from storage.car.lists.blocks import Block, Felled, Ids, joined
from storage.car.lists.standing import Standing

REMEMBERED_SECONDS = 3600.0
"""So long it is known what went: a matcher follows within a second, or a minute where much has to be arranged."""


@dataclass(frozen=True, slots=True, eq=False)
class _Gone:
    version: int
    name: str
    ids: Ids
    at: float


@dataclass(slots=True, eq=False)
class StagedRemoval:
    """Ids of a list's entries that go with the edition on its way, as they lie in a block of the file."""

    number: int
    list_number: int
    ids: Ids = field(repr=False)
    mark: bytes = field(default=b"", repr=False)


@dataclass(slots=True, eq=False)
class Change:
    """What one answer of the server changes: decided first, then on the disk, then in memory.

    `staged` are new blocks with their content, `dropped` the numbers of those that go; `is_applied`: the edition on its
    way is in force with it.
    """

    standing: Standing
    felled: Felled = field(default_factory=Felled)
    staged: dict[int, tuple[Block | StagedRemoval, bytes]] = field(default_factory=dict)
    dropped: list[int] = field(default_factory=list)
    came: int = 0
    went: int = 0
    withdrawn: int = 0
    is_applied: bool = False


def digest_of(marks: Mapping[int, tuple[bytes, bytes]]) -> str:
    """Return what tells the blocks on the disk from whatever lay there before.

    Args:
        marks: Of every block, that of its content and that of which rows stand.
    """
    found = hashlib.sha256()
    for number, (mark, stands) in sorted(marks.items()):
        found.update(f"{number} {mark.hex()} {stands.hex()}\n".encode())
    return found.hexdigest()


class ListMemory:
    """What a process knows. Versions are its own, and grow with every change of any list."""

    def __init__(self) -> None:
        self.token = secrets.token_hex(8)
        self.version = 0
        self.withdrawals = 0
        self.blocks: dict[int, Block] = {}
        """Those in force, by number."""
        self.staged: dict[int, Block | StagedRemoval] = {}
        """Those of the edition on its way."""
        self.versions: dict[str, int] = {}
        """In which version each list changed last."""
        self._gone: list[_Gone] = []
        self._withdrawn: list[tuple[int, Ids]] = []

    def of_list(self, list_number: int) -> list[Block]:
        """Return a list's blocks in force."""
        return [block for block in self.blocks.values() if block.list_number == list_number]

    def next_block(self) -> int:
        """Return a number that no block has."""
        return max((*self.blocks, *self.staged), default=0) + 1

    def all(self) -> dict[int, Block | StagedRemoval]:
        """Return every block of the file."""
        return {**self.blocks, **self.staged}

    def marks(self) -> dict[int, tuple[bytes, bytes]]:
        """Return the marks of every block."""
        return {
            number: (one.mark, one.stands_mark if isinstance(one, Block) else b"") for number, one in self.all().items()
        }

    def mark(self, marks: Mapping[int, tuple[bytes, bytes]]) -> None:
        """Take over other marks."""
        for number, one in self.all().items():
            one.mark = marks[number][0]
            if isinstance(one, Block):
                one.stands_mark = marks[number][1]

    def empty(self) -> None:
        """Forget all lists; what went is still known."""
        self.blocks.clear()
        self.staged.clear()
        self.versions.clear()

    def take_over(self, change: Change, before: Standing, marks: Mapping[int, tuple[bytes, bytes]]) -> None:
        """Take over what is on the disk now.

        Args:
            change: What changed.
            before: What stood before.
            marks: Of every block that is there now.
        """
        went: dict[str, list[Ids]] = {}
        names = {here.number: name for name, here in before.lists.items()}
        for number in change.dropped:
            block = self.blocks.pop(number, None)
            if block is not None:
                went.setdefault(names[block.list_number], []).append(block.living_ids())
            self.staged.pop(number, None)
        for block, stands in change.felled.changed():
            block.stands = stands
        self.staged.update({number: one for number, (one, _) in change.staged.items() if number in marks})
        if change.is_applied:
            self._apply(change, before, went)
        elif change.withdrawn:
            self._took_out(change.felled)
        self.mark(marks)

    def _apply(self, change: Change, before: Standing, went: dict[str, list[Ids]]) -> None:
        self.version += 1
        names = {here.number: name for name, here in before.lists.items()}
        for list_number, ids in change.felled.ids.items():
            if list_number in names:
                went.setdefault(names[list_number], []).extend(ids)
        changed = set()
        lists = {here.number: name for name, here in change.standing.lists.items()}
        for number, one in self.staged.items():
            if isinstance(one, Block):
                one.version = self.version
                self.blocks[number] = one
                changed.add(lists[one.list_number])
        self.staged.clear()
        for name, ids in went.items():
            self._went(name, ids)
        as_of = {name: here.said.as_of for name, here in before.lists.items()}
        self.versions = {
            name: self.version
            if name in changed or name in went or name not in before.lists or as_of[name] != here.said.as_of
            else self.versions[name]
            for name, here in change.standing.lists.items()
        }

    def replace(self, gone: Iterable[Block], came: Iterable[Block], marks: Mapping[int, tuple[bytes, bytes]]) -> None:
        """Have blocks take the place of others that hold the same: nothing has changed for whoever follows.

        Args:
            gone: Those that are there no more.
            came: Those that are.
            marks: Of every block that is there now.
        """
        for block in gone:
            del self.blocks[block.number]
        self.blocks.update({block.number: block for block in came})
        self.mark(marks)

    def forget_lists(self, standing: Standing) -> None:
        """Forget all lists, and note that they went."""
        self.version += 1
        for name, here in standing.lists.items():
            self._went(name, [block.living_ids() for block in self.of_list(here.number)])
        self.empty()

    def _went(self, name: str, ids: Iterable[Ids]) -> None:
        now = time.monotonic()
        self._gone = [one for one in self._gone if now - one.at < REMEMBERED_SECONDS]
        gone = joined(ids)
        if len(gone):
            self._gone.append(_Gone(self.version, name, gone, now))

    def _took_out(self, felled: Felled) -> None:
        ids = joined(one for ids in felled.ids.values() for one in ids)
        if len(ids):
            self.withdrawals += 1
            self._withdrawn.append((self.withdrawals, ids))

    def gone_since(self, name: str, version: int, list_number: int | None) -> Ids:
        """Return what went of a list after a version and has not come again."""
        found = joined(one.ids for one in self._gone if one.name == name and one.version > version)
        return found if list_number is None else self._without_living(found, self.of_list(list_number))

    def withdrawn_since(self, number: int) -> Ids:
        """Return what was withdrawn after a withdrawal and has not come again."""
        found = joined(ids for at, ids in self._withdrawn if at > number)
        return self._without_living(found, self.blocks.values())

    def find(self, wanted: Ids) -> list[tuple[Block, int]]:
        """Return where those of some entries are that stand: the block, and the row."""
        return [
            (block, int(row)) for block in self.blocks.values() for row in block.rows_of(wanted) if block.stands[row]
        ]

    def count_since(self, name: str, version: int, list_number: int) -> int:
        """Return about how many entries of a list came or went since a version."""
        came = sum(block.living for block in self.of_list(list_number) if block.version > version)
        return came + sum(len(one.ids) for one in self._gone if one.name == name and one.version > version)

    @staticmethod
    def _without_living(ids: Ids, blocks: Iterable[Block]) -> Ids:
        living = []
        for block in blocks:
            rows = block.rows_of(ids) if len(ids) else ()
            if len(rows):
                living.append(block.ids[[row for row in rows if block.stands[row]]])
        if not living:
            return ids
        there = joined(living)
        places = (there.searchsorted(ids)).clip(max=max(len(there) - 1, 0))
        return ids[there[places] != ids] if len(there) else ids
