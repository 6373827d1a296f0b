"""Plates as lists write them, and what cannot be one."""

from __future__ import annotations

import unicodedata

from hotlists.fields.errors import FieldError
from schemas.plates import MAX_PLATE_LENGTH, WILDCARD, normalize_plate

MIN_PLATE_LENGTH = 2
MIN_KNOWN_CHARACTERS = 2

_SEPARATORS = frozenset(" -.·'/\t")


def check_plate(text: str, column: str) -> str:
    """Return a plate as given, without outer blanks, after checking that it can be one.

    Args:
        text: The plate column.
        column: Its name, for the error.

    Raises:
        FieldError: It is empty, too long, has foreign characters or fewer than two known ones.
    """
    plate = text.strip()
    # Nearly every plate of a long list is plain, and done here.
    if plate.isalnum() and plate.isascii() and MIN_PLATE_LENGTH <= len(plate) <= MAX_PLATE_LENGTH:
        return plate
    normalized = normalize_plate(plate)
    # A star or a percent sign means "anything" on some lists; dropping it would name another vehicle's plate.
    foreign = [
        character
        for character in unicodedata.normalize("NFKC", plate)
        if not (character.isalnum() and character.isascii()) and character not in _SEPARATORS and character != WILDCARD
    ]
    if foreign:
        raise FieldError(
            column,
            f"the plate holds '{_printable(foreign[0])}'; letters, digits, '?' for one unknown character, blanks and "
            "dashes were expected",
        )
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


def _printable(character: str) -> str:
    return character if character.isprintable() else f"U+{ord(character):04X}"
