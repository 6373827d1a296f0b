"""Fields that say in words that they are empty, and days that stand for none: NULL, N/A, 0000-00-00, 9999-12-31."""

from __future__ import annotations

import re
from datetime import date
from functools import cache, lru_cache

from hotlists.codes.maps import load_document

_NO_DAY = re.compile(
    r"0[0 /.:T-]*Z?|(?:0?1/00?/|00-jan-)(?:19)?00|1900-01-00|_*[/.-]_*[/.-]_*|[ ]*([/-])[ ]*\1[ ]*", re.IGNORECASE
)
"""`0000-00-00 00:00:00`, `00/00/0000`, `0`; how spreadsheets show the number zero as a day; and the mask of a day that
nobody filled in (`  /  /    `, `__/__/____`)."""

_ALL_NINES = re.compile(r"9{4}[-/.]?9{2}[-/.]?9{2}|9{2}[-/.]9{2}[-/.](?:9{4}|9{2})|9{6}|31[-/.]12[-/.][29]999")

_LAST_DAY = re.compile(r"(?:31[- ]?dec(?:ember)?|dec(?:ember)? ?31),?[- ]?[29]999(?:\D.*)?", re.IGNORECASE)
"""`31-DEC-9999`, `Dec 31 9999 12:00AM`, as databases write the last day."""


@cache
def absent_words(table: str = "words") -> frozenset[str]:
    """Return what an empty field may say, as it is written: lower case, upper case, capitalized and as in the data.

    Args:
        table: `words`, or `coded` for lists whose fields are codes.
    """
    words = load_document("absent")[table]
    return frozenset(form for word in words for form in (word, word.lower(), word.upper(), word.capitalize()))


def without_absent(fields: list[str], kept: int, table: str = "coded") -> list[str]:
    """Return a row's fields with empty texts for those that say that they are empty.

    Args:
        fields: Without outer blanks.
        kept: The place of the plate, which is looked at by itself.
        table: As in `absent_words`.
    """
    absent = absent_words(table)
    if absent.isdisjoint(fields):
        return fields
    return [text if place == kept or text not in absent else "" for place, text in enumerate(fields)]


@lru_cache(maxsize=4096)
def is_no_day(text: str) -> bool:
    """Tell whether a date's text says that there is none."""
    return text in absent_words() or _NO_DAY.fullmatch(text) is not None


@lru_cache(maxsize=4096)
def is_never(text: str) -> bool:
    """Tell whether a date's text says that the day never comes."""
    if _ALL_NINES.fullmatch(text) or _LAST_DAY.fullmatch(text):
        return True
    return " ".join(text.casefold().replace("-", " ").split()) in _never()


def is_first_day(day: date) -> bool:
    """Tell whether some calendar begins with a day: an empty field was stored as a number."""
    return day.isoformat() in _first_days()


@cache
def never_from() -> int:
    """Return the year from which on a day is one that never comes."""
    return int(load_document("absent")["never_from"])


@cache
def _never() -> frozenset[str]:
    return frozenset(" ".join(text.replace("-", " ").split()) for text in load_document("absent")["never"])


@cache
def _first_days() -> frozenset[str]:
    return frozenset(load_document("absent")["first_days"])
