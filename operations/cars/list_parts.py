"""The rows that make one edition of a car's lists of another one, part by part."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from schemas.convert.car_entries import BLOCK_ENTRIES, ID_BYTES, Segment, block_of
from schemas.errors import InvalidInput
from storage.cars.list_editions import ListAt, ListTelling, Slice

PART_ENTRIES = 4 * BLOCK_ENTRIES
"""Entries of one part where the car does not say how many: half a megabyte, so that a line that breaks loses little."""
LEAST_ENTRIES, MOST_ENTRIES = BLOCK_ENTRIES // 8, 16 * BLOCK_ENTRIES
_CURSOR = re.compile(r"([0-9]{1,6})\.([ra])\.([0-9a-f]{32})?")


@dataclass(slots=True)
class Plan:
    """How one list of an edition comes about; `number` is its place among the edition's lists."""

    number: int
    rows: Slice
    removes: bool


@dataclass(slots=True)
class Filled:
    """What a part holds so far, and where the next one begins; None: it was the last."""

    segments: list[Segment] = field(default_factory=list)
    entries: int = 0
    after: str | None = None


def action_of(before: ListAt | None, at: ListAt) -> Literal["keep", "change", "whole"]:
    """Return how a list comes to be as it is to be."""
    if before == at:
        return "keep"
    return "change" if before is not None and before.scope == at.scope else "whole"


def plans_of(
    base: Mapping[str, ListAt], target: Mapping[str, ListAt], categories: Callable[[str], list[str]]
) -> list[Plan]:
    """Return how the lists of an edition that are not as before come about, in the order of their names."""
    plans = []
    for number, (name, at) in enumerate(sorted(target.items())):
        before = base.get(name)
        action = action_of(before, at)
        if action != "keep":
            begins = before.version if before is not None and action == "change" else 0
            plans.append(Plan(number, Slice(name, begins, at.version, categories(at.scope)), action == "change"))
    return plans


def filled(telling: ListTelling, plans: Sequence[Plan], cursor: str, entries: int = 0) -> Filled:
    """Return a part: rows from a cursor on, as many as fit.

    Args:
        telling: The store.
        plans: How the edition's lists come about.
        cursor: Where the part begins; empty: at the begin.
        entries: How many the car wants at most; 0: as many as usual.
    """
    part, most = Filled(), min(max(entries, LEAST_ENTRIES), MOST_ENTRIES) if entries else PART_ENTRIES
    for plan, phase, after in _steps(plans, cursor):
        while True:
            room = min(BLOCK_ENTRIES, most - part.entries)
            if room <= 0:
                part.after = f"{plan.number}.{phase}.{'' if after is None else after.hex}"
                return part
            segment = _segment(telling, plan, phase, after, room)
            if not len(segment):
                break
            part.segments.append(segment)
            part.entries += len(segment)
            after = UUID(bytes=segment.ids[-ID_BYTES:])
            if len(segment) < room:
                break
    return part


def _segment(telling: ListTelling, plan: Plan, phase: str, after: UUID | None, limit: int) -> Segment:
    if phase == "r":
        return Segment(plan.number, telling.removed(plan.rows, after, limit), is_removal=True)
    lines = telling.added(plan.rows, after, limit)
    ids, packed = block_of(lines) if lines else (b"", b"")
    return Segment(plan.number, ids, packed)


def _steps(plans: Sequence[Plan], cursor: str) -> Iterator[tuple[Plan, str, UUID | None]]:
    """Yield which lists' rows come, what goes before what comes, and after which id: from a cursor on."""
    steps = [(plan, phase) for plan in plans for phase in (("r", "a") if plan.removes else ("a",))]
    if not cursor:
        yield from ((plan, phase, None) for plan, phase in steps)
        return
    found = _CURSOR.fullmatch(cursor)
    places = [] if found is None else [(plan.number, phase) for plan, phase in steps]
    if found is None or (int(found[1]), found[2]) not in places:
        raise InvalidInput("'after' is no place in this edition")
    begin = places.index((int(found[1]), found[2]))
    yield (*steps[begin], UUID(hex=found[3]) if found[3] else None)
    yield from ((plan, phase, None) for plan, phase in steps[begin + 1 :])
