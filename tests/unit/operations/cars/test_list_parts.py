"""The parts in which a car is told its lists: every row once, in order, and no part larger than asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from operations.cars import list_parts
from operations.cars.list_parts import action_of, filled, plans_of
from schemas.errors import InvalidInput
from storage.cars.list_editions import ListAt, Slice


@dataclass
class Told:
    """A store of lists by name: ids that went, and ids that came."""

    lists: dict[str, tuple[list[int], list[int]]]

    def removed(self, rows: Slice, after: UUID | None, limit: int) -> bytes:
        return b"".join(UUID(int=one).bytes for one in self._some(self.lists[rows.hotlist_id][0], after, limit))

    def added(self, rows: Slice, after: UUID | None, limit: int) -> bytes:
        some = self._some(self.lists[rows.hotlist_id][1], after, limit)
        return b"".join(f"{UUID(int=one).hex}\tx\n".encode() for one in some)

    def _some(self, ids: list[int], after: UUID | None, limit: int) -> list[int]:
        return [one for one in ids if after is None or UUID(int=one) > after][:limit]


BASE = {"a": ListAt(1, "own:x"), "b": ListAt(1, "own:x"), "c": ListAt(1, "own:x"), "gone": ListAt(1, "own:x")}
TARGET = {"d": ListAt(4, "own:x"), "c": ListAt(3, "own:y"), "b": ListAt(2, "own:x"), "a": ListAt(1, "own:x")}


def test_how_a_list_comes_about() -> None:
    assert [action_of(BASE.get(name), at) for name, at in sorted(TARGET.items())] == [
        "keep",
        "change",
        "whole",
        "whole",
    ]
    plans = plans_of(BASE, TARGET, lambda scope: [scope[-1]])
    assert [(one.number, one.rows, one.removes) for one in plans] == [
        (1, Slice("b", 1, 2, ["x"]), True),
        (2, Slice("c", 0, 3, ["y"]), False),
        (3, Slice("d", 0, 4, ["x"]), False),
    ]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"BLOCK_ENTRIES": 4, "PART_ENTRIES": 6, "LEAST_ENTRIES": 3, "MOST_ENTRIES": 8}.items():
        monkeypatch.setattr(list_parts, name, value)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(("asked", "most"), [(0, 6), (1, 3), (3, 3), (5, 5), (8, 8), (99, 8)])
def test_all_rows_come_once_whatever_a_part_holds(asked: int, most: int) -> None:
    told: Any = Told({"b": ([1, 2, 3, 4, 5], [6]), "c": ([], [*range(10, 19)]), "d": ([], [])})
    plans = plans_of(BASE, TARGET, lambda _: [])
    rows: list[tuple[int, bool, int]] = []
    cursor: str | None = ""
    sizes = []
    while cursor is not None:
        part = filled(told, plans, cursor, asked)
        assert part.entries == sum(len(one) for one in part.segments)
        assert all(0 < len(one) <= 4 for one in part.segments)
        for one in part.segments:
            ids = [UUID(bytes=one.ids[at : at + 16]).int for at in range(0, len(one.ids), 16)]
            rows += [(one.list_number, one.is_removal, each) for each in ids]
        sizes.append(part.entries)
        cursor = part.after
    assert rows == [
        *((1, True, one) for one in range(1, 6)),
        (1, False, 6),
        *((2, False, one) for one in range(10, 19)),
    ]
    assert all(size == most for size in sizes[:-1])
    assert sizes[-1] <= most


@pytest.mark.parametrize("cursor", ["x", "1.r", "9.r.", "2.r.", "1.x.", f"1.r.{'0' * 31}", "1.r.x", "-1.r."])
def test_a_part_begins_at_a_place_of_the_edition(cursor: str) -> None:
    told: Any = Told({"b": ([1], [2]), "c": ([], []), "d": ([], [])})
    with pytest.raises(InvalidInput, match="'after' is no place in this edition"):
        filled(told, plans_of(BASE, TARGET, lambda _: []), cursor)


def test_a_part_goes_on_where_the_one_before_ended() -> None:
    told: Any = Told({"b": ([1, 5], [2, 3]), "c": ([], []), "d": ([], [7])})
    plans = plans_of(BASE, TARGET, lambda _: [])

    def rows(cursor: str) -> list[int]:
        return [one.ids[-1] for one in filled(told, plans, cursor).segments]

    assert rows("") == [5, 3, 7]
    assert rows(f"1.r.{UUID(int=5).hex}") == [3, 7]
    assert rows("1.a.") == [3, 7]
    assert rows(f"1.a.{UUID(int=3).hex}") == [7]
    assert rows(f"3.a.{UUID(int=7).hex}") == []
