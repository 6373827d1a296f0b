"""What every parser gives: the rows of a list as text, and what turns a row into an entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from hotlists.fields.errors import FieldError
from hotlists.text.lines import Line
from schemas.types import HotlistEntry, RejectedRow

ParsedRow = HotlistEntry | RejectedRow
"""One row of a list: usable or not. Its line number says where it stands."""

RAW_LIMIT = 500

FOOTER_MISSING = -1
"""What a list declares whose layout ends with a count of its rows, and whose file does not: it may be cut off."""


def _nothing_declared() -> int | None:
    return None


@dataclass(frozen=True, slots=True)
class ParsedList:
    """A list that is being read.

    `records` yields the text of every row once, in order, and holds none of them; headers and footers are not among
    them. `entry_of` makes a row's entry, or raises `FieldError`; it depends on nothing but the row's text, its line
    number, and `context`, so that a row whose text did not change since the version before need not be parsed.
    `as_of` is the date of the content where the file's header has one. `header` is the header line's text. `context`
    is what else of the file the entries depend on (the names of the columns, the kind of list that the file's name
    tells). `declared_rows`, asked after the last record, is how many rows the file says it has; None where
    its layout does not say, `FOOTER_MISSING` where the file does not.
    """

    records: Iterator[Line]
    entry_of: Callable[[Line], HotlistEntry]
    as_of: datetime | None = None
    header: str | None = None
    context: str = ""
    declared_rows: Callable[[], int | None] = _nothing_declared

    @property
    def rows(self) -> Iterator[ParsedRow]:
        """Every row once, in order, as its entry or its rejection."""
        for line in self.records:
            try:
                yield self.entry_of(line)
            except FieldError as error:
                yield reject(line, error)


class HotlistParser(Protocol):
    """A parser of one layout."""

    def __call__(
        self, stream: BinaryIO, *, file_name: str, hotlist_id: str, default_state: str | None = None
    ) -> ParsedList:
        """Read a list.

        Args:
            stream: The file, at its beginning; read block by block.
            file_name: The file's name, for errors.
            hotlist_id: The list that the entries belong to.
            default_state: Jurisdiction (like US-VA) of rows whose state field is empty.

        Returns:
            The list; errors of the file as a whole may also come while its records are read.

        Raises:
            InvalidInput: The file cannot be of this layout.
        """


def reject(line: Line, error: FieldError) -> RejectedRow:
    """Return the rejection of a line for a field that makes it unusable."""
    return RejectedRow(line.number, error.reason, error.column, line.text[:RAW_LIMIT])
