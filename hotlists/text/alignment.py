"""Fixed columns that do not stand where they should: a blank too few or too many would name another vehicle."""

from __future__ import annotations

import re
from functools import lru_cache

from hotlists.fields.errors import FieldError
from hotlists.fields.jurisdictions import parse_jurisdiction
from hotlists.text.extract import COLUMNS

_STATE = re.compile(r"[A-Z0]{2}|  ", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_RECORD_START = re.compile(r"[A-Z][0-9A-Z][0-9]{8}", re.IGNORECASE)
_DATE_PLACE = slice(*COLUMNS["DATE"])
_DATE = re.compile(r"\d{8}| {8}")


def check_alignment(lic: str, lis: str, layout: str) -> None:
    """Refuse a row whose plate and state columns cannot be those.

    Args:
        lic: The plate column as it stands, with its blanks.
        lis: The state column, two characters.
        layout: The layout, for its states.

    Raises:
        FieldError: The state column holds half a state or a digit, or the plate column two words or a tab.
    """
    if not _state_fits(lis):
        raise FieldError(
            "LIS", f"the state column holds '{lis}'; two letters or two blanks were expected: the columns are shifted"
        )
    plate = lic.strip()
    if plate.isalnum():
        return
    if "  " in plate or "\t" in plate:
        raise FieldError("LIC", "a gap stands within the plate column: the columns are shifted, or divided by tabs")
    if " " not in plate:
        return
    # Plates may hold one blank, but one that fills its column as well rather ends in the state's first letter.
    if not (lic[0].isspace() or lic[-1].isspace()):
        raise FieldError("LIC", "a blank stands within a plate that fills its column: the columns are shifted")
    if lis.strip() and parse_jurisdiction(lis, layout) is None:
        raise FieldError("LIC", f"a blank stands within the plate and '{lis}' is no state: the columns are shifted")


def refuse_extract(text: str) -> None:
    """Refuse a row of NCIC's columns where plate and state come first: its id would be taken for a plate.

    Raises:
        FieldError: NCIC's date stands in its place; words stand there in lists that begin with the plate.
    """
    if text[_DATE_PLACE].isdigit() and len(text) >= _DATE_PLACE.stop:
        raise FieldError("LIC", "a date stands in columns 19-27: this is a row of NCIC's columns, of another layout")


@lru_cache(maxsize=4096)
def _state_fits(lis: str) -> bool:
    return _STATE.fullmatch(lis) is not None


def fits(lic: str, lis: str, layout: str) -> bool:
    """Tell whether plate and state columns are rather a row's than a header's (`NEW YORK LPR FILE`)."""
    try:
        check_alignment(lic, lis, layout)
    except FieldError:
        return False
    plate = lic.strip()
    if not plate:
        return False
    if _DIGIT.search(plate):
        return True
    return " " not in plate and (not lis.strip() or parse_jurisdiction(lis, layout) is not None)


def is_extract_row(text: str, layout: str) -> bool:
    """Tell whether a line begins like a row with NCIC's columns, whatever the first of them holds."""
    if _RECORD_START.match(text):
        return True
    (date, _), (lic, end), (lis, last) = COLUMNS["DATE"], COLUMNS["LIC"], COLUMNS["LIS"]
    return (
        len(text) >= last
        and _DATE.fullmatch(text[date:lic]) is not None
        and fits(text[lic:end], text[lis:last], layout)
    )
