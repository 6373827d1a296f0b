"""From a row with named columns, or an object with keys, to an entry; what all custom lists share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import BinaryIO

from hotlists.codes.maps import category_of_words, codes_digest
from hotlists.fields.absent import absent_words, without_absent
from hotlists.fields.columns import FIELDS, find_fields, heading, known_headings
from hotlists.fields.errors import FieldError
from hotlists.fields.jurisdictions import parse_jurisdiction
from hotlists.fields.moments import Moments
from hotlists.fields.vehicles import describe_vehicle, odd_year
from hotlists.text.delimited import Table
from hotlists.text.edges import is_footer
from hotlists.text.entries import EntryMaker, Extra
from hotlists.text.lines import Line, read_lines
from hotlists.text.parsing import ParsedList
from hotlists.text.tables import read_header
from schemas.errors import InvalidInput
from schemas.types import Category, HotlistEntry

_KNOWN_SHOWN = 12
"""So many of a field's known headings does an error name."""

Classify = Callable[[str, tuple[str, ...]], tuple[Category, str | None]]
"""Tells a row's category, and the list's own code or words for it, from its category column and further ones."""

End = Callable[[str, datetime | None, tuple[str, ...]], datetime | None]
"""Tells when a row ends, from its text for that, its begin and its further columns."""


@dataclass(frozen=True, slots=True)
class RowPlan:
    """Where a row's fields stand: `pick` takes them in the order of `FIELDS`, `others` are the rest."""

    pick: Callable[[Sequence[str]], tuple[str, ...]]
    others: tuple[tuple[str, int], ...]


class RowMaker:
    """Makes entries of rows whose columns are known. Made once per list.

    Args:
        make: The list's maker.
        classify: The layout's way to a category.
        moments: How the list writes dates.
        more: Names of further columns that `classify` and `end` take.
        keep_more: Whether these columns are kept among the entry's extra ones, too.
        end: The layout's own way to a row's end.
        plate_of: The layout's own way from its plate column to a plate.
    """

    def __init__(
        self,
        make: EntryMaker,
        classify: Classify,
        *,
        moments: Moments | None = None,
        more: tuple[str, ...] = (),
        keep_more: bool = False,
        end: End | None = None,
        plate_of: Callable[[str], str] | None = None,
    ) -> None:
        self._make = make
        self._classify = lru_cache(65_536)(classify)
        self._moments = moments or Moments()
        self._more = more
        self._kept = frozenset(more if keep_more else ())
        self._end = end or self._usual_end
        self._plate_of = plate_of
        self._absent = absent_words()
        # Words that all custom lists share stand in one map, whatever the layout.
        self.context = codes_digest("csv")
        """What entries depend on besides their row, its columns' meaning and the layout's own code map."""

    def plan(self, names: Sequence[str], places: Mapping[str, int]) -> RowPlan:
        """Return the plan of rows.

        Args:
            names: The names of all columns.
            places: Which of them are known fields, by the fields' names.
        """
        # A row is given one empty text after its last column: that is where absent fields stand.
        absent = len(names)
        known = {place for field, place in places.items() if field not in self._kept}
        return RowPlan(
            itemgetter(*(places.get(field, absent) for field in (*FIELDS, *self._more))),
            tuple((name or f"column {place + 1}", place) for place, name in enumerate(names) if place not in known),
        )

    def entry(self, line: Line, plan: RowPlan, row: list[str]) -> HotlistEntry:
        """Return a row's entry.

        Args:
            line: The row.
            plan: Where its fields stand.
            row: All columns; is changed.

        Raises:
            FieldError: The plate cannot be one, or a date is none.
        """
        row.append("")
        (
            plate,
            state,
            words,
            source_entry_id,
            case_number,
            make,
            model,
            style,
            color,
            year,
            expires,
            begins,
            instructions,
            priority,
            agency,
            *more,
        ) = self._picked(plan.pick(row))
        category, code = self._classify(words, tuple(more))
        if category is Category.UNMAPPED or not words:
            self._check_row(line.text)
        if category is Category.UNMAPPED and state and words:
            self._check_places(state, words)
        valid_from = self._moments.begin(begins, "valid_from") if begins else None
        valid_until = self._end(expires, valid_from, tuple(more)) if expires else None
        if valid_until is not None and valid_from is not None and valid_until <= valid_from:
            raise FieldError("expires", "the entry ends before it begins")
        extra: Extra = tuple((name, text) for name, place in plan.others if (text := row[place].strip()))
        if year and (odd := odd_year(year)):
            extra = (*extra, ("year", odd))
        return self._make(
            line,
            plate=self._plate_of(plate) if self._plate_of else plate,
            category=category,
            code=code,
            state=state,
            source_entry_id=source_entry_id,
            vehicle=describe_vehicle(year, make, model, style, color),
            originating_agency=agency,
            case_number=case_number,
            priority=priority,
            instructions=instructions,
            valid_from=valid_from,
            valid_until=valid_until,
            extra=extra,
        )

    def _picked(self, fields: tuple[str, ...]) -> list[str]:
        picked = list(map(str.strip, fields))
        # The plate, which is the first, is looked at by itself: a word for nothing there is a reason to reject the row.
        return picked if self._absent.isdisjoint(picked) else without_absent(picked, 0, "words")

    @staticmethod
    def _check_row(text: str) -> None:
        """Refuse a count or an end, which would be an entry of the plate `TOTAL` or `END OF FILE`."""
        if is_footer(text):
            raise FieldError(
                "row",
                "the line is a count or an end of the list rather than a row; a plate that really reads so is added by "
                "itself (platewatch hotlist add)",
            )

    def _check_places(self, state: str, words: str) -> None:
        """Refuse a row whose category is a state and whose state is none: a delimiter within a field shifted it."""
        if len(words) == 2 and parse_jurisdiction(words, "csv") and not parse_jurisdiction(state, "csv"):
            raise FieldError(
                "row",
                f"the category column holds the state '{words}', and the state column '{state[:20]}': the columns are "
                "shifted; quote fields that hold the delimiter",
            )

    def _usual_end(self, text: str, begin: datetime | None, more: tuple[str, ...]) -> datetime | None:
        return self._moments.end(text, "expires")


