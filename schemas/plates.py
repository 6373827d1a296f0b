"""Plate text rules that reading, matching, hotlists and search share."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MAX_PLATE_LENGTH = 12
"""Longest plate text that any stage accepts, in characters."""

WILDCARD = "?"
"""Stands for exactly one unknown character in a hotlist entry or a search."""

_SEPARATORS: Final = frozenset(
    " \t-.'/&"
    "`\u00b4\u02b9\u02bb\u02bc\u02bd\u02c8\u02ca\u02cb\u2032\u2035\ua78b\ua78c"  # what stands for an apostrophe
    "\u02d7\u2043\u2212\u2500\u2501"  # what stands for a dash and is none for Unicode
    "\u00b7\u0387\u2022\u2024\u2027\u2219\u22c5\u25cf\u25e6\u2e31\u30fb\uff65"  # dots and bullets
    "\u2044\u2215"  # slashes
    "\u201a\u201e"  # quotation marks that begin below
    "\u034f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"  # joiners and tones of symbols
)
_SEPARATING_CATEGORIES: Final = frozenset({"Zs", "Pd", "Cf", "Pi", "Pf"})
"""Blanks, dashes, marks without width (zero-width space, soft hyphen, byte order mark), typographic quotation marks."""

_SAME_LETTER: Final = ("<wide> ", "<narrow> ", "<font> ")
"""Decompositions that are another form of one letter or sign. Others (`\u00bd`, `\u2122`) would invent characters."""

_UNKNOWN_OR_LOST: Final = re.compile(r"[\u2580-\u25ff\ufffd\ufffc]")
"""Boxes and blocks: somebody, or some program, had a character there. Dropping it would name another plate."""

_SAYS_SOMETHING: Final = re.compile(r"ASTERISK|QUESTION MARK|BALLOT BOX|LARGE SQUARE|MEDIUM SQUARE|SMALL SQUARE")
"""Symbols that stand for any, an unknown or a lost character; by their names."""

_VARIATIONS: Final = re.compile(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


class _Folding(dict[int, str]):
    """What each character of a plate's spelling means, told once: itself, or nothing where it only separates."""

    def __missing__(self, code: int) -> str:
        self[code] = meaning = _meaning(chr(code))
        return meaning


def _meaning(character: str) -> str:
    folded = character
    if not character.isascii() and unicodedata.decomposition(character).startswith(_SAME_LETTER):
        folded = unicodedata.normalize("NFKC", character)
    if folded.isascii() and folded.isalnum():
        return folded.upper()
    if _is_separator(folded):
        return ""
    # A dotless i is no I, although its capital is.
    capital = folded.upper()
    return folded if capital.isascii() or len(capital) > 1 else capital


def _is_separator(character: str) -> bool:
    if character in _SEPARATORS or _VARIATIONS.match(character):
        return True
    category = unicodedata.category(character)
    if category != "So":
        return category in _SEPARATING_CATEGORIES
    # A heart, a star or a wheelchair is no part of the plate ("disregard all symbols", NCIC); a letter in a circle is
    # a letter, and an asterisk of any form means "anything" on some lists.
    is_letter = any(part.isalnum() for part in unicodedata.normalize("NFKC", character))
    name = unicodedata.name(character, "")
    return not (is_letter or _SAYS_SOMETHING.search(name) or _UNKNOWN_OR_LOST.match(character))


_FOLDING: Final = _Folding()


def fold_plate(text: str) -> str:
    """Return plate text in upper case without what only separates; everything that is no plate's stays in it.

    Separators are blanks, dashes, dots, slashes, apostrophes, `&`, marks without width, and symbols such as hearts.
    This one rule holds for lists, single entries, matching and search: they differ in what else they let pass.

    Args:
        text: Plate text as a person, a list or a reader wrote it.

    Returns:
        Letters and digits in upper case, with `?` and all that is neither part of a plate nor a separator.
    """
    return unicodedata.normalize("NFC", text).translate(_FOLDING)


def strange_characters(text: str, allowed: str = WILDCARD) -> list[str]:
    """Return the characters that are neither of a plate nor separators, each once, in their order.

    Args:
        text: Plate text in any spelling.
        allowed: Signs that may stand there besides.
    """
    if text.isascii() and text.isalnum():
        return []
    found = dict.fromkeys(fold_plate(text))
    return [sign for sign in found if not (sign.isascii() and sign.isalnum()) and sign not in allowed]


def shown_character(character: str) -> str:
    """Return a character for an error: itself, or its number where it cannot be printed."""
    return character if character.isprintable() else f"U+{ord(character):04X}"


def normalize_plate(text: str) -> str:
    """Return plate text in upper case without spaces, dashes, dots and other separators.

    Full-width forms become ASCII. Letters and digits outside ASCII are kept, so that a caller can reject them by name
    instead of losing them; whoever takes text from people or lists asks for `strange_characters` first.

    Args:
        text: Plate text as a person, a list or a reader wrote it.

    Returns:
        The plate's letters and digits in upper case, with `?` kept.
    """
    if text.isascii() and text.isalnum():
        return text.upper()
    return "".join(character for character in fold_plate(text) if character.isalnum() or character == WILDCARD)


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
