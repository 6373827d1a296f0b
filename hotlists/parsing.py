"""What every parser gives, and what all of them do with a finished row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol
from uuid import UUID

from hotlists.fields import FieldError
from hotlists.lines import Line
from schemas.ids import entry_id
from schemas.plates import canonical_plate
from schemas.types import Category, HotlistEntry, RejectedRow

ParsedRow = HotlistEntry | RejectedRow
"""One row of a list: usable or not. Its line number says where it stands."""

_RAW_LIMIT = 500


@dataclass(frozen=True, slots=True)
class ParsedList:
    """A list that is being read.

    `as_of` is the date of the content where the file's header has one. `header` is the header line's text. `rows`
    yields every row of the file once, in order, and holds none of them.
    """

    rows: Iterator[ParsedRow]
    as_of: datetime | None = None
    header: str | None = None


class HotlistParser(Protocol):
    """A parser of one layout."""

    def __call__(
        self, stream: BinaryIO, *, source_name: str, hotlist_id: str, default_state: str | None = None
    ) -> ParsedList:
        """Read a list.

        Args:
            stream: The file, at its beginning; read line by line.
            source_name: The file's name, for errors.
            hotlist_id: The list that the entries belong to.
            default_state: Jurisdiction (like US-VA) of rows whose state field is empty.

        Returns:
            The list; errors of the file as a whole may also come while its rows are read.

        Raises:
            InvalidInput: The file cannot be of this layout.
        """


def identify(hotlist_id: str, *, source_entry_id: str | None, plate: str, state: str, category: str, case: str) -> UUID:
    """Return an entry's id: from the source's own id where it has one, else from plate, state, category and case.

    The state is always part of the second form, so that one number in two states is two entries.
    """
    if source_entry_id:
        return entry_id(hotlist_id, "id", source_entry_id)
    return entry_id(hotlist_id, "plate", canonical_plate(plate), state, category.casefold(), case.casefold())


def reject(line: Line, error: FieldError) -> RejectedRow:
    """Return the rejection of a line for a field that makes it unusable."""
    return RejectedRow(line.number, error.reason, error.column, line.text[:_RAW_LIMIT])


def optional(text: str) -> str | None:
    """Return a field's text without outer blanks; None where it is empty."""
    return text.strip() or None


def is_unmapped(row: ParsedRow) -> bool:
    """Tell whether a row is an entry whose category code is not known."""
    return isinstance(row, HotlistEntry) and row.category is Category.UNMAPPED
