"""Which type of offense a question is about: the FBI's codes, by code, by name, or by a purpose's own words."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from policy.phrases import is_in, phrases_of
from policy.reasons import words_of
from schemas.types import Purpose

_FILE = Path(__file__).with_name("offenses.toml")

WITHOUT_OFFENSE: Final = frozenset(
    {
        Purpose.MISSING_PERSON,
        Purpose.ENDANGERED_PERSON,
        Purpose.WANTED_PERSON,
        Purpose.CIVIL_ORDER,
        Purpose.CRASH_INVESTIGATION,
        Purpose.ORDINANCE_VIOLATION,
    }
)
"""Purposes that are about no offense of the list, or where the warrant says which."""


@dataclass(frozen=True, slots=True)
class OffenseType:
    """A type of offense: the FBI's code, like 240, and its name."""

    code: str
    name: str

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


def offense_types() -> tuple[OffenseType, ...]:
    """Return all types, by code."""
    return tuple(_types())


def offense_of(text: str) -> OffenseType | None:
    """Return the type that a code or a name means, or None where it means none.

    Args:
        text: As it was given: `240`, `23f`, `Motor vehicle theft`.
    """
    words = words_of(text)
    code = "".join(words).upper()
    return next((one for one in _types() if one.code == code or words_of(one.name) == words), None)


@lru_cache(maxsize=256)
def offenses_in(text: str) -> tuple[OffenseType, ...]:
    """Return the types that a purpose's words name, by code.

    A longer phrase wins over one that stands in it: `theft from cars` is no other larceny besides.

    Args:
        text: The purpose, as it was given.
    """
    words = words_of(text.replace("_", " "))
    found = {
        one: [phrase for phrase in phrases if is_in(phrase, words)]
        for one, phrases in _types().items()
        if any(is_in(phrase, words) for phrase in phrases)
    }
    said = [phrase for phrases in found.values() for phrase in phrases]
    return tuple(one for one, phrases in found.items() if any(not _within_another(phrase, said) for phrase in phrases))


def _within_another(phrase: tuple[str, ...], said: list[tuple[str, ...]]) -> bool:
    return any(len(other) > len(phrase) and is_in(phrase, [part.rstrip("*") for part in other]) for other in said)


@cache
def _types() -> Mapping[OffenseType, tuple[tuple[str, ...], ...]]:
    document: dict[str, Any] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {OffenseType(code, one["name"]): phrases_of(one["words"]) for code, one in document["codes"].items()}
