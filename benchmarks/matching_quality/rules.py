"""Rules that say whether a read is a listed plate, from equal text to the matcher's score, on one list."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from benchmarks.common.hits import matched
from benchmarks.common.vehicles import Vehicle
from matcher.characters.confusion import ALPHABET
from matcher.judging.false_alerts import ReadDetail
from matcher.match import Matcher
from schemas.plates import canonical_plate
from schemas.types import PlateRead, Tier

Floats = npt.NDArray[np.float64]

_ANY: Final = -1e300
"""Less than every score, and more than none."""

GROUPS: Final = ("0ODQ", "1I", "2Z", "5S", "8B", "6G")
"""What other systems take for equal."""

_FOLD: Final = str.maketrans({character: group[0] for group in GROUPS for character in group})


@dataclass(frozen=True, slots=True)
class Scores:
    """What a rule makes of each read, inf: always an alert, -inf: never.

    `own` is its score with the entry of its own vehicle, (reads of listed vehicles,); `other` is its best with an entry
    of another vehicle, (reads whose vehicle is not listed,).
    """

    own: Floats
    other: Floats

    @property
    def is_fixed(self) -> bool:
        """Whether the rule says yes or no only."""
        return not (np.isfinite(self.own).any() or np.isfinite(self.other).any())

    def reaching(self, recall: float, some: npt.NDArray[np.bool_] | None = None) -> float:
        """Return the largest score that finds at least this share of the listed vehicles' reads, or of some of them.

        -inf where no score does.
        """
        own = np.sort(self.own if some is None else self.own[some])[::-1]
        needed = max(math.ceil(recall * len(own) - 1e-9), 1)
        return float(own[needed - 1])

    def at(self, false_alerts: float) -> tuple[float, float]:
        """Return the least score that gives no more false alerts per 10,000 reads than this, and how many it gives."""
        ranked = np.sort(self.other)[::-1]
        allowed = math.floor(false_alerts / 10_000 * len(ranked) + 1e-9)
        least = float(np.nextafter(ranked[allowed], math.inf)) if allowed < len(ranked) else -math.inf
        return least, self.false_alerts(least)

    def false_alerts(self, least: float) -> float:
        """Return the false alerts per 10,000 reads where this score is needed."""
        return 10_000 * float((self.other >= max(least, _ANY)).mean())

    def recall(self, least: float, some: npt.NDArray[np.bool_] | None = None) -> float:
        """Return the share of the listed vehicles' reads, or of some of them, that find their entry."""
        found = self.own >= max(least, _ANY)
        return float(found[some].mean()) if some is not None else float(found.mean())


class TextRules:
    """Rules that compare texts, with and without the state.

    Args:
        listed: The list; an entry's number is its place.
    """

    def __init__(self, listed: Sequence[Vehicle]) -> None:
        self._listed = listed
        self._by_text: defaultdict[str, list[int]] = defaultdict(list)
        self._by_folded: defaultdict[str, list[int]] = defaultdict(list)
        for number, vehicle in enumerate(listed):
            self._by_text[vehicle.plate].append(number)
            self._by_folded[vehicle.plate.translate(_FOLD)].append(number)

    def exact(self, read: PlateRead) -> list[int]:
        """Return the entries of equal text."""
        return self._by_text.get(canonical_plate(read.plate), [])

    def levenshtein(self, read: PlateRead) -> list[int]:
        """Return the entries within one substitution, deletion or insertion."""
        return [number for text in _edits(canonical_plate(read.plate)) for number in self._by_text.get(text, ())]

    def groups(self, read: PlateRead) -> list[int]:
        """Return the entries that are equal where each group is one character."""
        return self._by_folded.get(canonical_plate(read.plate).translate(_FOLD), [])

    def with_state(self, found: Sequence[int], read: PlateRead) -> list[int]:
        """Return those of the read's state; all where it has none."""
        return [number for number in found if read.jurisdiction in (None, self._listed[number].state)]

    def scores(
        self,
        rule: Callable[[PlateRead], list[int]],
        listed_reads: Sequence[PlateRead],
        numbers: Sequence[int],
        innocent: Sequence[PlateRead],
        state: bool,
        planted: frozenset[int],
    ) -> Scores:
        """Return what a rule makes of reads of the entries `numbers`, and of reads whose vehicle is not listed.

        Args:
            rule: One of this class's.
            listed_reads: Reads of listed vehicles.
            numbers: Their entries.
            innocent: Reads of others.
            state: Whether another state takes an entry out.
            planted: Entries that are no false alert of any read.
        """

        def found(read: PlateRead) -> list[int]:
            return self.with_state(rule(read), read) if state else rule(read)

        own = [
            math.inf if number in found(read) else -math.inf for read, number in zip(listed_reads, numbers, strict=True)
        ]
        other = [math.inf if any(number not in planted for number in found(read)) else -math.inf for read in innocent]
        return Scores(np.array(own), np.array(other))


def likelihood_scores(
    matcher: Matcher,
    listed_reads: Sequence[PlateRead],
    numbers: Sequence[int],
    innocent: Sequence[PlateRead],
    detail: ReadDetail,
    planted: frozenset[int],
) -> Scores:
    """Return the matcher's scores; exact hits alert always. Arguments as in `TextRules.scores`."""
    own = np.full(len(listed_reads), -math.inf)
    for place, hits in enumerate(matched(matcher, listed_reads, detail)):
        for hit in hits:
            if hit.entry_id.int == numbers[place]:
                own[place] = math.inf if hit.tier is Tier.EXACT else hit.score
    other = np.full(len(innocent), -math.inf)
    for place, hits in enumerate(matched(matcher, innocent, detail)):
        for hit in hits:
            if hit.entry_id.int not in planted:
                other[place] = max(other[place], math.inf if hit.tier is Tier.EXACT else hit.score)
    return Scores(own, other)


def _edits(text: str) -> set[str]:
    found = {text}
    for place in range(len(text) + 1):
        before, after = text[:place], text[place:]
        found.update(before + character + after for character in ALPHABET)
        if after:
            found.add(before + after[1:])
            found.update(before + character + after[1:] for character in ALPHABET)
    return found
