"""How much likelier a read is if the vehicle carries the listed plate than if it is any other: a sum of nats.

Text is scored place by place in `matcher.align`, the vehicle in `matcher.vehicle`, a second reader's text in
`matcher.second_reading`, the state here. All are evidence: none of them alone removes an entry.
"""

from __future__ import annotations

import math
from functools import lru_cache

from schemas.types import HotlistEntry, PlateRead

STATE_CONFIDENCE = 0.9
"""P(the state is read right) where the reader does not say. Source: IPVM on a widely sold reader, about 1 in 10 wrong
(secondary source)."""

STATE_CONFIDENCE_LIMITS = (0.5, 0.99)
"""A state's confidence is used within these limits: no reader's state is surer, and a worse one is no evidence."""

STATE_AGREES_BY_CHANCE = 0.35
"""P(an innocent vehicle's state equals the entry's): most traffic and most entries are local."""


def jurisdiction_agreement(read: PlateRead, entry: HotlistEntry) -> bool | None:
    """Tell whether read and entry name the same state; None where one side does not know it."""
    if not read.jurisdiction or not entry.jurisdiction:
        return None
    return read.jurisdiction.casefold() == entry.jurisdiction.casefold()


@lru_cache(maxsize=4096)
def jurisdiction_score(agrees: bool | None, confidence: float | None) -> float:
    """Return what the state adds, in nats: a positive number where it agrees, a negative one where it differs.

    Args:
        agrees: As `jurisdiction_agreement` says.
        confidence: The reader's probability of its state (0-1), or None.

    Returns:
        ln(P(agreement | listed vehicle) / P(agreement | another vehicle)); 0 where a side is unknown.
    """
    if agrees is None:
        return 0.0
    least, most = STATE_CONFIDENCE_LIMITS
    usable = confidence is not None and math.isfinite(confidence)
    right = min(max(confidence if confidence is not None and usable else STATE_CONFIDENCE, least), most)
    if agrees:
        return math.log(right / STATE_AGREES_BY_CHANCE)
    return math.log((1 - right) / (1 - STATE_AGREES_BY_CHANCE))
