"""Every hit that reads have, however low its score, by readers that say more or less of their characters."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from matcher.judging.false_alerts import PER, ReadDetail
from matcher.match import Matcher
from schemas.errors import InvalidInput
from schemas.settings.matching import MatchingSettings
from schemas.types import Category, CharacterRead, Hit, PlateRead

ALL = MatchingSettings(
    min_read_confidence=0.0, false_alerts_per_10k=PER, category_false_alerts_per_10k={Category.STOLEN_VEHICLE: PER}
)
"""Every credible hit, however low its score."""

_BATCH = 2_000


def told_less(read: PlateRead, detail: ReadDetail) -> PlateRead:
    """Return a read as a reader sends it that says less of its characters."""
    if detail is ReadDetail.TEXT:
        return dataclasses.replace(read, characters=())
    if detail is ReadDetail.CONFIDENCES:
        alone = tuple(CharacterRead(each.character, each.confidence) for each in read.characters)
        return dataclasses.replace(read, characters=alone)
    return read


def matched(matcher: Matcher, reads: Sequence[PlateRead], detail: ReadDetail) -> Iterator[list[Hit]]:
    """Yield each read's hits; none for a read that cannot be matched."""
    for start in range(0, len(reads), _BATCH):
        for hits in matcher.match_batch([told_less(read, detail) for read in reads[start : start + _BATCH]]):
            yield [] if isinstance(hits, InvalidInput) else hits
