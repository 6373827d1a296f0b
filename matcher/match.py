"""A read against the active hotlists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rapidfuzz.distance import Levenshtein

from matcher.arrays.reads import ReadArrays
from matcher.characters.slots import Slot, credited_slots, read_slots
from matcher.index import HotlistIndex
from matcher.judging.align import Alignment, align
from matcher.judging.background import Background
from matcher.judging.explain import explain
from matcher.judging.false_alerts import Listed, ReadDetail, detail_of
from matcher.judging.partials import PartialLimits, Sight
from matcher.judging.score import doubt_score, jurisdiction_agreement, jurisdiction_score, state_confidence
from matcher.judging.second_reading import MOST_SCORE as MOST_SECOND_SCORE
from matcher.judging.second_reading import compare_second_reading
from matcher.judging.tiers import Judgment, Thresholds, choose_tier
from matcher.judging.traffic import Traffic
from matcher.judging.vehicle import MOST_SCORE, compare_vehicles
from matcher.searching.search import Engine, Found, Wanted
from schemas.errors import InvalidInput
from schemas.ids import hit_id
from schemas.plates import WILDCARD, normalize_plate
from schemas.settings import MatchingSettings
from schemas.types import Hit, HotlistEntry, PlateRead, Tier


@dataclass(frozen=True, slots=True)
class Limits:
    """What hits of an index have to reach: the least scores of probable ones, and what partial ones may fit."""

    thresholds: Thresholds
    partials: PartialLimits


@dataclass(frozen=True, slots=True)
class _Known:
    """A read with what follows from it alone: its places, how much they say, and what the background and a reader that
    does not say how sure it is add to the score of every entry."""

    read: PlateRead
    slots: tuple[Slot, ...]
    detail: ReadDetail
    background: float
    doubt: float


_ORDER = {Tier.EXACT: 0, Tier.PROBABLE: 1, Tier.PARTIAL: 2}


class Matcher:
    """Finds the entries that a read agrees with. Holds no state besides its index, so one serves many threads.

    Args:
        index: Active entries.
        settings: Threshold, least read confidence, and which states' vehicles pass.
        engine: How the index is searched; the hits are the same.
        limits: What hits have to reach; None: as the index's own size and entries ask for.
    """

    def __init__(
        self, index: HotlistIndex, settings: MatchingSettings, engine: Engine = "auto", limits: Limits | None = None
    ) -> None:
        self.index = index
        self._settings = settings
        self._engine = engine
        self._traffic = Traffic(settings.traffic)
        self._background = Background(self._traffic)
        if limits is None:
            partials = PartialLimits(settings, self._background, *index.partial_entries())
            limits = Limits(Thresholds(settings, self._listed(), partials), partials)
        self._partials, self._thresholds = limits.partials, limits.thresholds

    def match(self, read: PlateRead) -> list[Hit]:
        """Return a read's hits, best first: exact, then probable, then partial, each by falling score.

        Args:
            read: Any reader's read. Reads below `min_read_confidence` have no hits, unless their reader gives no
                confidence: those are matched, and their hits score less.

        Returns:
            One hit per entry; entries that are not yet or no longer valid at `captured_at` have none.

        Raises:
            InvalidInput: The plate cannot be one (length, script, `?`), or its evidence is not made of probabilities.
        """
        slots = read_slots(read)
        if not self._settings.is_sure_enough(read):
            return []
        (hits,) = self._hits([read], [slots])
        return hits

    def match_batch(self, reads: Sequence[PlateRead]) -> list[list[Hit] | InvalidInput]:
        """Match many reads at once, which takes a fraction of the time.

        Args:
            reads: Any readers' reads.

        Returns:
            For each read, in order, what `match` returns, or the error that it raises.
        """
        found: list[list[Hit] | InvalidInput] = [[] for _ in reads]
        usable: list[tuple[int, tuple[Slot, ...]]] = []
        for place, read in enumerate(reads):
            try:
                slots = read_slots(read)
            except InvalidInput as error:
                found[place] = error
                continue
            if self._settings.is_sure_enough(read):
                usable.append((place, slots))
        hits = self._hits([reads[place] for place, _ in usable], [slots for _, slots in usable])
        for (place, _), its_hits in zip(usable, hits, strict=True):
            found[place] = its_hits
        return found

    def _hits(self, reads: Sequence[PlateRead], slots: Sequence[tuple[Slot, ...]]) -> list[list[Hit]]:
        if not reads:
            return []
        arrays = ReadArrays.of_slots(slots)
        # An innocent plate may be any of what the reader holds for possible.
        backgrounds = self._background.scores(arrays, reads).tolist()
        credited = [credited_slots(read, its) for read, its in zip(reads, slots, strict=True)]
        if any(ours is not its for ours, its in zip(credited, slots, strict=True)):
            arrays = ReadArrays.of_slots(credited)
        details, doubts = map(detail_of, credited), map(doubt_score, reads)
        known = [_Known(*each) for each in zip(reads, credited, details, backgrounds, doubts, strict=True)]
        candidates = self.index.find(arrays, [self._wanted(each) for each in known], self._engine)
        return [self._compared(each, found) if found else [] for each, found in zip(known, candidates, strict=True)]

    def _compared(self, known: _Known, found: Sequence[Found]) -> list[Hit]:
        hits = []
        for layer, row in found:
            entry = layer.entries.entry(row)
            if _valid_at(entry, known.read.captured_at):
                hit = self._compare(known, entry, layer.entries.canonical(row))
                if hit is not None:
                    hits.append(hit)
        return sorted(hits, key=lambda hit: (_ORDER[hit.tier], -hit.score, hit.entry_id))

    def _wanted(self, known: _Known) -> Wanted:
        """Return the least that text and state of an entry have to score: what the rest adds at most is taken off."""
        read = known.read
        most = known.background + known.doubt + (MOST_SCORE if read.vehicle is not None else 0.0)
        if read.second_reading is not None:
            most += MOST_SECOND_SCORE
        agrees, differs = (self._jurisdiction_score(read, same) for same in (True, False))
        jurisdiction = read.jurisdiction.upper() if read.jurisdiction else None
        return Wanted(jurisdiction, agrees, differs, self._thresholds.least(known.detail) - most)

    def _listed(self) -> Listed:
        common = self._traffic.common
        if not common:
            return Listed(any=len(self.index))
        near = self.index.count_near(common)
        return Listed(near, len(self.index) - near)

    def _jurisdiction_score(self, read: PlateRead, agrees: bool | None) -> float:
        return jurisdiction_score(agrees, read.jurisdiction_confidence, self._traffic.share(read.jurisdiction))

    def _compare(self, known: _Known, entry: HotlistEntry, plate: str) -> Hit | None:
        read, slots = known.read, known.slots
        shown_listed = normalize_plate(entry.plate)
        alignment = align(slots, plate, shown_listed)
        if alignment is None:
            return None
        agrees = jurisdiction_agreement(read, entry)
        vehicle = compare_vehicles(read.vehicle, entry.vehicle)
        text = "".join(slot.character for slot in slots)
        second = compare_second_reading(read.second_reading, text, plate)
        vehicle_score = sum(feature.score for feature in vehicle)
        own = known.background + known.doubt
        score = alignment.gain + own + self._jurisdiction_score(read, agrees) + vehicle_score
        second_score = second.score if second else 0.0
        wildcards = plate.count(WILDCARD)
        # A second reader is asked because of a hit: what it saw ranks and explains the hit, and may add to it, but
        # does not take it back.
        judgment = choose_tier(
            alignment,
            wildcards=wildcards,
            score=score,
            threshold=self._thresholds.of(known.detail, entry.category) - max(second_score, 0.0),
            jurisdiction_agrees=agrees,
        )
        if judgment is None:
            return None
        if judgment.tier is Tier.PARTIAL:
            evidence = vehicle_score + max(second_score, 0.0) + known.doubt
            judgment = self._partial_judgment(known, entry, plate, alignment, evidence)
        characters = tuple(step.evidence for step in alignment.steps)
        as_of = self.index.as_of.get(entry.hotlist_id)
        age = _age(as_of, read.captured_at)
        return Hit(
            hit_id=hit_id(read.read_id, entry.entry_id),
            read_id=read.read_id,
            entry_id=entry.entry_id,
            hotlist_id=entry.hotlist_id,
            tier=judgment.tier,
            score=score + second_score,
            explanation=explain(
                read_plate=normalize_plate(read.plate),
                listed_plate=shown_listed,
                characters=characters,
                read_jurisdiction=read.jurisdiction,
                listed_jurisdiction=entry.jurisdiction,
                vehicle=vehicle,
                second=second,
                list_age_seconds=age,
                alerts=judgment.alerts,
                reason=judgment.reason,
                claimed_at=read.claimed_at,
                is_confidence_known=read.confidence_is_known,
            ),
            characters=characters,
            jurisdiction_agrees=agrees,
            edit_distance=Levenshtein.distance(text, plate) - wildcards,
            list_as_of=as_of,
            list_age_seconds=age,
            second_reader_agrees=second.sees_listed if second else None,
            vehicle=vehicle,
            alerts=judgment.alerts,
        )

    def _partial_judgment(
        self, known: _Known, entry: HotlistEntry, plate: str, alignment: Alignment, evidence: float
    ) -> Judgment:
        """Return whether a hit of an entry with `?` alerts."""
        shown = None
        if not alignment.text_equal:
            # As it was read, at the known places; one that is longer or shorter has no text of its own here.
            pairs = zip(plate, known.slots, strict=False)
            same = "".join(WILDCARD if listed == WILDCARD else slot.character for listed, slot in pairs)
            shown = same if len(known.slots) == len(plate) else plate
        reason = self._partials.too_little(
            Sight(
                plate,
                entry.jurisdiction,
                entry.category,
                agrees=jurisdiction_agreement(known.read, entry),
                sure=state_confidence(known.read.jurisdiction_confidence),
                shown=shown,
                credibility=0.0 if shown is None else alignment.credibility,
                evidence=evidence,
            )
        )
        return Judgment(Tier.PARTIAL, reason is None, reason or "")


def _valid_at(entry: HotlistEntry, moment: datetime) -> bool:
    begun = entry.valid_from is None or entry.valid_from <= moment
    return begun and (entry.valid_until is None or moment < entry.valid_until)


def _age(as_of: datetime | None, moment: datetime) -> float | None:
    # A recording may be older than the list that it is matched with; such a list is fresh, not of negative age.
    return None if as_of is None else max((moment - as_of).total_seconds(), 0.0)
