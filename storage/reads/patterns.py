"""What an analyst may ask for: a plate, with `?` for one unknown character and `*` for any number of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from schemas.errors import InvalidInput
from schemas.plates import canonical_plate, fold_plate, shown_character, strange_characters

LEAST_KNOWN = 2
MAX_LENGTH = 32
_WILDCARDS = "?*"


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
        pattern: As typed: any case; what separates on plates (`schemas.plates.fold_plate`) does not count.

    Returns:
        The pattern.

    Raises:
        InvalidInput: Characters that no plate has, or fewer than two known ones.
    """
    # Dropping a sign that is no separator would answer another question than the one that was asked.
    strange = strange_characters(pattern, _WILDCARDS)
    if strange:
        raise InvalidInput(
            f"pattern {pattern!r} holds {' '.join(repr(shown_character(sign)) for sign in strange)}; use letters, "
            "digits, ? for one unknown character and * for any number of them"
        )
    folded = fold_plate(pattern)
    if len(folded) > MAX_LENGTH:
        raise InvalidInput(f"pattern {pattern!r} is longer than {MAX_LENGTH} characters")
    known = sum(character not in _WILDCARDS for character in folded)
    if known < LEAST_KNOWN:
        raise InvalidInput(
            f"pattern {pattern!r} has {known} known characters; at least {LEAST_KNOWN} are needed, or every plate fits"
        )
    text = "*".join(canonical_plate(part) for part in re.split(r"\*+", folded))
    return PlatePattern(text, text.replace("?", "_").replace("*", "%"))
