"""Whether a purpose, a reason or a case number that a person gives says anything."""

from __future__ import annotations

import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("placeholders.toml")
_SHORTEST_WORD = 3
_SHORTEST_SEQUENCE = 3


def fault_of_reason(text: str) -> str | None:
    """Return what is wrong with a purpose or a reason, in words, or None where it says something.

    Args:
        text: As it was given.
    """
    words = words_of(text)
    if not words:
        return "is empty" if not text.strip() else "has neither letters nor digits"
    if any(character.isdigit() for word in words for character in word):
        telling = [word for word in words if word.isalpha() and word not in _known("number_words")]
        if not any(len(word) >= _SHORTEST_WORD and not _is_placeholder(word) for word in telling):
            return "is a number, as of a case"
    elif len("".join(words)) == 1:
        return "is one letter"
    elif all(map(_is_placeholder, words)) or _is_placeholder("".join(words)):
        return "says nothing"
    return None


def fault_of_case_number(text: str) -> str | None:
    """Return what is wrong with a case or call number, in words, or None where it can be one.

    Args:
        text: As it was given.
    """
    words = words_of(text)
    digits = "".join(character for word in words for character in word if character.isdigit())
    if not words:
        return "is empty" if not text.strip() else "has neither letters nor digits"
    if not digits:
        return "has no digit"
    if len("".join(words)) == 1:
        return "is one digit"
    named = any(word.isalpha() and len(word) > 1 and not _is_placeholder(word) for word in words)
    mixed = any(not word.isalpha() and not word.isdigit() for word in words)
    if not named and not mixed and _is_filler(digits):
        return "says nothing"
    return None


def _is_filler(digits: str) -> bool:
    """Tell whether digits are all zero, one digit many times, or the keyboard's row."""
    if set(digits) == {"0"} or (len(digits) >= _SHORTEST_SEQUENCE and len(set(digits)) == 1):
        return True
    return len(digits) >= _SHORTEST_SEQUENCE and any(row.startswith(digits) for row in _document()["sequences"])


def _is_placeholder(word: str) -> bool:
    return word in _known("words") or len(set(word)) == 1


def words_of(text: str) -> list[str]:
    """Return a text's words in lower case; what cannot be seen and punctuation between letters (`n/a`) do not count.

    Args:
        text: As a person typed it.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = "".join(character for character in plain if unicodedata.category(character) not in ("Cf", "Mn", "Cc"))
    spaced = "".join(character if character.isalnum() else " " for character in plain)
    return spaced.split()


@cache
def _known(key: str) -> frozenset[str]:
    return frozenset(_document()[key])


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
