"""What a search is for: the law's list of purposes, and which purposes a person's words name."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from policy.facts import Fact
from policy.phrases import is_in, phrases_of
from policy.reasons import words_of
from schemas.types import SENSITIVE, Category, Purpose

_FILE = Path(__file__).with_name("purposes.toml")

_OF_CATEGORY: Mapping[Category, Purpose] = {
    Category.STOLEN_VEHICLE: Purpose.STOLEN_VEHICLE,
    Category.STOLEN_BOAT: Purpose.STOLEN_VEHICLE,
    Category.STOLEN_PLATE: Purpose.STOLEN_PLATE,
    Category.LOST_PLATE: Purpose.STOLEN_PLATE,
    Category.WANTED_PERSON: Purpose.WANTED_PERSON,
    Category.MISSING_PERSON: Purpose.MISSING_PERSON,
    Category.CHILD_ABDUCTION: Purpose.ENDANGERED_PERSON,
    Category.CHILD_SAFETY_CHECK: Purpose.ENDANGERED_PERSON,
    Category.ENDANGERED_PERSON: Purpose.ENDANGERED_PERSON,
    Category.HUMAN_TRAFFICKING: Purpose.HUMAN_TRAFFICKING,
    Category.PROTECTION_ORDER: Purpose.CIVIL_ORDER,
    Category.IMMIGRATION: Purpose.IMMIGRATION_ENFORCEMENT,
    Category.SUSPENDED_REGISTRATION: Purpose.REGISTRATION_OR_INSURANCE,
    Category.EXPIRED_REGISTRATION: Purpose.REGISTRATION_OR_INSURANCE,
    Category.UNINSURED: Purpose.REGISTRATION_OR_INSURANCE,
    Category.SUSPENDED_LICENSE: Purpose.TRAFFIC_ENFORCEMENT,
}


def purpose_of_category(category: Category) -> Purpose:
    """Return what an alert of a category is for; what is no narrower purpose is an investigation.

    Args:
        category: The entry's.
    """
    return _OF_CATEGORY.get(category, Purpose.CRIMINAL_INVESTIGATION)


@dataclass(frozen=True, slots=True)
class PurposeVerdict:
    """Whether a purpose is one that the law permits, and why. `named` is what the words name."""

    allowed: bool
    reason: str
    named: frozenset[Purpose] = frozenset()


class PurposeRule(Fact):
    """What stored reads may be searched for."""

    permitted: Literal["any"] | tuple[Purpose, ...] = "any"
    """The law's closed list, or `any` where it has none that we know of."""
    forbidden: tuple[Purpose, ...] = ()
    """What the law forbids by name, whatever else is named beside it."""

    def verdict(
        self, named: frozenset[Purpose], opened: Collection[Purpose] = (), closed: Collection[Purpose] = ()
    ) -> PurposeVerdict:
        """Return whether a question that names purposes may be asked.

        Args:
            named: Of `purposes_in`; empty: the words name none.
            opened: What the agency permits beside a closed list, by a decision of its own.
            closed: What the agency forbids.
        """
        forbidden = named & {*self.forbidden, *closed}
        if forbidden:
            who = self.source if forbidden & set(self.forbidden) else "this agency's policy.never_purposes"
            return PurposeVerdict(False, f"{in_words(forbidden)} is forbidden: {who}", named)
        if self.permitted == "any":
            return PurposeVerdict(True, f"no closed list of purposes known: {self.source}", named)
        permitted = {*self.permitted, *opened}
        # What the law's list leaves out on purpose does not come in beside something that it names.
        outside = (named & SENSITIVE) - permitted
        if named & permitted and not outside:
            return PurposeVerdict(True, f"{in_words(named & permitted)} is permitted: {self.source}", named)
        said = f"names {in_words(outside or named)}" if named else "names no purpose that is known"
        return PurposeVerdict(False, f"{said}; permitted are {in_words(permitted)}: {self.source}", named)


def in_words(purposes: Collection[Purpose]) -> str:
    """Return purposes by their names, in the order of `Purpose`."""
    return ", ".join(purpose.value for purpose in Purpose if purpose in purposes) or "nothing"


@lru_cache(maxsize=256)
def purposes_in(text: str) -> frozenset[Purpose]:
    """Return the purposes that a person's words name, or those that stand before a colon by their own names.

    Args:
        text: As it was given, like `stolen vehicle, Main Street` or `stolen_vehicle: seen at Main Street`.
    """
    words = words_of(text)
    named = {purpose for purpose, phrases in _phrases().items() if any(is_in(phrase, words) for phrase in phrases)}
    said, _ = outright(text)
    if said:
        # The words behind it explain it; what is sensitive among them stays said.
        return frozenset(said | (named & SENSITIVE))
    by_name = "_".join(words)
    return frozenset(named | {purpose for purpose in Purpose if purpose.value == by_name})


def outright(text: str) -> tuple[frozenset[Purpose], str]:
    """Return the purposes that stand before a colon by their own names, and what is said behind it.

    Args:
        text: As it was given, like `stolen_vehicle: seen at Main Street`; where more than names stands before it,
            as in `stolen vehicle, seen at 21:40`, all of it explains.
    """
    head, colon, explained = text.partition(":")
    names = {"_".join(words_of(part.replace("_", " "))) for part in head.split(",")} if colon else set()
    said = frozenset(purpose for purpose in Purpose if purpose.value in names)
    return said, explained if len(said) == len(names) else text


@cache
def _phrases() -> Mapping[Purpose, tuple[tuple[str, ...], ...]]:
    document = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {Purpose(name): phrases_of(phrases) for name, phrases in document.items()}