def words_classifier(layout: str) -> Classify:
    """Return the way to a category by words: the layout's own, then those in common use."""

    def classify(words: str, more: tuple[str, ...]) -> tuple[Category, str | None]:
        found = category_of_words(layout, words)
        if found is Category.UNMAPPED and layout != "csv":
            found = category_of_words("csv", words)
        return found, words or None

    return classify


def headings_of(layout: str, more: tuple[str, ...] = ()) -> Mapping[str, str]:
    """Return a layout's headings with their fields, with further columns that go by their own name."""
    return {**known_headings(layout), **{heading(name): name for name in more}}


def parse_records(
    stream: BinaryIO,
    file_name: str,
    maker: RowMaker,
    headings: Mapping[str, str],
    needed: Collection[str] = ("plate",),
) -> ParsedList:
    """Read a delimited list with a header; see `hotlists.text.parsing.HotlistParser`.

    Args:
        stream: The file, at its beginning.
        file_name: Its name, for errors.
        maker: Makes the entries.
        headings: Known headings with their fields.
        needed: Fields that the header has to have, the plate first.

    Raises:
        InvalidInput: The header lacks a needed field, or has one twice.
    """
    plates = frozenset(key for key, field in headings.items() if field == "plate")
    return table_list(
        read_header(read_lines(stream, file_name), file_name, plates, "plate"), file_name, maker, headings, needed
    )


def table_list(
    table: Table, file_name: str, maker: RowMaker, headings: Mapping[str, str], needed: Collection[str] = ("plate",)
) -> ParsedList:
    """Return the list of a table whose columns' names are known; see `parse_records`."""
    places = find_fields(table.names, headings, file_name, table.header.number or None)
    for field in needed:
        if field not in places:
            known = ", ".join([key for key, meant in headings.items() if meant == field][:_KNOWN_SHOWN])
            raise InvalidInput(
                f"the header has no column for the {field.replace('_', ' ')} (known: {known}): "
                f"'{table.header.text[:120]}'",
                source=file_name,
                line=table.header.number or None,
            )
    plan = maker.plan(table.names, places)

    def entry_of(line: Line) -> HotlistEntry:
        return maker.entry(line, plan, table.fields(line))

    context = f"{maker.context}\n{table.delimiter}\n{table.names}\n{places}\n{table.spare}"
    return ParsedList(table.records, entry_of, header=table.header.text or None, context=context)
