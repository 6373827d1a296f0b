"""How much likelier a read is if the vehicle carries the listed plate than if it is any other: a sum of nats.

Text is scored place by place in `align`, the vehicle in `vehicle`, a second reader's text in `second_reading`, the
state here. All are evidence: none of them alone removes an entry.
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


def jurisdiction_agreement(read: PlateRead, entry: HotlistEntry) -> bool | None:
    """Tell whether read and entry name the same state; None where one side does not know it."""
    if not read.jurisdiction or not entry.jurisdiction:
        return None
    return read.jurisdiction.casefold() == entry.jurisdiction.casefold()


LEAST_RELIABLE = 0.05
"""No reader is taken for right more seldom than this, whatever a read says that its reader is taken for."""


def doubt_score(read: PlateRead) -> float:
    """Return what it adds to a read's score, in nats, that its reader does not say how sure it is: 0 where it does.

    Such a read is taken for right as often as its confidence says (`ingest.unknown_confidence`), and is that much less
    likely if the vehicle carries the listed plate. So no hit of it scores as much as with a confidence that was stated.
    """
    if read.confidence_is_known:
        return 0.0
    share = read.confidence if math.isfinite(read.confidence) else LEAST_RELIABLE
    return math.log(min(max(share, LEAST_RELIABLE), 1.0))


def state_confidence(confidence: float | None) -> float:
    """Return how sure a read's state is taken to be (0-1), from what its reader says of it."""
    if confidence is None or not math.isfinite(confidence):
        return STATE_CONFIDENCE
    least, most = STATE_CONFIDENCE_LIMITS
    return min(max(confidence, least), most)


@lru_cache(maxsize=4096)
def jurisdiction_score(agrees: bool | None, confidence: float | None, share: float) -> float:
    """Return what the state adds, in nats: a positive number where it agrees, a negative one where it differs.

    A reader that errs takes a state for one of those that pass, as often as they pass. So a state that hardly ever
    passes says much where it agrees, and one that nearly everybody has says little.

    Args:
        agrees: As `jurisdiction_agreement` says.
        confidence: The reader's probability of its state (0-1), or None.
        share: How many of the passing vehicles have the state that was read (0-1, above 0).

    Returns:
        ln(P(the state is read | listed vehicle) / P(the state is read | any vehicle)); 0 where a side is unknown.
    """
    if agrees is None:
        return 0.0
    right = state_confidence(confidence)
    return math.log(right / share + (1 - right)) if agrees else math.log(1 - right)
