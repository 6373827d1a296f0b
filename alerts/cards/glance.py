"""What a driver may read of an alert while the car moves: at most twelve words, what matters first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from alerts.cards.card import Card
from alerts.cards.places import where_words
from schemas.types import CarState, StateKind

MOST_WORDS: Final = 12


@dataclass(frozen=True, slots=True)
class Phrase:
    """Some words of a notice; `kind` says how they look: plate, category, state, against, old, place or vehicle."""

    kind: str
    words: str

    @property
    def count(self) -> int:
        """How many words it is."""
        return len(self.words.split())


def glance(card: Card, *, is_list_old: bool = False, most: int = MOST_WORDS) -> tuple[Phrase, ...]:
    """Return what is shown of an alert while the car moves.

    What has to be there comes first and always fits: that it was taken back, states that differ, what the plate is
    listed for, and the plate. What else fits follows: what contradicts the entry, an old list, where, and the vehicle.

    Args:
        card: The alert.
        is_list_old: Whether its list is older than it may be.
        most: How many words may be shown, at least ten.
    """
    chosen: list[Phrase] = []
    left = most
    for phrase in _phrases(card, is_list_old=is_list_old):
        if 0 < phrase.count <= left:
            chosen.append(phrase)
            left -= phrase.count
    return tuple(chosen)


def _phrases(card: Card, *, is_list_old: bool) -> Iterator[Phrase]:
    if card.canceled:
        yield Phrase("against", "TAKEN BACK")
    if card.is_other_state:
        yield Phrase("state", f"{_one(card.seen_state)} read, {_one(card.listed_state)} listed")
    yield Phrase("category", card.category)
    yield Phrase("plate", _one(card.listed) or "?")
    if card.listed_state and not card.is_other_state:
        yield Phrase("state", _one(card.listed_state))
    for name in _contradicting(card):
        yield Phrase("against", f"{name} differs")
    if is_list_old:
        yield Phrase("old", "OLD LIST")
    yield Phrase("place", where_words(card.place))
    yield Phrase("vehicle", card.vehicle_listed or card.vehicle_seen)


def _contradicting(card: Card) -> Iterable[str]:
    return [one.name for one in card.features if one.agrees is False and one.name != "state"]


def _one(text: str | None) -> str:
    """Return a text as one word: a plate with a blank in it is one thing to read."""
    return "".join((text or "").split())


def rest(states: Iterable[CarState], waiting: int, *, is_speed_known: bool = True, most: int = MOST_WORDS) -> str:
    """Return what is shown while the car moves and no notice stands.

    Args:
        states: What keeps the car from reading; what stops it altogether comes first.
        waiting: Alerts of which nobody has said anything.
        is_speed_known: Where it is not, somebody may say that the car stands.
        most: How many words may be shown.
    """
    found = sorted(states, key=lambda one: not one.stops)
    stopped = any(one.stops for one in found)
    parts = ["Speed unknown: press when standing."] if not is_speed_known else []
    parts.append("NOT READING:" if stopped else "Reading.")
    left = most - sum(len(part.split()) for part in parts)
    said = [one.brief for one in found if one.stops or one.kind is not StateKind.OWN_PLATES]
    for told in (*said, f"{waiting} to answer" if waiting else ""):
        words = " ".join(told.split())
        if words and len(words.split()) <= left:
            parts.append(words if words.endswith(".") else f"{words}.")
            left -= len(words.split())
    return " ".join(parts)
