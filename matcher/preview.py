"""What an entry would raise before it is on a list: the texts that would alert, and how many innocent vehicles would.

The texts are not guessed: each is matched, as live reads are, against an index of this one entry with the limits that
hold for all lists together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from matcher.arrays.packing import codes_of
from matcher.characters.confusion import ALPHABET, NARROW, look_alike
from matcher.index import HotlistIndex
from matcher.judging.background import Background
from matcher.judging.false_alerts import PER, Listed, ReadDetail, expected_false_alerts
from matcher.judging.likeness import spellings
from matcher.judging.partials import PartialLimits, Sight
from matcher.judging.tiers import Thresholds
from matcher.judging.traffic import Traffic
from matcher.match import Limits, Matcher
from schemas.errors import InvalidInput
from schemas.plates import MAX_PLATE_LENGTH, WILDCARD, canonical_plate
from schemas.settings import MatchingSettings
from schemas.types import CharacterRead, Hit, HotlistEntry, PlateRead, Tier

MOST_CHANGES: Final = 2
"""So many look-alikes at a time are tried: readers that err more often at once are rare."""
SURE: Final = 0.97
"""What a reader says of a character that it does not doubt."""
DOUBTED: Final = (0.6, 0.35)
"""What a reader says of a character that it doubts, and of the one on the list beside it."""
FILLERS: Final = "7K"
"""What stands for an unknown character while texts are tried: a digit, or a letter."""
_MOMENT: Final = datetime(2026, 1, 1, tzinfo=UTC)
_NOBODY: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The other active entries: how many have each state (or none), and the plates and states of those with `?`."""

    states: Mapping[str | None, int]
    partials: Sequence[tuple[str, str | None]] = ()


