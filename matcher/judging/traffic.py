"""Which states' plates pass the cameras: what an innocent vehicle's state is likely to be.

Where most traffic is local, a local plate's state says little and a far one's says much.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ANY_STATE: Final = 0.2
"""Share of a state where nothing is known of the traffic: some are common, most are rare."""

OTHER_STATES: Final = 10
"""What the named states leave is taken to be so many states': fewer than there are, for neighbors come often."""

LEAST_SHARE: Final = 0.003
"""No state is rarer."""

COMMON: Final = 0.1
"""A state with this share of the vehicles is common."""


class Traffic:
    """The share of each state among passing vehicles.

    Args:
        shares: By state (ISO 3166-2, like US-VA), 0 to 1, their sum at most 1. Empty: nothing is known.
    """

    def __init__(self, shares: Mapping[str, float] | None = None) -> None:
        self._shares = {state.upper(): max(share, LEAST_SHARE) for state, share in (shares or {}).items()}
        rest = max(1.0 - sum(self._shares.values()), 0.0)
        self._other = max(rest / OTHER_STATES, LEAST_SHARE) if self._shares else ANY_STATE

    def share(self, state: str | None) -> float:
        """Return a state's share (0-1)."""
        return self._shares.get(state.upper(), self._other) if state else self._other

    def at_most(self, state: str) -> float:
        """Return a state's share (0-1) as high as it may well be: a neighbor that nobody named may be common."""
        return self._shares.get(state.upper(), ANY_STATE)

    @property
    def commonest(self) -> str | None:
        """The state that most vehicles have, or None where nothing is known of the traffic."""
        return max(self._shares, key=self._shares.__getitem__, default=None)

    @property
    def common(self) -> frozenset[str]:
        """The states that many vehicles have; empty where nothing is known of the traffic."""
        return frozenset(state for state, share in self._shares.items() if share >= COMMON)

    def spread(self, states: tuple[str, ...]) -> tuple[float, ...]:
        """Return the shares of all states there are, which sum up to 1: those that are not named have equal parts.

        Args:
            states: Each once.
        """
        unnamed = [state for state in states if state not in self._shares]
        rest = max(1.0 - sum(self._shares.values()), LEAST_SHARE)
        every = [self._shares[state] if state in self._shares else rest / len(unnamed) for state in states]
        total = sum(every)
        return tuple(share / total for share in every)
