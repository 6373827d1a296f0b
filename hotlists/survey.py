"""The first pass over a list: is it of this layout, what is in it, which rows are superseded. Nothing is kept open."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from hotlists.parsing import ParsedList, ParsedRow
from schemas.errors import InvalidInput
from schemas.types import Category, HotlistEntry, RejectedRow

EARLY_CHECK_ROWS = 200
"""After this many rows the layout is judged a first time, so that a wrong file of a million rows ends soon."""

SMALL_LIST_ROWS = 20
"""A shorter list is refused only when none of its rows can be used."""

MAX_REJECTED_SHARE = 0.5
_DISTINCT_CODES = 1000


@dataclass(frozen=True, slots=True)
class Survey:
    """What a list holds.

    `rows` counts all rows, `entries` those that would be active, `duplicates` usable rows that a later row of the same
    identity replaces (`superseded`: their lines). `unmapped` counts entries of unknown category by the source's code.
    """

    as_of: datetime | None
    rows: int
    entries: int
    duplicates: int
    rejects: tuple[RejectedRow, ...]
    unmapped: tuple[tuple[str, int], ...]
    superseded: frozenset[int]


@dataclass(slots=True)
class _Identities:
    """Entry ids and lines in arrays: 20 bytes per row, so that a national list fits in memory."""

    ids: bytearray = field(default_factory=bytearray)
    lines: array[int] = field(default_factory=lambda: array("I"))

    def add(self, entry: HotlistEntry) -> None:
        self.ids += entry.entry_id.bytes
        self.lines.append(entry.source_line or 0)

    def superseded(self) -> frozenset[int]:
        """Return the lines whose id a later line has too."""
        ids = np.frombuffer(bytes(self.ids), dtype=">u8").reshape(-1, 2)
        lines = np.array(self.lines, dtype=np.uint32)
        order = np.lexsort((lines, ids[:, 1], ids[:, 0]))
        followed = (ids[order][1:] == ids[order][:-1]).all(axis=1)
        return frozenset(lines[order[:-1][followed]].tolist())


def survey(parsed: ParsedList, source_name: str, layout: str, on_row: Callable[[], None] | None = None) -> Survey:
    """Read a list through once.

    Args:
        parsed: The list.
        source_name: The file's name, for errors.
        layout: The layout's name, for errors.
        on_row: Called after each row.

    Raises:
        InvalidInput: The file is not of this layout: it has no rows, or too few of them can be used.
    """
    identities = _Identities()
    rejects: list[RejectedRow] = []
    unmapped: Counter[str] = Counter()
    rows = 0
    for row in parsed.rows:
        rows += 1
        if isinstance(row, RejectedRow):
            rejects.append(row)
        else:
            identities.add(row)
            if row.category is Category.UNMAPPED:
                code = row.source_code or ""
                unmapped[code if code in unmapped or len(unmapped) < _DISTINCT_CODES else "..."] += 1
        if rows == EARLY_CHECK_ROWS:
            _check_layout(rows, rejects, source_name, layout)
        if on_row is not None:
            on_row()
    _check_layout(rows, rejects, source_name, layout)
    superseded = identities.superseded()
    usable = rows - len(rejects)
    return Survey(
        parsed.as_of,
        rows,
        usable - len(superseded),
        len(superseded),
        tuple(rejects),
        tuple(unmapped.most_common()),
        superseded,
    )


def _check_layout(rows: int, rejects: list[RejectedRow], source_name: str, layout: str) -> None:
    if rows == 0:
        raise InvalidInput("the file has a header and no rows; a hotlist with rows was expected", source=source_name)
    share = len(rejects) / rows
    if share <= MAX_REJECTED_SHARE or (rows < SMALL_LIST_ROWS and share < 1):
        return
    first = rejects[0]
    raise InvalidInput(
        f"{len(rejects)} of the first {rows} rows cannot be used, so this is no '{layout}' list; the first of them: "
        f"{first.reason}. Nothing was imported",
        source=source_name,
        line=first.line,
        column=first.column,
    )


def active_rows(rows: Iterator[ParsedRow], superseded: frozenset[int]) -> Iterator[HotlistEntry]:
    """Yield a list's usable rows without those that a later row replaces."""
    for row in rows:
        if isinstance(row, HotlistEntry) and (row.source_line or 0) not in superseded:
            yield row