@dataclass(frozen=True, slots=True)
class AlertingText:
    """A text that alerts when a reader reads it: when the listed state is read with it, when no state is, and when
    another state is: `yes`, `in doubt` (where the reader itself doubts what differs), or `no`."""

    text: str
    differs: str
    tier: Tier
    same_state: str
    no_state: str
    other_state: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What an entry would raise.

    `texts` alert, those nearest to the entry first. `false_alerts` are how many of 10,000 reads of vehicles on no list
    would, by how much the reader says of its characters. `alerts_alone` is False where an entry with unknown characters
    fits so many vehicles that its hits need other evidence; `fits`: one in so many vehicles fits it, where characters
    are unknown.
    """

    texts: tuple[AlertingText, ...]
    false_alerts: Mapping[ReadDetail, float]
    fits: float | None = None
    alerts_alone: bool = True

    @property
    def most_false_alerts(self) -> float:
        """The most false alerts per 10,000 reads that any kind of reader raises."""
        return max(self.false_alerts.values())


class Previewer:
    """Says what entries would raise.

    Args:
        settings: The matcher's settings, with the traffic that is known.
        around: The entries that are active already.
    """

    def __init__(self, settings: MatchingSettings, around: Surroundings) -> None:
        self._settings = settings.model_copy(update={"min_read_confidence": 0.0})
        self._traffic = Traffic(settings.traffic)
        self._background = Background(self._traffic)
        self._around = around

    def preview(self, entry: HotlistEntry) -> Preview:
        """Return what an entry would raise.

        Args:
            entry: The entry; when it holds does not matter.

        Raises:
            InvalidInput: Its plate cannot be matched.
        """
        entry = entry._replace(valid_from=None, valid_until=None)
        index = HotlistIndex.build([entry])
        if index.unusable:
            raise InvalidInput(f"no read can be matched with it: {index.unusable[0][1]}", column="plate")
        partials = list(self._around.partials)
        if WILDCARD in entry.plate:
            partials.append((canonical_plate(entry.plate), entry.jurisdiction))
        codes = codes_of([canonical_plate(plate) for plate, _ in partials])
        limits = PartialLimits(self._settings, self._background, codes, [state for _, state in partials])
        thresholds = Thresholds(self._settings, self._listed(entry), limits)
        matcher = Matcher(index, self._settings, limits=Limits(thresholds, limits))
        texts = tuple(_alerting(matcher, entry, self._other_state(entry)))
        rates = {detail: self._probable(entry, thresholds, detail) for detail in ReadDetail}
        if WILDCARD not in entry.plate:
            return Preview(texts, rates)
        fits, alone = self._fitting(entry, limits)
        rates = {detail: min(rate + PER * alone, PER) for detail, rate in rates.items()}
        return Preview(texts, rates, fits=1 / fits, alerts_alone=alone > 0)

    def _listed(self, entry: HotlistEntry) -> Listed:
        counts = dict(self._around.states)
        counts[entry.jurisdiction] = counts.get(entry.jurisdiction, 0) + 1
        total, common = sum(counts.values()), self._traffic.common
        if not common:
            return Listed(any=total)
        near = sum(count for state, count in counts.items() if self._is_near(state))
        return Listed(near, total - near)

    def _is_near(self, state: str | None) -> bool:
        return not state or state.upper() in self._traffic.common

    def _probable(self, entry: HotlistEntry, thresholds: Thresholds, detail: ReadDetail) -> float:
        one = Listed(any=1)
        if self._traffic.common:
            one = Listed(near=1) if self._is_near(entry.jurisdiction) else Listed(far=1)
        score = thresholds.of(detail, entry.category)
        return expected_false_alerts(score, one.weighed(detail), detail) if math.isfinite(score) else float(PER)

    def _fitting(self, entry: HotlistEntry, limits: PartialLimits) -> tuple[float, float]:
        """Return the share of vehicles that an entry with unknown characters fits, and of those that alert by that."""
        plate = canonical_plate(entry.plate)
        every, same = (float(share[0]) for share in self._background.fitting(codes_of([plate]), [entry.jurisdiction]))
        alone = 0.0
        for agrees, share in ((None, every), (True, same)):
            sight = Sight(plate, entry.jurisdiction, entry.category, agrees=agrees, sure=1.0)
            if limits.too_little(sight) is None:
                alone = max(alone, share)
        return every, alone

    def _other_state(self, entry: HotlistEntry) -> str:
        listed = (entry.jurisdiction or "").upper()
        others = (state for state in (*sorted(self._traffic.common), "US-VA", "US-NC") if state != listed)
        return next(others)


def _alerting(matcher: Matcher, entry: HotlistEntry, other: str) -> Iterator[AlertingText]:
    """Yield the texts that alert, those nearest to the entry first."""
    listed = canonical_plate(entry.plate)
    texts = list(dict.fromkeys(_candidates(listed)))
    asked = [(text, state) for text in texts for state in (entry.jurisdiction, None, other)]
    found = _matched(matcher, [_read(text, state) for text, state in asked])
    # What alerts by its text alone need not be asked about again.
    open_places = [place for place, hits in enumerate(found) if not hits]
    doubted = [_read(*asked[place], listed=listed) for place in open_places]
    in_doubt = dict(zip(open_places, _matched(matcher, doubted), strict=True))
    told: dict[str, tuple[tuple[float, ...], AlertingText]] = {}
    for number, text in enumerate(texts):
        places = range(3 * number, 3 * number + 3)
        hits = [hit for place in places for hit in (found[place] or in_doubt[place])]
        if not hits:
            continue
        words = ["yes" if found[place] else "in doubt" if in_doubt[place] else "no" for place in places]
        tier = min((hit.tier for hit in hits), key=_ORDER.__getitem__)
        shown = _masked(text, listed)
        kind, differs = _difference(shown, listed)
        rank = _ORDER[tier], kind, words.count("no"), -max(hit.score for hit in hits)
        alerting = AlertingText(shown, differs, tier, *words)
        told[shown] = min(told.get(shown, (rank, alerting)), (rank, alerting), key=lambda one: one[0])
    for _, alerting in sorted(told.values(), key=lambda one: (one[0], one[1].text)):
        yield alerting


def _matched(matcher: Matcher, reads: Sequence[PlateRead]) -> list[list[Hit]]:
    """Return each read's hits that alert; none of one whose text is no plate."""
    return [
        [] if isinstance(hits, InvalidInput) else [hit for hit in hits if hit.alerts]
        for hits in matcher.match_batch(reads)
    ]


