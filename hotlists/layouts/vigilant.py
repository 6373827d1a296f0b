"""Motorola Vigilant (LEARN, ClientPortal, PlateSearch) custom hot lists: delimited text with a header.

Plate, state and alert are needed; the alert level is Low, Medium or High; "inactive after" is a date, or a number of
days, which needs the date of the entry beside it.

Source: Vigilant ClientPortal help, "Hot List Management" (docs.vaasfiles.com), for the fields of a hot plate. The
headings of import files differ between versions and are unconfirmed (`hotlists/codes/columns.toml`), and so is how
"inactive after" stands in a file.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import BinaryIO

from hotlists.fields.errors import FieldError
from hotlists.fields.moments import Moments
from hotlists.text.entries import EntryMaker
from hotlists.text.parsing import ParsedList
from hotlists.text.records import RowMaker, headings_of, parse_records, words_classifier

_DAYS = re.compile(r"(\d{1,4})(?: *days?)?", re.IGNORECASE | re.ASCII)

_ENTERED = ("date_entered", "entry_date", "date_added")
"""When a plate was entered: not when its entry begins to hold, as it holds for vehicles seen before, too."""


def parse(stream: BinaryIO, *, file_name: str, hotlist_id: str, default_state: str | None = None) -> ParsedList:
    """Read a Vigilant hot list; see `hotlists.text.parsing.HotlistParser`."""
    moments = Moments()

    def end(text: str, begin: datetime | None, more: tuple[str, ...]) -> datetime | None:
        days = _DAYS.fullmatch(text)
        if days is None:
            return moments.end(text, "expires")
        begin = begin or next((moments.begin(entered, "date_entered") for entered in more if entered), None)
        if begin is None:
            raise FieldError(
                "expires", f"inactive after {days[1]} days: the row does not say from when; give a date of the end"
            )
        return begin + timedelta(days=int(days[1]))

    maker = RowMaker(
        EntryMaker("vigilant", hotlist_id, default_state, "plate"),
        words_classifier("vigilant"),
        moments=moments,
        more=_ENTERED,
        keep_more=True,
        end=end,
    )
    return parse_records(
        stream, file_name, maker, headings_of("vigilant", _ENTERED), needed=("plate", "state", "category")
    )
