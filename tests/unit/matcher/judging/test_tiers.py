"""Which hits alert: another state's number, and what a category is worth."""

from __future__ import annotations

import math

import pytest

from matcher.index import HotlistIndex
from matcher.judging.align import Alignment, Step
from matcher.judging.false_alerts import Listed, ReadDetail, curve
from matcher.judging.tiers import LEAST_CREDIBLE_PLACE, LEAST_CREDIBLE_TEXT, Judgment, Thresholds, choose_tier
from matcher.match import Matcher
from schemas.settings import MatchingSettings
from schemas.types import Category, CharacterEvidence, CharacterRead, Hit, Tier
from tests.unit.matcher.samples import characters, entry, matcher, read

LARGE = 1_000_000


def only(hits: list[Hit]) -> Hit:
    (hit,) = hits
    return hit


def test_another_states_number_is_kept_but_alerts_by_its_score_only() -> None:
    listed, seen = entry("AB123", "US-VA"), read("AB123", "US-MD", jurisdiction_confidence=0.99)
    short, long = (only(matcher(listed, size=size).match(seen)) for size in (10, LARGE))
    assert [(hit.tier, hit.alerts) for hit in (short, long)] == [(Tier.PROBABLE, True), (Tier.PROBABLE, False)]


def test_a_childs_abduction_is_told_where_an_expired_registration_is_not() -> None:
    seen = read("8KV4921", characters=characters("8KV4921", 0.99, p0=(("8", 0.95), ("B", 0.04))))
    child, lapsed = (
        matcher(entry("BKV4921", category=category), size=LARGE // 2).match(seen)
        for category in (Category.CHILD_ABDUCTION, Category.EXPIRED_REGISTRATION)
    )
    assert only(child).tier is Tier.PROBABLE
    assert lapsed == []


def seen_as(*credibilities: float) -> Alignment:
    """A read beside a listed plate that differs in so many places, each so many times less likely than as seen."""
    places = [Step(CharacterEvidence("8", "B", 0.1, "look-alike"), 1.0, math.log(one)) for one in credibilities]
    return Alignment((*places, Step(CharacterEvidence("A", "A", 1.0, "equal"), 3.0)))


def tier(alignment: Alignment, *, score: float = 10.0, wildcards: int = 0) -> Tier | None:
    judged = choose_tier(alignment, wildcards=wildcards, score=score, threshold=10.0, jurisdiction_agrees=None)
    return judged.tier if judged else None


@pytest.mark.parametrize(
    ("evidence", "detail"),
    [
        ((), ReadDetail.TEXT),
        (characters("8KV4921", 0.8), ReadDetail.CONFIDENCES),
        (characters("8KV4921", 0.9, p0=(("8", 0.8), ("B", 0.15))), ReadDetail.DISTRIBUTIONS),
    ],
)
@pytest.mark.parametrize(
    ("state", "traffic", "too_few", "enough"),
    [
        # As docs/configuration.md says: nearly three others each, of a state that is common here, or of no known one.
        *(("US-VA", {"US-VA": 0.7}, 26, 30), ("", {"US-VA": 0.7}, 26, 30), ("US-AK", {"US-VA": 0.7}, 3, 8)),
        # Just as common; hardly not; and where nothing is known of the traffic, as itself.
        *(("US-NC", {"US-NC": 0.1}, 26, 30), ("US-NC", {"US-VA": 0.7, "US-NC": 0.09}, 3, 8), ("US-VA", {}, 9.9, 10.1)),
    ],
)
def test_for_how_many_others_an_entry_counts_follows_from_what_passes(
    evidence: tuple[CharacterRead, ...],
    detail: ReadDetail,
    state: str,
    traffic: dict[str, float],
    too_few: float,
    enough: float,
) -> None:
    index = HotlistIndex.build([entry(plate, state or None) for plate in ("BKV4921", *(f"9999T{n}" for n in range(9)))])
    seen = read("8KV4921", characters=evidence)

    def hits(false_alerts: float) -> list[Hit]:
        limits = dict.fromkeys(Category, false_alerts)
        return Matcher(index, MatchingSettings(category_false_alerts_per_10k=limits, traffic=traffic)).match(seen)

    # Ten entries; so many false alerts that they would be taken if the entries counted as so many.
    rate = math.exp(curve(detail).log_rate(only(hits(10_000)).score))
    assert [len(hits(-10_000 * math.expm1(-count * rate))) for count in (too_few, enough)] == [0, 1]


def test_a_hit_needs_its_threshold_and_no_more() -> None:
    assert tier(seen_as(0.1), score=10.0) is Tier.PROBABLE
    assert tier(seen_as(0.1), score=9.99) is None


def test_a_character_a_thousand_times_less_likely_contradicts_the_entry() -> None:
    assert tier(seen_as(1 / 999)) is Tier.PROBABLE
    assert tier(seen_as(1 / 1001)) is None
    # However high the score: it is the read itself that leaves no room.
    assert tier(seen_as(1 / 1001), score=99.0) is None


def test_a_text_a_hundred_thousand_times_less_likely_contradicts_the_entry() -> None:
    assert tier(seen_as(1 / 315, 1 / 315)) is Tier.PROBABLE
    assert tier(seen_as(1 / 318, 1 / 318)) is None
    assert tier(seen_as(1 / 50, 1 / 50, 1 / 50)) is None


def test_unknown_characters_of_an_entry_excuse_no_contradiction() -> None:
    assert tier(seen_as(), wildcards=1, score=-99.0) is Tier.PARTIAL
    assert tier(seen_as(0.1), wildcards=1) is Tier.PARTIAL
    assert tier(seen_as(0.1), wildcards=1, score=9.99) is None
    assert tier(seen_as(1 / 1001), wildcards=1) is None


def test_what_a_category_may_raise_decides_how_strict_it_is_and_the_search_asks_for_the_least() -> None:
    limits = MatchingSettings(
        category_false_alerts_per_10k={Category.CHILD_ABDUCTION: 500, Category.UNINSURED: 0.01, Category.WATCH: 5}
    )
    thresholds = Thresholds(limits, Listed(any=10_000))
    for detail in ReadDetail:
        of = {category: thresholds.of(detail, category) for category in Category}
        assert of[Category.CHILD_ABDUCTION] < of[Category.WATCH] < of[Category.UNINSURED]
        assert thresholds.least(detail) == of[Category.CHILD_ABDUCTION]


@pytest.mark.parametrize(
    ("differs", "wildcards", "enough", "agrees", "judged"),
    [
        *((False, 0, True, agrees, Judgment(Tier.EXACT)) for agrees in (True, None)),
        *((False, 0, False, agrees, Judgment(Tier.EXACT)) for agrees in (True, None)),
        (False, 0, True, False, Judgment(Tier.PROBABLE, True)),
        (False, 0, False, False, Judgment(Tier.PROBABLE, False)),
        *((True, 0, True, agrees, Judgment(Tier.PROBABLE)) for agrees in (True, None, False)),
        *((True, 0, False, agrees, None) for agrees in (True, None, False)),
        *((False, 2, enough, agrees, Judgment(Tier.PARTIAL)) for enough in (True, False) for agrees in (True, False)),
        *((True, 2, True, agrees, Judgment(Tier.PARTIAL)) for agrees in (True, None, False)),
        *((True, 2, False, agrees, None) for agrees in (True, None, False)),
    ],
)
def test_every_way_in_which_text_state_and_score_meet(
    differs: bool, wildcards: int, enough: bool, agrees: bool | None, judged: Judgment | None
) -> None:
    alignment = seen_as(0.5) if differs else seen_as()
    score = 10.0 if enough else 9.99
    found = choose_tier(alignment, wildcards=wildcards, score=score, threshold=10.0, jurisdiction_agrees=agrees)
    assert found == judged


def test_what_leaves_no_room_is_no_hit_in_whole_or_in_part_at_the_limits_themselves() -> None:
    for credibility, kept in ((LEAST_CREDIBLE_PLACE, True), (LEAST_CREDIBLE_PLACE * 1.0001, False)):
        alignment = Alignment((Step(CharacterEvidence("8", "B", 0.1, "look-alike"), 1.0, credibility),))
        assert (tier(alignment) is Tier.PROBABLE) is kept
    half = LEAST_CREDIBLE_TEXT / 2
    for credibility, kept in ((half, True), (half * 1.0001, False)):
        place = Step(CharacterEvidence("8", "B", 0.1, "look-alike"), 1.0, credibility)
        assert (tier(Alignment((place, place))) is Tier.PROBABLE) is kept
