"""Vehicles as lists describe them in columns: years, and codes of makes, styles and colors."""

from __future__ import annotations

from functools import lru_cache

from hotlists.fields.errors import FieldError
from schemas.types import VehicleDescription

_LONGEST_YEAR = 8
"""`UNKNOWN` and the like may stand for a year."""

NO_VEHICLE = VehicleDescription()
"""What nothing is known of."""


def describe_vehicle(
    year: str = "", make: str = "", model: str = "", style: str = "", color: str = ""
) -> VehicleDescription | None:
    """Return a vehicle from columns without outer blanks; None where all are empty.

    Makes and colors that are written with the digit zero for the letter O (`D0DG`) get the letter back: the codes of
    both are letters. A year that is none is left out; keep it among `extra` by `odd_year`.
    """
    found = VehicleDescription(
        parse_year(year), letters(make) or None, model or None, style or None, letters(color) or None
    )
    return None if found == NO_VEHICLE else found


def odd_year(year: str) -> str:
    """Return a year column that `describe_vehicle` leaves out, to keep it; else an empty text."""
    return year if year and parse_year(year) is None else ""


@lru_cache(maxsize=4096)
def letters(text: str) -> str:
    """Return a code that has letters only with its zeros as the letter O: lists write `D0DG` for DODG, `0NG` for ONG.

    Args:
        text: A make or a color. Left alone when it holds any other digit, or no letter.
    """
    if "0" not in text:
        return text
    mended = text.replace("0", "O")
    has_letter = any(character.isalpha() for character in text)
    return mended if has_letter and not any(character.isdigit() for character in mended) else text


@lru_cache(maxsize=4096)
def parse_year(text: str) -> int | None:
    """Return a vehicle year; two digits up to 40 mean 20xx, others 19xx. None where it is no year."""
    digits = text.strip()
    if not (len(digits) in (2, 4) and digits.isascii() and digits.isdigit()):
        return None
    year = int(digits)
    if len(digits) == 2:
        return 2000 + year if year <= 40 else 1900 + year
    return year if len(digits) == 4 and 1885 <= year <= 2100 else None


def check_year(vyr: str) -> None:
    """Refuse a row whose vehicle year holds something longer, such as a VIN.

    Args:
        vyr: VYR, without outer blanks.

    Raises:
        FieldError: It does: the columns are shifted.
    """
    if len(vyr) > _LONGEST_YEAR:
        raise FieldError("VYR", f"the vehicle year holds '{vyr[:20]}': the columns are shifted")
