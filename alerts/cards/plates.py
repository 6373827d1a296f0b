"""The plate seen above the plate listed, character by character, with what differs marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from schemas.events import Alert, CharacterEvidenceEvent
from schemas.plates import WILDCARD, canonical_plate, normalize_plate

EQUAL: Final = "equal"
_WORDS: Final = {
    "look-alike": "looks alike",
    "different": "differs",
    "missing": "not read",
    "extra": "not on the list",
    "unknown": "unknown on the list",
}


@dataclass(frozen=True, slots=True)
class PlateSlot:
    """One place of the two plates: a character each, or an empty text where one side has none.

    `relation` is equal, look-alike, different, missing, extra or unknown.
    """

    seen: str
    listed: str
    relation: str

    @property
    def is_marked(self) -> bool:
        """Whether a person has to look at it."""
        return self.relation != EQUAL

    @property
    def words(self) -> str:
        """What a person is told of it, like `8 seen, B listed: looks alike`; empty where both are equal."""
        if not self.is_marked:
            return ""
        seen = f"{self.seen} seen" if self.seen else "nothing seen"
        listed = f"{self.listed} listed" if self.listed else "nothing listed"
        return f"{seen}, {listed}: {_WORDS.get(self.relation, self.relation)}"


def slots_of(alert: Alert) -> tuple[PlateSlot, ...]:
    """Return the plate seen beside the plate listed, aligned as the matcher did it.

    Where the alert does not say how (another agency's, an older one), or says it of other texts, both are aligned here,
    and what differs is marked as different: no look-alike is told that nobody has judged.
    """
    evidence = alert.hit.characters
    if _is_about(evidence, alert.read.plate, alert.entry.plate):
        return _spelled(evidence, alert.read.plate, alert.entry.plate)
    return tuple(_aligned(normalize_plate(alert.read.plate), normalize_plate(alert.entry.plate)))


def plate_words(slots: Sequence[PlateSlot]) -> str:
    """Return what differs between the two plates, for whoever does not see the marks."""
    words = [f"character {number}: {slot.words}" for number, slot in enumerate(slots, 1) if slot.is_marked]
    return "; ".join(words) or "every character agrees"


def _is_about(evidence: Sequence[CharacterEvidenceEvent], seen: str, listed: str) -> bool:
    if not evidence:
        return False
    return canonical_plate("".join(one.read for one in evidence)) == canonical_plate(seen) and canonical_plate(
        "".join(one.listed for one in evidence)
    ) == canonical_plate(listed)


def _spelled(evidence: Sequence[CharacterEvidenceEvent], seen: str, listed: str) -> tuple[PlateSlot, ...]:
    """Return the evidence with the characters as they were read and listed: O where it is an O, not a zero."""
    own, other = iter(normalize_plate(seen)), iter(normalize_plate(listed))
    return tuple(
        PlateSlot(next(own, "") if one.read else "", next(other, "") if one.listed else "", one.relation)
        for one in evidence
    )


def _aligned(seen: str, listed: str) -> Iterator[PlateSlot]:
    own, other = canonical_plate(seen), canonical_plate(listed)
    if len(own) == len(other):
        for a, b, x, y in zip(seen, listed, own, other, strict=True):
            yield PlateSlot(a, b, _relation(x, y))
        return
    for _, start, end, begin, stop in SequenceMatcher(None, own, other, autojunk=False).get_opcodes():
        for place in range(max(end - start, stop - begin)):
            a, b = seen[start + place : end][:1], listed[begin + place : stop][:1]
            yield PlateSlot(a, b, _relation(canonical_plate(a), canonical_plate(b) if b != WILDCARD else b))


def _relation(seen: str, listed: str) -> str:
    if not listed:
        return "extra"
    if listed == WILDCARD:
        return "unknown"
    if not seen:
        return "missing"
    return EQUAL if seen == listed else "different"
