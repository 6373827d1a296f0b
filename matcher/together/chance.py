"""What chance would give of two vehicles' trips together: how many, and how long."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from matcher.together.passes import Numbers, Times
from matcher.together.trips import LONGEST, Together

_UNSEEN: Final = 0.5 ** np.arange(1, LONGEST + 1)
"""Trips of each length that are taken to be there though nobody saw any."""
_HABIT: Final = 3
"""Trips of two that are moved in time, against all others: so many say as much of how far these two go together."""
_OF_COMPANIONS: Final = 4.0
"""Trips that companions make together."""
_LEAST_SAID: Final = 0.5
_MOST_SAID: Final = 6.0
"""What the number of trips, and the length of one, say at least and at most: one long trip is no proof."""
_LEAST_EXPECTED: Final = 1e-6
"""Trips by chance: never fewer, however empty the roads are."""
_MOST_EXPECTED: Final = 500.0
"""Who meets so often by chance is no surprise; the arithmetic would lose it, too."""
_FINE: Final = 2
"""Steps of what a trip weighs, to a factor e of how seldom others are as long."""
_REST: Final = 12
"""Events beyond what was seen that are added up at least: what comes after is nothing."""


@dataclass(frozen=True, slots=True)
class Chance:
    """What chance would give of two vehicles' trips: how many are expected, and which share is past 1, 2, 3 cameras...

    A trip speaks for companions, who make some, long ones among them, by its weight: by how few are expected, and how
    seldom others are as long. The sum of all weights is a compound Poisson variable.
    """

    found: Together
    others: Numbers
    expected: float
    shares: Times
    weights: Numbers

    @classmethod
    def by_traffic(cls, met: float, lengths: Numbers, found: Together) -> Chance:
        """Return what traffic alone would give, as if neither had habits.

        Args:
            met: Common passes that traffic gives.
            lengths: How long trips of any two are.
            found: The pair.
        """
        others = lengths - found.trips
        further = _further(others)
        expected = max(met / float(further.sum()), _LEAST_EXPECTED)
        says = max(math.log(_OF_COMPANIONS / expected), _LEAST_SAID) + np.minimum(-np.log(further), _MOST_SAID)
        weights = np.maximum(np.rint(_FINE * says), 1).astype(np.int64)
        return cls(found, others, expected, -np.diff(np.append(further, 0.0)), weights)

    def with_habits(self, met: float, habits: float, moved: Sequence[Numbers]) -> Chance:
        """Return it with what these two are like when one is moved in time: who likes the same ways goes far together.

        Args:
            met: Common passes that traffic gives.
            habits: Trips that the two make when one is moved, on average.
            moved: How long these trips are, by how one is moved: meeting another way at other hours has nobody go less
                far at the usual ones.
        """
        further = _further(self.others)
        reached = [np.cumsum(one[::-1])[::-1] for one in moved]
        theirs = [(one + _HABIT * further) / (one[0] + _HABIT) for one in reached]
        longer = np.max([further, *theirs], axis=0)
        # So many passes together are one trip: who stands behind another at a red light does so at the next one.
        expected = max(met / float(longer.sum()), habits, _LEAST_EXPECTED)
        return Chance(self.found, self.others, expected, -np.diff(np.append(longer, 0.0)), self.weights)

    def least_p_value(self) -> float:
        """Return what the p-value cannot be below: the probability of trips of just these lengths."""
        made = self.found.trips > 0
        trips = self.found.trips[made]
        said = float(trips @ np.log(self.shares[made])) - sum(math.lgamma(one + 1) for one in trips)
        return math.exp(float(trips.sum()) * math.log(self.expected) - self.expected + said)

    def p_value(self) -> float:
        """Return the probability of trips that are so many and so long."""
        return compound_tail(int(self.found.trips @ self.weights), self.expected, self.weights, self.shares)


def _further(trips: Numbers) -> Times:
    """Return which share of trips is past 1 camera or more, 2 or more, and so on: never quite none."""
    seen = trips + _UNSEEN
    further: Times = np.cumsum(seen[::-1])[::-1] / seen.sum()
    return further


def compound_tail(least: int, expected: float, weights: Numbers, shares: Times) -> float:
    """Return the probability that the weights of events, of which so many are expected, come to so much or more.

    Args:
        least: What they come to at least.
        expected: How many events there are on average (Poisson).
        weights: What an event weighs, 1 or more, by its kind.
        shares: How often an event is of each kind.

    Source:
        Panjer 1981, "Recursive evaluation of a family of compound distributions", for the Poisson case.
    """
    if least <= 0:
        return 1.0
    if expected > _MOST_EXPECTED:
        return 1.0
    factors = expected * weights * shares
    # Beyond what was seen, as much as any number of events that is not quite improbable comes to.
    beyond = math.ceil(expected + 8 * math.sqrt(expected)) + _REST
    chances = np.zeros(least + beyond * int(weights.max()) + 1)
    chances[0] = math.exp(-expected)
    for value in range(1, len(chances)):
        inside = weights <= value
        chances[value] = factors[inside] @ chances[value - weights[inside]] / value
    return min(float(chances[least:].sum()), 1.0)
