"""Delimited text: tables with named columns, and their rows' fields."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hotlists.fields.errors import FieldError
from hotlists.text.lines import Line
from hotlists.text.quotes import split, split_columns, unwrapped

DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is being read: its header's line, its columns' names as given, and its rows' texts one by one.

    `spare` is how many empty fields its rows have after the last column.
    """

    header: Line
    names: tuple[str, ...]
    delimiter: str
    records: Iterator[Line]
    spare: int = 0

    def fields(self, line: Line) -> list[str]:
        """Return a row's fields, as many as there are columns, as they are written.

        Raises:
            FieldError: The row has more fields than columns, or its quotes do not fit.
        """
        text = line.text
        columns = len(self.names)
        fields = self._divided(text)
        if len(fields) > columns and (len(fields) > columns + self.spare or any(map(str.strip, fields[columns:]))):
            reason = (
                f"the row has {len(fields)} fields, the header {columns}; quote fields that hold '{self.delimiter}'"
            )
            raise FieldError("row", reason)
        if not text.isascii() or "'" in text or '="' in text:
            fields = [unwrapped(field) for field in fields]
        return [*fields[:columns], *("",) * (columns - len(fields))]

    def _divided(self, text: str) -> list[str]:
        return split_columns(text, self.delimiter, len(self.names))


def spare_fields(rows: Iterable[Line], delimiter: str, columns: int) -> int:
    """Return how many empty fields most rows have after their last column.

    Where one row alone has some, a delimiter within a field may have shifted it by as many columns.

    Args:
        rows: The first ones.
        delimiter: Between fields.
        columns: How many there are.
    """
    found: Counter[int] = Counter()
    for row in rows:
        try:
            fields = split(row.text, delimiter)
        except FieldError:
            continue
        if not any(map(str.strip, fields[columns:])):
            found[max(0, len(fields) - columns)] += 1
    return max(found, key=lambda spare: (found[spare], -spare), default=0)


def column_key(name: str) -> str:
    """Return a column's name without case, blanks, dashes and underscores, so that `Case Number` is `case_number`."""
    return re.sub(r"[\s_\-]+", "", name).casefold()
