"""Which column, or key, of a list is which field of an entry: by the names that its layout writes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Final

from hotlists.codes.maps import load_codes
from schemas.errors import InvalidInput

FIELDS: Final = (
    "plate",
    "state",
    "category",
    "source_entry_id",
    "case_number",
    "make",
    "model",
    "style",
    "color",
    "year",
    "expires",
    "valid_from",
    "instructions",
    "priority",
    "originating_agency",
)
"""The fields of an entry that a column can hold, in the order in which rows give them."""


_NUMBERED: Final = frozenset({"plate", "case_number"})
"""Fields whose columns are called by a number, too."""

_WITH_HEADER: Final = frozenset({"csv", "flock", "vigilant"})
"""Layouts whose files always have a header: in others a word of the first row must not be taken for a heading."""


def heading(name: str) -> str:
    """Return a column's name with nothing but its letters, digits and #, lower case: `Case Number` is `casenumber`."""
    return re.sub(r"[^\w#]|_", "", unicodedata.normalize("NFKC", name.replace("\u2116", "#"))).casefold()


@cache
def known_headings(layout: str) -> Mapping[str, str]:
    """Return a layout's headings (`hotlists/codes/columns.toml`) with their fields, in the order of preference.

    A heading that is understood is so with an ending for its number, too (`Tag No`, `Tag #`), after all others.

    Args:
        layout: The table there. Fields' own names are understood besides, and come first.
    """
    tables = load_codes("columns")
    found = {heading(field): field for field in FIELDS}
    for name, field in (*tables[layout].items(), *(tables["common"].items() if layout in _WITH_HEADER else ())):
        found.setdefault(heading(name), field)
    for name, field in tuple(found.items()):
        for ending in tables["endings"] if field in _NUMBERED else ():
            found.setdefault(name + ending, field)
    return MappingProxyType(found)


def find_fields(
    names: Sequence[str], headings: Mapping[str, str], file_name: str | None = None, line: int | None = None
) -> dict[str, int]:
    """Return which column holds which field; where several do, the one whose heading is preferred.

    Args:
        names: The columns' names, as the list writes them.
        headings: Known headings with their fields, the preferred ones first.
        file_name: The file's name, for errors.
        line: The header's line number, for errors.

    Raises:
        InvalidInput: The column of a field stands there twice, so that it is not clear which one counts.
    """
    keys = [heading(name) for name in names]
    first: dict[str, int] = {}
    for place, key in enumerate(keys):
        first.setdefault(key, place)
    places: dict[str, int] = {}
    for key, field in headings.items():
        if field in places or key not in first:
            continue
        if (count := keys.count(key)) > 1:
            raise InvalidInput(f"the header names '{names[first[key]]}' {count} times", source=file_name, line=line)
        places[field] = first[key]
    return places
