"""What a list holds, counted as it is read; and whether it is of its layout at all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from hotlists.fields.errors import FieldError, NoPlateError
from hotlists.text.lines import Line
from hotlists.text.parsing import reject
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
    identity replaces. `withdrawn` rows are left out because a person took their entries out of force. `unmapped` counts
    entries of unknown category by the list's own code, `categories` all entries by category. `no_plate` rejects say in
    words that there is no plate.
    """

    as_of: datetime | None
    rows: int
    entries: int
    duplicates: int
    withdrawn: int
    rejects: tuple[RejectedRow, ...]
    unmapped: tuple[tuple[str, int], ...]
    categories: tuple[tuple[Category, int], ...]
    no_plate: int = 0


@dataclass(slots=True)
class Counts:
    """The counts of a list that is being read.

    Args:
        file_name: The file's name, for errors.
        layout: The layout's name, for errors.
    """

    file_name: str
    layout: str
    rows: int = 0
    withdrawn: int = 0
    no_plate: int = 0
    rejects: list[RejectedRow] = field(default_factory=list)
    unmapped: Counter[str] = field(default_factory=Counter)
    categories: Counter[Category] = field(default_factory=Counter)

    def add(self, entry: HotlistEntry) -> None:
        """Count a usable row that is new."""
        self.categories[entry.category] += 1
        if entry.category is Category.UNMAPPED:
            code = entry.source_code or ""
            known = code in self.unmapped or len(self.unmapped) < _DISTINCT_CODES
            self.unmapped[code if known else "..."] += 1

    def reject(self, line: Line, error: FieldError) -> None:
        """Keep a row that cannot be used."""
        self.rejects.append(reject(line, error))
        self.no_plate += isinstance(error, NoPlateError)

    def check_layout(self) -> None:
        """Refuse a file whose rows are mostly of no use.

        Raises:
            InvalidInput: The file is not of this layout: it has no rows, or too few of them can be used.
        """
        if self.rows == 0:
            raise InvalidInput(
                "the file has a header and no rows; a hotlist with rows was expected", source=self.file_name
            )
        # Rows that say that there is no plate are of the layout all the same, unless there are no others.
        misfits = len(self.rejects) - self.no_plate if len(self.rejects) < self.rows else self.rows
        share = misfits / self.rows
        if share <= MAX_REJECTED_SHARE or (self.rows < SMALL_LIST_ROWS and share < 1):
            return
        first = self.rejects[0]
        raise InvalidInput(
            f"{len(self.rejects)} of the first {self.rows} rows cannot be used, so this is no '{self.layout}' list; "
            f"the first of them: {first.reason}. Nothing was imported",
            source=self.file_name,
            line=first.line,
            column=first.column,
        )