_ORDER: Final = {Tier.EXACT: 0, Tier.PROBABLE: 1, Tier.PARTIAL: 2}


def _candidates(listed: str) -> Iterator[str]:
    """Yield canonical texts that may alert: by look-alikes, or with one character other, more or less.

    Characters that no reader has a habit of taking for one another count alike, so one stands for all of them.
    """
    free = {place for place, sign in enumerate(listed) if sign == WILDCARD}
    bases = [listed.replace(WILDCARD, filler) for filler in FILLERS] if free else [listed]
    for base in bases:
        for text in spellings(base):
            changed = {place for place, (one, other) in enumerate(zip(text, base, strict=True)) if one != other}
            if len(changed) > MOST_CHANGES:
                break  # those with fewest changes come first
            if not changed & free:
                yield text
        for place in set(range(len(base))) - free:
            yield from (base[:place] + sign + base[place + 1 :] for sign in _others(base[place]))
        if free:
            continue
        yield from (base[:place] + base[place + 1 :] for place in range(len(base)))
        yield from (base[:place] + sign + base[place:] for place in range(len(base) + 1) for sign in _ADDED)
        yield from (base.replace("VV", "W", 1), base.replace("W", "VV", 1))


_ADDED: Final = (*sorted(NARROW), "8")
"""Characters that a frame or a sticker is taken for, and one that stands for all others."""


def _others(true: str) -> Iterator[str]:
    yield from (sign for sign in ALPHABET if look_alike(sign, true))
    yield next(sign for sign in "8W" if sign != true and not look_alike(sign, true))


def _read(text: str, state: str | None, listed: str | None = None) -> PlateRead:
    """Return a read of a text: by that alone, or of a reader that holds what is listed for possible."""
    text = text[:MAX_PLATE_LENGTH]
    return PlateRead(
        read_id=_NOBODY,
        camera_id="preview",
        agency_id="preview",
        captured_at=_MOMENT,
        first_seen=_MOMENT,
        last_seen=_MOMENT,
        plate=text,
        confidence=SURE,
        characters=() if listed is None else tuple(_doubted(text, listed)),
        jurisdiction=state,
        jurisdiction_confidence=None if state is None else SURE,
    )


def _doubted(text: str, listed: str) -> Iterable[CharacterRead]:
    """Yield the characters of a reader that doubts where the text differs, and holds what is listed for possible."""
    others: list[str | None] = [None] * len(text)
    if len(text) == len(listed):
        for place, (shown, true) in enumerate(zip(text, listed, strict=True)):
            others[place] = true if true not in (shown, WILDCARD) else None
    elif len(text) == len(listed) + 1:
        for place in range(len(text)):
            if text[:place] + text[place + 1 :] == listed:
                others[place] = ""
                break
    for shown, other in zip(text, others, strict=True):
        if other is None:
            yield CharacterRead(shown, SURE)
        else:
            yield CharacterRead(shown, DOUBTED[0], ((other, DOUBTED[1]),))


def _masked(text: str, listed: str) -> str:
    if WILDCARD not in listed:
        return text
    return "".join(WILDCARD if true == WILDCARD else shown for shown, true in zip(text, listed, strict=True))


def _difference(text: str, listed: str) -> tuple[int, str]:
    """Return how far a text is from the entry, for an order, and what differs in words."""
    if text == listed:
        return 0, "same text"
    if len(text) > len(listed):
        return 5, "one character more"
    if len(text) < len(listed):
        return 3, "one character less"
    pairs = [(one, other) for one, other in zip(text, listed, strict=True) if one != other]
    alike = all(look_alike(*pair) for pair in pairs)
    told = ", ".join(f"{one} for {other}" for one, other in pairs)
    return (len(pairs) if alike else 4), f"{told} ({'look alike' if alike else 'other'})"
