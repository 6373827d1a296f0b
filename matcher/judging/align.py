"""Lay a read beside a listed plate: which place answers which, at most one character more or less."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matcher.characters.confusion import DROPPED, DROPPED_EASILY, NARROW, VV_FOR_W, look_alike
from matcher.characters.slots import BACKGROUND, Slot, loss_share
from schemas.plates import WILDCARD
from schemas.types import CharacterEvidence


@dataclass(frozen=True, slots=True)
class Step:
    """One place of an alignment.

    `gain` is the place's part of the score in nats; `credibility` is ln(P(listed) / P(as seen)), 0 where nothing
    differs: how much the read itself speaks against the listed text here.
    """

    evidence: CharacterEvidence
    gain: float
    credibility: float = 0.0


@dataclass(frozen=True, slots=True)
class Alignment:
    """A read beside a listed plate."""

    steps: tuple[Step, ...]

    @property
    def gain(self) -> float:
        """Score of the text in nats."""
        return sum(step.gain for step in self.steps)

    @property
    def text_equal(self) -> bool:
        """Whether every known character of the listed plate is as it was read."""
        return all(step.evidence.relation in ("equal", "unknown") for step in self.steps)

    @property
    def worst(self) -> float:
        """Credibility of the least credible place (0 or less)."""
        return min((step.credibility for step in self.steps), default=0.0)

    @property
    def credibility(self) -> float:
        """ln(P(listed text) / P(text as seen)) over all places (0 or less)."""
        return sum(step.credibility for step in self.steps)


def align(slots: Sequence[Slot], listed: str, shown_listed: str | None = None) -> Alignment | None:
    """Return the likeliest alignment of a read with a listed plate.

    Args:
        slots: The read's places.
        listed: Canonical plate of the entry; may hold `?`.
        shown_listed: The same plate as the list spells it (O kept), for the evidence.

    Returns:
        The alignment with the largest gain, or None where the lengths differ by more than one.
    """
    shown = shown_listed or listed
    if len(slots) == len(listed):
        return Alignment(_pairs(slots, listed, shown))
    if len(slots) == len(listed) + 1:
        options = [_with_extra(slots, listed, shown, place) for place in range(len(slots))]
        options += [_with_vv_read(slots, listed, shown, place) for place in _double_v(_text(slots), listed, "W")]
    elif len(slots) + 1 == len(listed):
        share = loss_share(slots)
        options = [_with_missing(slots, listed, shown, place, share) for place in range(len(listed))]
        options += [_with_vv_listed(slots, listed, shown, place) for place in _double_v(listed, _text(slots), "W")]
    else:
        return None
    return max((Alignment(option) for option in options), key=lambda option: option.gain)


def _text(slots: Sequence[Slot]) -> str:
    return "".join(slot.character for slot in slots)


def _double_v(longer: str, shorter: str, single: str) -> list[int]:
    return [i for i in range(len(shorter)) if longer[i : i + 2] == "VV" and shorter[i] == single]


def _pairs(slots: Sequence[Slot], listed: str, shown: str) -> tuple[Step, ...]:
    return tuple(_pair(slot, listed[i], shown[i]) for i, slot in enumerate(slots))


def _pair(slot: Slot, listed: str, shown: str) -> Step:
    if listed == WILDCARD:
        return Step(CharacterEvidence(slot.shown, WILDCARD, 1.0, "unknown"), 0.0)
    probability = slot.probability(listed)
    gain = math.log(probability / BACKGROUND)
    if listed == slot.character:
        return Step(CharacterEvidence(slot.shown, shown, probability, "equal"), gain)
    relation = "look-alike" if look_alike(slot.character, listed) else "different"
    credibility = min(math.log(probability / slot.top), 0.0)
    return Step(CharacterEvidence(slot.shown, shown, probability, relation), gain, credibility)


def _with_extra(slots: Sequence[Slot], listed: str, shown: str, place: int) -> tuple[Step, ...]:
    """Place `place` of the read has no counterpart on the list."""
    slot = slots[place]
    probability = slot.absent(at_edge=place in (0, len(slots) - 1))
    step = Step(
        CharacterEvidence(slot.shown, "", probability, "extra"),
        math.log(probability),
        min(math.log(probability / slot.top), 0.0),
    )
    before, after = _pairs(slots[:place], listed, shown), _pairs(slots[place + 1 :], listed[place:], shown[place:])
    return (*before, step, *after)


def _with_missing(slots: Sequence[Slot], listed: str, shown: str, place: int, share: float) -> tuple[Step, ...]:
    """Character `place` of the listed plate was not read.

    That the read is sure of all others (`share`) makes it less likely, but speaks against no character of its own.
    """
    easily = place in (0, len(listed) - 1) or listed[place] in NARROW
    general = DROPPED_EASILY if easily else DROPPED
    step = Step(
        CharacterEvidence("", shown[place], share * general, "missing"),
        math.log(share * general),
        math.log(general / (1 - general)),
    )
    before = _pairs(slots[:place], listed, shown)
    return (*before, step, *_pairs(slots[place:], listed[place + 1 :], shown[place + 1 :]))


def _with_vv_read(slots: Sequence[Slot], listed: str, shown: str, place: int) -> tuple[Step, ...]:
    """The read shows VV where the list has W."""
    probability = VV_FOR_W * slots[place].top * slots[place + 1].top
    steps = (
        Step(
            CharacterEvidence("V", "W", probability, "look-alike"),
            math.log(probability / BACKGROUND**2),
            math.log(VV_FOR_W),
        ),
        Step(CharacterEvidence("V", "", probability, "extra"), 0.0),
    )
    before, after = _pairs(slots[:place], listed, shown), slots[place + 2 :]
    return (*before, *steps, *_pairs(after, listed[place + 1 :], shown[place + 1 :]))


def _with_vv_listed(slots: Sequence[Slot], listed: str, shown: str, place: int) -> tuple[Step, ...]:
    """The read shows W where the list has VV."""
    probability = VV_FOR_W * slots[place].top
    steps = (
        Step(
            CharacterEvidence("W", "V", probability, "look-alike"),
            math.log(probability / BACKGROUND),
            math.log(VV_FOR_W),
        ),
        Step(CharacterEvidence("", "V", probability, "missing"), 0.0),
    )
    before, after = _pairs(slots[:place], listed, shown), slots[place + 1 :]
    return (*before, *steps, *_pairs(after, listed[place + 2 :], shown[place + 2 :]))
