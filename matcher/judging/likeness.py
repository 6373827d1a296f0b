"""How alike reads are to one plate that somebody looks for, by the score of live matching, and how often chance is."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from matcher.arrays.reads import ReadArrays
from matcher.characters.confusion import ALPHABET, CLASS_OF, CLASSES
from matcher.characters.slots import Slot, credited_slots, read_slots
from matcher.judging.align import align
from matcher.judging.background import Background
from matcher.judging.false_alerts import PER, detail_of, expected_false_alerts
from matcher.judging.score import doubt_score
from matcher.judging.traffic import Traffic
from schemas.errors import InvalidInput
from schemas.plates import canonical_plate
from schemas.types import PlateRead

MOST_SPELLINGS = 5000
"""Spellings by classes of which a search asks at most; of a longer plate, those with fewest changes."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a read is like a plate: the score in nats, and P(a read of any other vehicle scores as much)."""

    score: float
    chance: float


class Sought:
    """A plate that somebody looks for among stored reads.

    Args:
        plate: In full.
        traffic: The states that pass, as the matcher's settings have them.
    """

    def __init__(self, plate: str, traffic: Traffic) -> None:
        self._plate = canonical_plate(plate)
        self._background = Background(traffic)

    def likeness(self, reads: Sequence[PlateRead]) -> list[Likeness | None]:
        """Return how alike each read is; None where it cannot be of this plate, or is no plate.

        Args:
            reads: Any readers' reads.
        """
        found: list[Likeness | None] = [None] * len(reads)
        usable = []
        for place, read in enumerate(reads):
            slots = _slots_of(read)
            if slots is not None:
                usable.append((place, read, slots))
        if not usable:
            return found
        arrays = ReadArrays.of_slots([slots for _, _, slots in usable])
        backgrounds = self._background.scores(arrays, [read for _, read, _ in usable]).tolist()
        for (place, read, slots), background in zip(usable, backgrounds, strict=True):
            credited = credited_slots(read, slots)
            alignment = align(credited, self._plate)
            if alignment is not None:
                score = alignment.gain + background + doubt_score(read)
                chance = expected_false_alerts(score, 1.0, detail_of(credited)) / PER
                found[place] = Likeness(score, chance)
        return found


def _slots_of(read: PlateRead) -> tuple[Slot, ...] | None:
    """Return a read's places; by its text alone where its evidence is none, and None where the text is no plate."""
    for known in (read, replace(read, characters=())):
        try:
            return read_slots(known)
        except InvalidInput:
            continue
    return None


def spellings(plate: str) -> list[str]:
    """Return the texts that a reader makes of a plate by look-alikes alone, with the plate itself first.

    Args:
        plate: In full.
    """
    canonical = canonical_plate(plate)
    others = [[one for one in CLASSES[CLASS_OF[c] - 1] if one != c and one in ALPHABET] for c in canonical]
    found = [canonical]
    for changes in range(1, len(canonical) + 1):
        for places in itertools.combinations(range(len(canonical)), changes):
            for signs in itertools.product(*(others[place] for place in places)):
                text = list(canonical)
                for place, sign in zip(places, signs, strict=True):
                    text[place] = sign
                found.append("".join(text))
                if len(found) >= MOST_SPELLINGS:
                    return found
    return found


def near_patterns(plate: str) -> list[str]:
    """Return patterns of SQL's LIKE for what differs from a plate by one character: another one, one more, one less.

    Args:
        plate: In full.
    """
    canonical = canonical_plate(plate)
    changed = {f"{canonical[:i]}_{canonical[i + 1 :]}" for i in range(len(canonical))}
    added = {f"{canonical[:i]}_{canonical[i:]}" for i in range(len(canonical) + 1)}
    lost = {canonical[:i] + canonical[i + 1 :] for i in range(len(canonical))}
    doubled = {canonical.replace("VV", "W", 1), canonical.replace("W", "VV", 1)} - {canonical}
    return sorted(changed | added | lost | doubled)
