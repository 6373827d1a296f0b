"""Plates as lists write them, and what cannot be one."""

from __future__ import annotations

import re

from hotlists.fields.errors import FieldError, NoPlateError
from hotlists.fields.placeholders import is_placeholder
from hotlists.fields.spreadsheets import ADVICE, damage
from schemas.plates import (
    MAX_PLATE_LENGTH,
    WILDCARD,
    canonical_plate,
    normalize_plate,
    shown_character,
    strange_characters,
)

MIN_PLATE_LENGTH = 2
MIN_KNOWN_CHARACTERS = 2

_IS_SERIAL = re.compile(rf"(?=[0-9A-Za-z]*[2-8])[0-9A-Za-z]{{{MIN_PLATE_LENGTH},{MAX_PLATE_LENGTH}}}").fullmatch
"""Letters and digits, with one that no word for no plate has: the others are looked up."""


def check_plate(text: str, column: str, *, is_vanity: bool = False) -> str:
    """Return a plate as given, without outer blanks, after checking that it can be one.

    Args:
        text: The plate column.
        column: Its name, for the error.
        is_vanity: A person says that a plate which reads like a word for no plate is one.

    Raises:
        NoPlateError: It is a word for no plate.
        FieldError: It is empty, too long, has foreign characters or fewer than two known ones, or a spreadsheet made a
            number or a date of it.
    """
    plate = text.strip()
    # Nearly every plate of a long list is plain, and done here.
    if _IS_SERIAL(plate):
        return plate
    if not is_vanity and is_placeholder(canonical_plate(plate)):
        raise NoPlateError(
            column,
            f"'{plate[:20]}' stands for no plate; a vanity plate that really reads so is added by itself (platewatch "
            "hotlist add --vanity)",
        )
    _check_signs(plate, column)
    normalized = normalize_plate(plate)
    if not normalized:
        raise FieldError(column, "the plate is empty")
    if not MIN_PLATE_LENGTH <= len(normalized) <= MAX_PLATE_LENGTH:
        raise FieldError(
            column,
            f"the plate has {len(normalized)} characters; {MIN_PLATE_LENGTH} to {MAX_PLATE_LENGTH} were expected",
        )
    if len(normalized) - normalized.count(WILDCARD) < MIN_KNOWN_CHARACTERS:
        raise FieldError(
            column, f"fewer than {MIN_KNOWN_CHARACTERS} characters are known; such an entry would match anyone"
        )
    return plate


def _check_signs(plate: str, column: str) -> None:
    found = damage(plate)
    if found:
        raise FieldError(column, f"'{plate[:30]}' is {found}: a spreadsheet made it of the plate; {ADVICE}")
    # A star or a percent sign means "anything" on some lists; dropping it would name another vehicle's plate.
    strange = strange_characters(plate)
    if strange:
        raise FieldError(
            column,
            f"the plate holds '{shown_character(strange[0])}'; letters, digits, '?' for one unknown character, blanks "
            "and dashes were expected",
        )
