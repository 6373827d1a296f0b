"""Plate text rules that reading, matching, hotlists and search share."""

from __future__ import annotations

import unicodedata

MAX_PLATE_LENGTH = 12
"""Longest plate text that any stage accepts, in characters."""

WILDCARD = "?"
"""Stands for exactly one unknown character in a hotlist entry or a search."""


def normalize_plate(text: str) -> str:
    """Return plate text in upper case without spaces, dashes, dots and other separators.

    Full-width and other compatibility forms become ASCII. Letters and digits outside ASCII are kept, so that a caller
    can reject them by name instead of losing them.

    Args:
        text: Plate text as a person, a list or a reader wrote it.

    Returns:
        The plate's letters and digits in upper case, with `?` kept.
    """
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(character for character in folded if character.isalnum() or character == WILDCARD)


def canonical_plate(text: str) -> str:
    """Return the form under which two spellings of one plate are equal: normalized, with the letter O as zero.

    NCIC-style extracts write the letter O as the digit zero, most readers do not, and many states' plates show both
    alike, so equality of text is equality of this form.

    Args:
        text: Plate text in any spelling.

    Returns:
        Canonical text.
    """
    return normalize_plate(text).replace("O", "0")
