"""What a read says about each character place, whatever its source gives: distributions, top-1, or text alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from matcher.characters.confusion import (
    ADDED,
    ADDED_EASILY,
    ALPHABET,
    NARROW,
    SAME_SHAPE,
    SAME_SHAPE_SHARE,
    misread_share,
    shown_probability,
)
from schemas.errors import InvalidInput
from schemas.plates import MAX_PLATE_LENGTH, WILDCARD, normalize_plate
from schemas.types import CharacterRead, PlateRead

MIN_PLATE_LENGTH = 2
"""Shorter texts are not plates."""

FLOOR = 1e-6
"""No reader is surer than this: P of a character that its distribution leaves out."""

BACKGROUND = 1 / 34
"""P(one character) on a plate of which nothing is known: most states leave out O, I or Q."""

EXTRA_AT_EDGE_SHARE = 0.002
"""How probable it is at least that the first or last character is none, beside what it is read as: plates carry small
letters, stickers and emblems there, which a reader sees well and a list leaves out."""

MOST_PROBABLE = 1.0 + 1e-6
"""Readers round."""

LEAST_LOSS_SHARE = 0.15
"""Of the general rate, in a read that is sure of every character it shows."""

_LOSS_SLOPE = 2.0

_SYMBOLS = frozenset(ALPHABET)
_PLAIN = _SYMBOLS | {"O"}


@dataclass(frozen=True, slots=True)
class Slot:
    """One character place of a read.

    `shown` is the text as seen (one character), `character` its canonical form. `distribution` maps canonical
    characters (and `""`: no character) to probabilities and includes `character`; None when the source gives text only.
    `withheld` is what of the other characters' probability counts for none of them.
    """

    shown: str
    character: str
    distribution: Mapping[str, float] | None = None
    withheld: float = 0.0

    @property
    def rest(self) -> float:
        """Probability that a distribution leaves to characters that it does not name."""
        return max(1.0 - sum((self.distribution or {}).values()) - self.withheld, 0.0)

    def probability(self, listed: str) -> float:
        """Return how likely the evidence of this place makes the canonical character `listed` (0-1)."""
        if self.distribution is None:
            return shown_probability(self.character, listed)
        known = self.distribution.get(listed)
        if known is None:
            # What the reader left out follows the general habits of readers.
            known = self.rest * misread_share(self.character, listed)
        if (self.character, listed) in SAME_SHAPE:
            known = max(known, SAME_SHAPE_SHARE * self.top)
        return max(known, FLOOR)

    @property
    def top(self) -> float:
        """Probability of the character as seen."""
        return self.probability(self.character)

    def absent(self, at_edge: bool) -> float:
        """Return how likely it is that the plate has no character here.

        Args:
            at_edge: The place is the first or the last.
        """
        general = ADDED_EASILY if at_edge or self.character in NARROW else ADDED
        if self.distribution is None:
            return general
        known = self.distribution.get("")
        least = EXTRA_AT_EDGE_SHARE * self.top if at_edge else FLOOR
        return max(known if known is not None else self.rest * general, least, FLOOR)


def loss_share(slots: Sequence[Slot]) -> float:
    """Return how often such a read has lost a character, as a share of how often reads in general have (0-1).

    A read that is sure of what it shows is of a plate that was seen well, and has hardly lost anything: of 1,310
    readings of labeled plates with a probability of .99 and more two had lost one, of 238 below .8 six had.

    Args:
        slots: The read's places.
    """
    sure, is_withheld = 1.0, False
    for slot in slots:
        if slot.distribution is None:
            return 1.0
        is_withheld = is_withheld or slot.withheld != 0.0
        # As `Slot.top` says, which asks more than this for each place of each read.
        known = slot.distribution.get(slot.character)
        sure *= slot.top if known is None else max(known, FLOOR)
    if is_withheld:
        return LEAST_LOSS_SHARE
    doubt = 1.0 - sure
    return min(max(_LOSS_SLOPE * doubt, LEAST_LOSS_SHARE), 1.0)


SURE = 0.99
"""The confidence of a reader that is sure."""


def credited_slots(read: PlateRead, slots: tuple[Slot, ...]) -> tuple[Slot, ...]:
    """Return a read's places as entries are credited with them.

    Where the reader gave no confidence, nobody has stated the doubt of its text that the other characters share: they
    are credited with no more of it than a sure reader leaves them. The text itself is as doubtful as before.

    Args:
        read: The read.
        slots: Its places.

    Returns:
        The same places where that changes nothing.
    """
    if read.confidence_is_known or all(slot.distribution is None for slot in slots):
        return slots
    doubt = 1.0 - read.confidence if math.isfinite(read.confidence) else 1.0
    share = (1.0 - SURE) / max(doubt, 1.0 - SURE)
    return tuple(_credited(slot, share) for slot in slots)


def _credited(slot: Slot, share: float) -> Slot:
    given = slot.distribution or {}
    others = {character: chance * share for character, chance in given.items() if character != slot.character}
    withheld = sum(given.values()) - given.get(slot.character, 0.0) - sum(others.values())
    if slot.distribution is None or withheld <= 0.0:
        return slot
    return replace(slot, distribution={slot.character: given.get(slot.character, 0.0)} | others, withheld=withheld)


def read_slots(read: PlateRead) -> tuple[Slot, ...]:
    """Return a read's character places.

    Args:
        read: Any reader's read. Separators and lower case in its text are normalized away.

    Returns:
        One slot per character of the normalized text.

    Raises:
        InvalidInput: The text is not a plate, or the per-character evidence does not belong to it or is not made of
            probabilities.
    """
    plate = read.plate
    # Nearly every read is plain.
    is_plain = _PLAIN.issuperset(plate) and MIN_PLATE_LENGTH <= len(plate) <= MAX_PLATE_LENGTH
    text = plate if is_plain else normalize_plate(plate)
    if not is_plain:
        _check_text(text)
    if not read.characters:
        return tuple([_plain_slot(character) for character in text])
    places = [place for place in read.characters if _normalized(place.character)]
    spelled = [_normalized(place.character) for place in places]
    # Equal lists, not equal text: one compatibility character may stand for two letters.
    if spelled != list(text):
        raise InvalidInput(
            f"the read has {len(places)} characters with evidence that do not spell its plate of {len(text)}; send one "
            "per character, or none",
            column="characters",
        )
    return tuple([_slot(place) for place in places])


@lru_cache(maxsize=1024)
def _normalized(character: str) -> str:
    return normalize_plate(character)


@lru_cache(maxsize=1024)
def _plain_slot(character: str) -> Slot:
    """Return the place of a character of which nothing else is known: the same for every read."""
    return Slot(character, _canonical(character))


def _check_text(text: str) -> None:
    if not MIN_PLATE_LENGTH <= len(text) <= MAX_PLATE_LENGTH:
        raise InvalidInput(
            f"the plate has {len(text)} letters and digits; {MIN_PLATE_LENGTH} to {MAX_PLATE_LENGTH} were expected",
            column="plate",
        )
    for character in text:
        if character == WILDCARD:
            raise InvalidInput("the read has an unknown character '?'; only list entries may have one", column="plate")
        if _canonical(character) not in _SYMBOLS:
            raise InvalidInput(
                f"the plate holds U+{ord(character):04X}; only Latin letters and digits can be matched", column="plate"
            )


def _canonical(character: str) -> str:
    return "0" if character == "O" else character


@lru_cache(maxsize=1024)
def _counted(raw: str) -> str | None:
    """Return what a reader's text of a place counts for: a canonical character, "" for none; None: for nothing."""
    character = _canonical(_normalized(raw))
    return character if character in _SYMBOLS or raw == "" else None


def _slot(place: CharacterRead) -> Slot:
    distribution: dict[str, float] = {}
    for raw, probability in ((place.character, place.confidence), *place.alternatives):
        # What is no number lies between nothing.
        if not 0.0 <= probability <= MOST_PROBABLE:
            raise InvalidInput(f"a character's probability is {probability}; 0 to 1 was expected", column="characters")
        character = _counted(raw)
        if character is not None:
            distribution[character] = distribution.get(character, 0.0) + probability
    total = sum(distribution.values())
    if total > 1.0:
        distribution = {character: probability / total for character, probability in distribution.items()}
    shown = _normalized(place.character)
    return Slot(shown, _canonical(shown), distribution)
