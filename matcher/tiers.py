"""Which hits reach an officer, and as what.

Two limits guard against false stops. The score limits how often an innocent vehicle raises an alert at all: it grows
with the list. Credibility limits how often an alert is wrong, whatever the list's size: the read itself must leave
room for the listed text. A confident 8 against a listed B has a high score on a short list, and no credibility.
"""

from __future__ import annotations

import math

from matcher.align import Alignment
from schemas.settings import MatchingSettings
from schemas.types import Tier

LEAST_CREDIBLE_PLACE = math.log(1 / 150)
"""A place whose listed character is less than 1/150 as likely as the one seen contradicts the entry."""

LEAST_CREDIBLE_TEXT = 2 * LEAST_CREDIBLE_PLACE
"""The same for the whole text: two weakly supported places are the most that a probable hit may have."""


def probable_threshold(settings: MatchingSettings, active_entries: int) -> float:
    """Return the least score of a probable hit, in nats.

    An innocent read scores at least t against one entry with a chance of at most exp(-t), so adding the logarithm of
    the number of entries keeps the false alerts per read independent of the size of the lists.
    """
    return settings.probable_threshold + math.log(max(active_entries, 1))


def choose_tier(
    alignment: Alignment, *, wildcards: int, score: float, threshold: float, jurisdiction_agrees: bool | None
) -> Tier | None:
    """Return the tier of a read against an entry, or None for no hit.

    Args:
        alignment: The read beside the entry.
        wildcards: Number of unknown characters of the entry.
        score: Text, state and vehicle together, in nats.
        threshold: From `probable_threshold`.
        jurisdiction_agrees: Whether the states agree; None where one is unknown.
    """
    text_equal = all(step.evidence.relation in ("equal", "unknown") for step in alignment.steps)
    credible = alignment.worst >= LEAST_CREDIBLE_PLACE and alignment.credibility >= LEAST_CREDIBLE_TEXT
    if wildcards:
        return Tier.PARTIAL if text_equal or (credible and score >= threshold) else None
    if text_equal:
        return Tier.PROBABLE if jurisdiction_agrees is False else Tier.EXACT
    return Tier.PROBABLE if credible and score >= threshold else None
