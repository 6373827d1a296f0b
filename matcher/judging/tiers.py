"""Which hits reach an officer, and as what.

Two limits guard against false stops. The score limits how often an innocent vehicle raises an alert at all: the
threshold follows from how many false alerts the operator takes and from the list's size. Credibility limits how often
an alert is wrong, whatever the list's size: the read itself must leave room for the listed text. A confident 8 against
a listed B may have a high score on a short list, and no credibility.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from matcher.judging.align import Alignment
from matcher.judging.false_alerts import Listed, ReadDetail, least_score
from matcher.judging.partials import PartialLimits
from schemas.settings.matching import MatchingSettings
from schemas.types import Category, Tier

LEAST_CREDIBLE_PLACE = math.log(1 / 1000)
"""A place whose listed character is less than 1/1000 as likely as the one seen contradicts the entry. A character that
was lost inside the plate (1/250) does not yet."""

LEAST_CREDIBLE_TEXT = math.log(1 / 100_000)
"""The same for the whole text: two weakly supported places are the most that a probable hit may have."""


class Judgment(NamedTuple):
    """A hit's tier, whether it may alert an officer, and where it may not, what an officer is told of that."""

    tier: Tier
    alerts: bool = True
    reason: str = ""


class Thresholds:
    """The least score of a probable hit, by how much a read says and by the entry's category.

    A category's number is what the whole list would raise if all of it was of that category; what it does raise is its
    share of that.

    Args:
        settings: How many false alerts the operator takes.
        listed: The entries of the index.
        partials: What entries with unknown characters take of them; None: nothing.
    """

    def __init__(self, settings: MatchingSettings, listed: Listed, partials: PartialLimits | None = None) -> None:
        left = {
            category: settings.false_alerts_of(category) - (partials.taken(category) if partials else 0.0)
            for category in Category
        }
        self._of = {
            (detail, category): least_score(left[category], listed.weighed(detail), detail)
            for detail in ReadDetail
            for category in Category
        }
        self._least = {detail: min(self._of[detail, category] for category in Category) for detail in ReadDetail}

    def of(self, detail: ReadDetail, category: Category) -> float:
        """Return the least score of a probable hit, in nats."""
        return self._of[detail, category]

    def least(self, detail: ReadDetail) -> float:
        """Return the least of all categories' thresholds, in nats."""
        return self._least[detail]


def choose_tier(
    alignment: Alignment,
    *,
    wildcards: int,
    score: float,
    threshold: float,
    jurisdiction_agrees: bool | None,
) -> Judgment | None:
    """Return what a read is to an entry, or None for no hit.

    Args:
        alignment: The read beside the entry.
        wildcards: Number of unknown characters of the entry; whether such a hit alerts, `PartialLimits` says.
        score: Text, state and vehicle together, in nats.
        threshold: From `Thresholds`.
        jurisdiction_agrees: Whether the states agree; None where one is unknown.
    """
    enough = alignment.worst >= LEAST_CREDIBLE_PLACE and alignment.credibility >= LEAST_CREDIBLE_TEXT
    enough = enough and score >= threshold
    if wildcards:
        return Judgment(Tier.PARTIAL) if alignment.text_equal or enough else None
    if alignment.text_equal:
        # The same number of another state: kept in any case, since states are misread, but an alert by its score only.
        return Judgment(Tier.PROBABLE, score >= threshold) if jurisdiction_agrees is False else Judgment(Tier.EXACT)
    return Judgment(Tier.PROBABLE) if enough else None
