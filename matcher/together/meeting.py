"""Vehicles that were at several places or times that somebody asks about: how likely each was there by habit alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Presence:
    """A vehicle, on which occasions it was there (by number), and the probability of so many by its habits."""

    vehicle: str
    occasions: tuple[int, ...]
    p_value: float


@dataclass(frozen=True, slots=True)
class Presences:
    """Vehicles that were on enough occasions, the least likely by habit first, and how many are expected by chance."""

    found: tuple[Presence, ...]
    vehicles: int
    expected: float


def find_presences(
    seen: Sequence[tuple[str, Sequence[int], Sequence[int]]],
    spans: Sequence[float],
    reference: Sequence[float],
    least: int,
) -> Presences:
    """Return which vehicles were on so many occasions.

    Args:
        seen: For each vehicle that was at any of the places: how many passes it had on each occasion, and how many at
            that occasion's place in the time around it.
        spans: How long each occasion took, in seconds.
        reference: How long the time around each was that was looked at, the occasion left out, in seconds.
        least: On how many occasions it has to have been.
    """
    found, expected = [], 0.0
    for vehicle, on, around in seen:
        # Half a pass more, so that who was never there before is not taken for one that never could be.
        rates = [(count + 0.5) / max(length, 1.0) for count, length in zip(around, reference, strict=True)]
        chances = [-math.expm1(-rate * span) for rate, span in zip(rates, spans, strict=True)]
        tail = _at_least(least, chances)
        expected += tail
        occasions = tuple(number for number, count in enumerate(on) if count)
        if len(occasions) >= least:
            found.append(Presence(vehicle, occasions, _at_least(len(occasions), chances)))
    found.sort(key=lambda one: (one.p_value, one.vehicle))
    return Presences(tuple(found), len(seen), expected)


def _at_least(least: int, chances: Sequence[float]) -> float:
    """Return the probability that at least so many of independent events happen."""
    spread = [1.0] + [0.0] * len(chances)
    for chance in chances:
        for count in range(len(chances), 0, -1):
            spread[count] = spread[count] * (1 - chance) + spread[count - 1] * chance
        spread[0] *= 1 - chance
    return min(sum(spread[least:]), 1.0)
