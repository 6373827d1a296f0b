"""What an analyst may ask for: a plate, with `?` for one unknown character and `*` for any number of them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from schemas.errors import InvalidInput
from schemas.plates import canonical_plate

LEAST_KNOWN = 2
MAX_LENGTH = 32
_SEPARATORS = re.compile(r"[\s\-.·_/]+")
_ALLOWED = re.compile(r"[0-9A-Z?*]+")


@dataclass(frozen=True, slots=True)
class PlatePattern:
    """A checked pattern on canonical plate text (the letter O as zero).

    `text` is the pattern in canonical form, `like` the same as SQL's LIKE writes it.
    """

    text: str
    like: str

    @property
    def is_exact(self) -> bool:
        """Whether it names one plate."""
        return "?" not in self.text and "*" not in self.text


def parse_pattern(pattern: str) -> PlatePattern:
    """Check a pattern and bring it to canonical form.

    Args:
        pattern: As typed: any case, spaces and dashes do not count.

    Returns:
        The pattern.

    Raises:
        InvalidInput: Characters that no plate has, or fewer than two known ones.
    """
    folded = _SEPARATORS.sub("", unicodedata.normalize("NFKC", pattern).upper())
    strange = sorted({character for character in folded if not _ALLOWED.fullmatch(character)})
    if strange:
        raise InvalidInput(
            f"pattern {pattern!r} holds {' '.join(map(repr, strange))}; use letters, digits, ? for one unknown "
            "character and * for any number of them"
        )
    if len(folded) > MAX_LENGTH:
        raise InvalidInput(f"pattern {pattern!r} is longer than {MAX_LENGTH} characters")
    known = sum(character not in "?*" for character in folded)
    if known < LEAST_KNOWN:
        raise InvalidInput(
            f"pattern {pattern!r} has {known} known characters; at least {LEAST_KNOWN} are needed, or every plate fits"
        )
    text = "*".join(canonical_plate(part) for part in re.split(r"\*+", folded))
    return PlatePattern(text, text.replace("?", "_").replace("*", "%"))
