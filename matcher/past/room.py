"""Whether a stored read's own evidence leaves any room for a listed plate: told quickly, as it is asked of millions.

It is the same that `matcher.judging.tiers.choose_tier` asks of an alignment, and never stricter.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from matcher.characters.confusion import (
    ADDED,
    ADDED_EASILY,
    CLASS_OF,
    DROPPED,
    DROPPED_EASILY,
    NARROW,
    SAME_SHAPE,
    SAME_SHAPE_SHARE,
    VV_FOR_W,
    misread_share,
)
from matcher.characters.slots import EXTRA_AT_EDGE_SHARE, FLOOR, Slot
from matcher.judging.tiers import LEAST_CREDIBLE_PLACE, LEAST_CREDIBLE_TEXT
from schemas.plates import WILDCARD

_TOLERANCE: Final = 1e-5
_LEAST_PLACE: Final = LEAST_CREDIBLE_PLACE - _TOLERANCE
_LEAST_TEXT: Final = LEAST_CREDIBLE_TEXT - _TOLERANCE
_LOG_SAME_SHAPE: Final = math.log(SAME_SHAPE_SHARE)
_LOG_EXTRA_AT_EDGE: Final = math.log(EXTRA_AT_EDGE_SHARE)
_LOG_VV: Final = math.log(VV_FOR_W)
_LOG_DROPPED, _LOG_DROPPED_EASILY = (math.log(chance / (1 - chance)) for chance in (DROPPED, DROPPED_EASILY))
_NO_ALTERNATIVES: Final = ", ["
_BETWEEN_PLACES: Final = "]], ["


def leaves_room(text: str, evidence: str, plates: Iterable[str]) -> bool:
    """Return whether a read's evidence leaves room for one of some plates; where it does not, there is no hit.

    Args:
        text: Canonical text of the read.
        evidence: Its characters as stored: JSON of [[character, confidence, [[alternative, probability], ...]], ...].
        plates: Canonical plates; one with `?` is as long as the text, and fits it or is not asked for.
    """
    stated = evidence[2:-3].split(_BETWEEN_PLACES) if len(evidence) > 2 else None
    # What is not stored as expected goes on to the matcher, which says what is wrong with it.
    if stated is not None and len(stated) != len(text):
        return True
    places = _Places(text, stated)
    return any(_has_room(text, plate, places) for plate in plates)


class _Places:
    """How much a read speaks against another character, in nats as `judging.align.Step` has it: at most so much.

    Args:
        text: Canonical text of the read.
        stated: JSON of each place, without what is before and after it in a list; None where there is only text.
    """

    __slots__ = ("_stated", "_text")

    def __init__(self, text: str, stated: list[str] | None) -> None:
        self._text = text
        self._stated = stated

    def credibility(self, place: int, listed: str) -> float:
        """Return that of a listed character in the place of another one."""
        seen = self._text[place]
        if self._stated is None:
            return _plain_credibility(seen, listed)
        found = _credibility(self._stated[place], listed, misread_share(seen, listed))
        return max(found, _LOG_SAME_SHAPE) if (seen, listed) in SAME_SHAPE else found

    def absence(self, place: int) -> float:
        """Return that of no character."""
        seen = self._text[place]
        at_edge = place in (0, len(self._text) - 1)
        if self._stated is None:
            return _plain_absence(seen, at_edge)
        found = _credibility(self._stated[place], "", ADDED_EASILY if at_edge or seen in NARROW else ADDED)
        return max(found, _LOG_EXTRA_AT_EDGE) if at_edge else found


@lru_cache(maxsize=2048)
def _plain_credibility(seen: str, listed: str) -> float:
    slot = Slot(seen, seen)
    return min(math.log(slot.probability(listed) / slot.top), 0.0)


@lru_cache(maxsize=128)
def _plain_absence(seen: str, at_edge: bool) -> float:
    slot = Slot(seen, seen)
    return min(math.log(slot.absent(at_edge) / slot.top), 0.0)


def _credibility(stated: str, listed: str, share: float) -> float:
    """Return ln(P(listed) / P(as seen)) of a place at most; `share` is the listed one's of what is left out."""
    try:
        if stated.endswith(_NO_ALTERNATIVES):
            top = float(stated[5:-3])
            probability = max(1.0 - top, 0.0) * share
        else:
            top, probability = _stated(stated, listed, share)
    except (ValueError, TypeError):
        return 0.0
    if not 0.0 < top <= 1.0 + _TOLERANCE:
        return 0.0
    return min(math.log(max(probability, FLOOR) / top), 0.0)


def _stated(stated: str, listed: str, share: float) -> tuple[float, float]:
    """Return at least how probable the character seen is, and at most how probable the listed one.

    Raises:
        ValueError: It is not as expected.
        TypeError: The same.
    """
    _, top, alternatives = json.loads(f"[{stated}]]")
    known: float | None = None
    rest = 1.0 - top
    for raw, probability in alternatives:
        character = "0" if raw == "O" else raw
        if character and character not in CLASS_OF:
            raise ValueError
        if character == listed:
            known = (known or 0.0) + probability
        rest -= probability
    if rest < -1e-6:
        raise ValueError
    return top, max(rest, 0.0) * share if known is None else known


def _has_room(text: str, plate: str, places: _Places) -> bool:
    if len(plate) == len(text):
        return len(_totals(text, enumerate(plate), places)) > len(text)
    if abs(len(plate) - len(text)) > 1:
        return False
    shorter = min(len(plate), len(text))
    before = _totals(text, enumerate(plate[:shorter]), places)
    after = _totals(text, zip(reversed(range(len(text))), reversed(plate), strict=False), places)
    fitting = range(shorter + 1 - len(after), len(before))
    for place in fitting:
        gap = places.absence(place) if len(text) > shorter else _lost(plate, place)
        # Written so that what is not a number leaves room.
        if not (gap < _LEAST_PLACE or before[place] + gap + after[shorter - place] < _LEAST_TEXT):
            return True
    return any(
        place < len(before) and left < len(after) and not before[place] + _LOG_VV + after[left] < _LEAST_TEXT
        for place, left in _double_v(text, plate)
    )


def _lost(plate: str, place: int) -> float:
    easily = place in (0, len(plate) - 1) or plate[place] in NARROW
    return _LOG_DROPPED_EASILY if easily else _LOG_DROPPED


def _double_v(text: str, plate: str) -> Iterator[tuple[int, int]]:
    """Yield where one has VV and the other W: how many characters are before it and after it."""
    longer, shorter = (text, plate) if len(text) > len(plate) else (plate, text)
    for place, character in enumerate(shorter):
        if character == "W" and longer[place : place + 2] == "VV":
            yield place, len(shorter) - 1 - place


def _totals(text: str, pairs: Iterable[tuple[int, str]], places: _Places) -> list[float]:
    """Return how credible the first none, one, two and so on of some listed characters are, until there is no room.

    Args:
        text: The read's.
        pairs: Places of the read, each with the listed character that answers it.
        places: The read's evidence.
    """
    totals = [0.0]
    total = 0.0
    for place, listed in pairs:
        if text[place] != listed != WILDCARD:
            credibility = places.credibility(place, listed)
            total += credibility
            if credibility < _LEAST_PLACE or total < _LEAST_TEXT:
                break
        totals.append(total)
    return totals
