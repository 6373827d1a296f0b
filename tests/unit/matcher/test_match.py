"""What a patrol car is told, and what it is not told: tiers, score, explanation, bad reads."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.characters.confusion import CLASSES
from matcher.characters.slots import read_slots
from matcher.index import HotlistIndex
from matcher.judging.align import align
from matcher.judging.background import pattern_of
from matcher.judging.false_alerts import Listed, ReadDetail, curve
from matcher.judging.partials import PartialLimits, Sight
from matcher.judging.second_reading import HABITS, compare_second_reading
from matcher.judging.tiers import Thresholds
from matcher.judging.vehicle import compare_vehicles
from matcher.match import Limits, Matcher
from schemas.errors import InvalidInput
from schemas.ids import hit_id
from schemas.settings import MatchingSettings
from schemas.types import Category, CharacterRead, Hit, SecondReading, Tier, VehicleDescription
from tests.unit.matcher.samples import NOW, SETTINGS, characters, entry, filler, matcher, read

SMALL, LARGE = 10, 100_000
EVERYTHING = MatchingSettings(false_alerts_per_10k=10_000)


def tier_of(hits: list[Hit]) -> Tier | None:
    return hits[0].tier if hits else None


@pytest.mark.parametrize("written", ["8KV4921", "8kv-4921", " 8KV 4921 "])
@pytest.mark.parametrize("seen", ["8KV4921", "8kv 4921", "８ＫＶ４９２１"])  # noqa: RUF001 - full-width text is the case
def test_the_same_plate_in_any_spelling_is_exact(written: str, seen: str) -> None:
    (hit,) = matcher(entry(written, "US-VA")).match(read(seen, "US-VA"))
    assert (hit.tier, hit.jurisdiction_agrees, hit.edit_distance) == (Tier.EXACT, True, 0)
    assert hit.explanation == "read 8KV4921, listed 8KV4921: same text; state VA agrees; list 3 h old"
    assert {place.relation for place in hit.characters} == {"equal"}
    assert hit.list_age_seconds == 3 * 3600


def test_zero_and_o_are_one_character() -> None:
    (hit,) = matcher(entry("D0G0123", "US-OH")).match(read("DOG0123", "US-OH"))
    assert (hit.tier, hit.edit_distance) == (Tier.EXACT, 0)
    assert "O and 0 count as one" in hit.explanation
    assert [(place.read, place.listed) for place in hit.characters][1] == ("O", "0")


@pytest.mark.parametrize(("read_state", "listed_state"), [(None, "US-VA"), ("US-VA", None), (None, None)])
def test_an_unknown_state_on_one_side_leaves_equal_text_exact(read_state: str | None, listed_state: str | None) -> None:
    (hit,) = matcher(entry("8KV4921", listed_state)).match(read("8KV4921", read_state))
    assert (hit.tier, hit.jurisdiction_agrees) == (Tier.EXACT, None)


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("confidence", [None, 0.6, 0.99])
def test_the_same_number_of_another_state_is_probable_and_says_so(size: int, confidence: float | None) -> None:
    seen = read("8KV4921", "US-MD", jurisdiction_confidence=confidence)
    (hit,) = matcher(entry("8KV4921", "US-VA"), size=size).match(seen)
    assert (hit.tier, hit.jurisdiction_agrees) == (Tier.PROBABLE, False)
    assert "STATE DIFFERS (read MD, listed VA)" in hit.explanation


def test_one_number_listed_in_two_states_hits_both_the_right_state_first() -> None:
    hits = matcher(entry("8KV4921", "US-MD"), entry("8KV4921", "US-VA")).match(read("8KV4921", "US-VA"))
    assert [(hit.tier, hit.jurisdiction_agrees) for hit in hits] == [(Tier.EXACT, True), (Tier.PROBABLE, False)]
    assert hits[0].score > hits[1].score


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize(
    ("seen", "listed"),
    [
        ("8KV4921", "BKV4921"),
        ("ABC1Z34", "ABC1234"),
        ("SKV4921", "5KV4921"),
        ("AMC1234", "ANC1234"),
        ("A8C1", "ABC1"),
    ],
)
def test_text_alone_one_look_alike_is_probable_with_the_state(size: int, seen: str, listed: str) -> None:
    if size == LARGE and (len(seen) < 6 or pattern_of(seen) == "AAA9999"):
        # Too short for a long list, or like nearly every plate of Virginia, of which one is always listed.
        assert matcher(entry(listed, "US-VA"), size=size).match(read(seen, "US-VA")) == []
        return
    (hit,) = matcher(entry(listed, "US-VA"), size=size).match(read(seen, "US-VA"))
    assert hit.tier is Tier.PROBABLE
    assert hit.edit_distance == 1
    assert [place.relation for place in hit.characters].count("look-alike") == 1


@pytest.mark.parametrize("size", [SMALL, LARGE // 20])
@pytest.mark.parametrize(
    ("one", "other"), [pair for group in CLASSES for pair in combinations(group.replace("O", ""), 2)]
)
def test_text_alone_any_pair_of_a_class_is_probable_even_without_a_state(size: int, one: str, other: str) -> None:
    (hit,) = matcher(entry(f"{one}GM4921"), size=size).match(read(f"{other}GM4921"))
    assert hit.tier is Tier.PROBABLE


@pytest.mark.parametrize("size", [1, SMALL, LARGE])
@pytest.mark.parametrize("state", [None, "US-VA"])
@pytest.mark.parametrize(("seen", "listed"), [("8KV4921", "8RV4921"), ("ABC1234", "ABC1934"), ("WKV4921", "8KV4921")])
def test_text_alone_an_arbitrary_difference_is_no_hit(size: int, state: str | None, seen: str, listed: str) -> None:
    assert matcher(entry(listed, state), size=size).match(read(seen, state)) == []


def test_text_alone_two_look_alikes_depend_on_the_size_of_the_list() -> None:
    listed, seen = entry("BKV492Z"), read("8KV4922")
    assert tier_of(matcher(listed, size=SMALL).match(seen)) is Tier.PROBABLE
    assert tier_of(matcher(listed, size=LARGE).match(seen)) is None


def test_a_long_list_is_as_strict_as_its_size_says() -> None:
    listed = entry("BKV4921"), entry("5GM4929")
    long = Matcher(HotlistIndex.build((*listed, *filler(LARGE - 2)), {}), SETTINGS)
    one, two = read("8KV4921"), read("SGM49Z9")
    assert tier_of(long.match(one)) is Tier.PROBABLE
    assert [hit.score for hit in long.match(one)] == [hit.score for hit in matcher(*listed, size=LARGE).match(one)]
    assert long.match(two) == matcher(*listed, size=LARGE).match(two) == []


@pytest.mark.parametrize("size", [1, SMALL])
def test_three_look_alikes_are_no_hit_on_the_shortest_list(size: int) -> None:
    assert matcher(entry("BKV49Z1"), size=size).match(read("8KV492I")) == []


@pytest.mark.parametrize("size", [1, SMALL, LARGE])
@pytest.mark.parametrize("state", [None, "US-VA"])
def test_a_confident_read_of_another_character_is_no_hit_whatever_it_looks_like(size: int, state: str | None) -> None:
    sure = characters("8KV4921", 0.995, p0=(("8", 0.999), ("B", 0.0005)))
    assert matcher(entry("BKV4921", state), size=size).match(read("8KV4921", state, characters=sure)) == []


@pytest.mark.parametrize("size", [1, SMALL, LARGE])
@pytest.mark.parametrize("state", [None, "US-VA"])
def test_a_doubtful_read_that_leaves_room_for_the_listed_character_is_probable(size: int, state: str | None) -> None:
    unsure = characters("8KV4921", 0.995, p0=(("8", 0.7), ("B", 0.25), ("3", 0.02)))
    (hit,) = matcher(entry("BKV4921", state), size=size).match(read("8KV4921", state, characters=unsure))
    assert hit.tier is Tier.PROBABLE
    first = hit.characters[0]
    assert (first.read, first.listed, first.probability, first.relation) == ("8", "B", 0.25, "look-alike")


def test_a_doubtful_read_supports_any_character_that_its_distribution_names() -> None:
    unsure = characters("8KV4921", 0.995, p3=(("4", 0.55), ("M", 0.4)))
    (hit,) = matcher(entry("8KVM921"), size=LARGE).match(read("8KV4921", characters=unsure))
    assert hit.characters[3].relation == "different"
    assert "1 different character (4/M)" in hit.explanation


@pytest.mark.parametrize(("confidence", "expected"), [(0.6, Tier.PROBABLE), (0.999, None)])
def test_top_confidence_alone_shares_its_doubt_among_look_alikes(confidence: float, expected: Tier | None) -> None:
    vendor = characters("8KV4921", 0.97, p0=(("8", confidence),))
    hits = matcher(entry("BKV4921"), size=LARGE).match(read("8KV4921", characters=vendor))
    assert tier_of(hits) is expected


def test_the_better_supported_of_two_entries_comes_first() -> None:
    unsure = characters("8KV4921", 0.99, p0=(("8", 0.6), ("3", 0.1), ("B", 0.28)))
    hits = matcher(entry("3KV4921"), entry("BKV4921")).match(read("8KV4921", characters=unsure))
    assert [hit.characters[0].listed for hit in hits] == ["B", "3"]


@pytest.mark.parametrize(
    ("seen", "listed", "words"),
    [
        ("ABC123", "ABC1234", "1 character not read (4)"),
        ("1ABC1234", "ABC1234", "1 character too many (1)"),
        ("ABVV234", "ABW234", "1 look-alike (V/W), 1 character too many (V)"),
        ("ABW234", "ABVV234", "1 look-alike (W/V), 1 character not read (V)"),
        ("2KV4921", "7KV4921", "1 look-alike (2/7)"),
    ],
)
def test_lost_and_added_characters_are_probable_and_explained(seen: str, listed: str, words: str) -> None:
    (hit,) = matcher(entry(listed, "US-VA"), size=SMALL).match(read(seen, "US-VA"))
    assert hit.tier is Tier.PROBABLE
    assert f"read {seen}, listed {listed}: {words}; state VA agrees" in hit.explanation


def test_an_added_character_is_as_likely_as_the_reader_says() -> None:
    doubtful = characters("ABC12M34", 0.99, p5=(("M", 0.5), ("", 0.45)))
    (hit,) = matcher(entry("ABC1234"), size=LARGE).match(read("ABC12M34", characters=doubtful))
    assert hit.characters[5].relation == "extra"
    sure = characters("ABC12M34", 0.99)
    assert matcher(entry("ABC1234"), size=SMALL).match(read("ABC12M34", characters=sure)) == []


def test_known_characters_of_a_partial_plate_that_agree_are_a_partial_hit() -> None:
    (hit,) = matcher(entry("ABC1??4", "US-VA"), size=LARGE).match(read("ABC1234", "US-VA"))
    assert (hit.tier, hit.edit_distance) == (Tier.PARTIAL, 0)
    assert "all 5 known characters agree, 2 unknown on the list" in hit.explanation
    assert [place.relation for place in hit.characters].count("unknown") == 2


@pytest.mark.parametrize("seen", ["ABC124", "ABC12345", "ABX1234", "ABC1239"])
def test_a_partial_plate_of_another_length_or_text_is_no_hit(seen: str) -> None:
    assert matcher(entry("ABC1??4")).match(read(seen)) == []


@pytest.mark.parametrize("plate", ["ABC1?34", "ABC1??4", "AB?????"])
def test_no_unknown_makes_a_hit_exact_or_probable(plate: str) -> None:
    (hit,) = matcher(entry(plate, "US-VA")).match(read("ABC1234", "US-VA"))
    assert hit.tier is Tier.PARTIAL


def test_a_partial_plate_with_a_look_alike_needs_the_score() -> None:
    assert tier_of(matcher(entry("ABC1?34"), size=SMALL).match(read("A8C1234"))) is Tier.PARTIAL
    assert tier_of(matcher(entry("ABC1??4"), size=LARGE).match(read("A8C1234"))) is None


def test_tiers_come_best_first() -> None:
    listed = entry("ABC1?34"), entry("A8C1234"), entry("ABC1234")
    assert [hit.tier for hit in matcher(*listed).match(read("ABC1234"))] == [Tier.EXACT, Tier.PROBABLE, Tier.PARTIAL]


def test_entries_hold_from_their_beginning_until_before_their_end() -> None:
    hour = timedelta(hours=1)
    assert matcher(entry("ABC1234", valid_until=NOW)).match(read("ABC1234")) == []
    assert matcher(entry("ABC1234", valid_until=NOW + hour)).match(read("ABC1234"))
    assert matcher(entry("ABC1234", valid_from=NOW + hour)).match(read("ABC1234")) == []
    assert matcher(entry("ABC1234", valid_from=NOW)).match(read("ABC1234"))


@pytest.mark.parametrize(("confidence", "matched"), [(0.29, False), (0.3, True), (math.nan, False)])
def test_reads_that_the_reader_doubts_as_a_whole_are_not_matched(confidence: float, matched: bool) -> None:
    assert bool(matcher(entry("ABC1234")).match(read("ABC1234", confidence=confidence))) is matched


def test_a_replay_makes_the_same_hits() -> None:
    listed = entry("ABC1234", "US-VA"), entry("A8C1234", "US-VA")
    assert matcher(*listed).match(read("ABC1234")) == matcher(*reversed(listed)).match(read("ABC1234"))


probabilities = st.one_of(st.floats(0, 1), st.floats(allow_nan=True, allow_infinity=True))
places = st.builds(
    CharacterRead,
    st.text(max_size=2),
    probabilities,
    st.lists(st.tuples(st.text(max_size=2), probabilities), max_size=3).map(tuple),
)
plates = st.one_of(st.text(max_size=31), st.text("0O8B1VW2 -?", max_size=14))


@settings(deadline=None)
@given(plates, st.lists(places, max_size=12).map(tuple), st.lists(plates, max_size=4), st.none() | probabilities)
def test_no_read_and_no_entry_crashes_the_stream(
    plate: str, evidence: tuple[CharacterRead, ...], listed: list[str], sure: float | None
) -> None:
    ours = matcher(*(entry(text, "US-VA") for text in listed))
    seen = read(plate, "US-VA", characters=evidence, jurisdiction_confidence=sure)
    try:
        hits = ours.match(seen)
    except InvalidInput:
        return
    assert all(math.isfinite(hit.score) and hit.explanation for hit in hits)


@settings(deadline=None)
@given(
    st.text("ABC0O8W1V", min_size=2, max_size=12), st.floats(0.01, 1.0), st.text("ABC0O8W1V", min_size=2, max_size=12)
)
def test_any_evidence_that_spells_the_plate_gives_finite_scores(plate: str, sure: float, listed: str) -> None:
    hits = matcher(entry(listed), entry(plate)).match(read(plate, characters=characters(plate, sure)))
    assert hits
    assert hits[0].tier is Tier.EXACT
    assert all(math.isfinite(hit.score) for hit in hits)


def test_a_hit_is_whole() -> None:
    listed = entry("BK?4921", "US-VA", hotlist_id="ncic", vehicle=VehicleDescription(1994, "OLDS", None, None, "GRY"))
    seen = read(
        *("8kv-4921", "US-MD"),
        jurisdiction_confidence=0.7,
        vehicle=VehicleDescription(1995, "BMW", None, None, "silver"),
        second_reading=SecondReading("BKV4921", 0.9, False),
        confidence_is_known=False,
        claimed_at=NOW + timedelta(days=400),
    )
    (hit,) = Matcher(HotlistIndex.build([listed], {"ncic": NOW - timedelta(hours=5), "other": NOW}), EVERYTHING).match(
        seen
    )
    assert hit == Hit(
        hit_id=hit_id(seen.read_id, listed.entry_id),
        read_id=seen.read_id,
        entry_id=listed.entry_id,
        hotlist_id="ncic",
        tier=Tier.PARTIAL,
        score=hit.score,
        explanation=(
            "read 8KV4921, listed BK?4921: 1 look-alike (8/B), 1 unknown on the list; "
            "STATE DIFFERS (read MD, listed VA); MAKE DIFFERS (seen BMW, listed OLDS); color GRY agrees; "
            "year 1994 agrees; second reader saw BKV4921 as listed; the reader gave no confidence; list 5 h old; "
            "CAMERA'S CLOCK WRONG (it says 2027-04-08 12:00 UTC): the time is that of arrival"
        ),
        characters=hit.characters,
        jurisdiction_agrees=False,
        edit_distance=1,
        list_as_of=NOW - timedelta(hours=5),
        list_age_seconds=5 * 3600.0,
        second_reader_agrees=True,
        vehicle=compare_vehicles(seen.vehicle, listed.vehicle),
        alerts=True,
    )
    assert [(place.read, place.listed, place.relation) for place in hit.characters] == [
        *(("8", "B", "look-alike"), ("K", "K", "equal"), ("V", "?", "unknown")),
        *((c, c, "equal") for c in "4921"),
    ]


def test_a_score_is_the_sum_of_text_background_state_vehicle_second_reader_and_doubt() -> None:
    # Of Ontario's plates no patterns are known, so that the background is that of any read.
    ours = matcher(entry("8KV4921", "CA-ON", vehicle=VehicleDescription(make="OLDS")))

    def score(**fields: Any) -> float:
        (hit,) = ours.match(read("8KV4921", **({"state": None} | fields)))
        return hit.score

    plain = score()
    share = math.log(0.8 / 0.2 + 0.2)
    assert score(state="CA-ON", jurisdiction_confidence=0.8) - plain == pytest.approx(share)
    assert score(state="CA-QC", jurisdiction_confidence=0.8) - plain == pytest.approx(math.log(0.2))
    assert score(vehicle=VehicleDescription(make="Olds")) - plain == pytest.approx(1.9)
    assert score(vehicle=VehicleDescription(make="BMW")) - plain == pytest.approx(-1.5)
    assert score(confidence=0.5, confidence_is_known=False) - plain == pytest.approx(math.log(0.5))
    agrees = HABITS.repeats_right / HABITS.repeats_wrong
    assert score(second_reading=SecondReading("8KV4921", 0.9, True)) - plain == pytest.approx(math.log(agrees))


@pytest.mark.parametrize(("make", "second"), [("Oldsmobile", None), (None, "BKV492Z"), ("Oldsmobile", "BKV492Z")])
def test_what_the_vehicle_or_a_second_reader_adds_makes_a_hit_that_the_text_alone_is_not(
    make: str | None, second: str | None
) -> None:
    listed = entry("BKV492Z", vehicle=VehicleDescription(make="OLDS"))
    alone = read("8KV4922")
    (hit,) = matcher(listed, size=1).match(alone)
    innocent = math.log1p(-SETTINGS.false_alerts_per_10k / 10_000)
    size = int(-innocent / math.exp(curve(ReadDetail.TEXT).log_rate(hit.score)) * 1.2)
    more = replace(
        alone,
        vehicle=make and VehicleDescription(make=make),
        second_reading=second and SecondReading(second, 0.9, False),
    )
    assert matcher(listed, size=size).match(alone) == []
    assert tier_of(matcher(listed, size=size).match(more)) is Tier.PROBABLE
    assert matcher(listed, size=size).match(replace(alone, vehicle=VehicleDescription(make="BMW"))) == []


def test_many_reads_at_once_have_the_hits_that_each_has_alone_in_their_order() -> None:
    ours = matcher(entry("ABC1234", "US-VA"), entry("8KV4921"), entry("A8C12?4"))
    reads = [
        *(read("ABC1234", "US-VA"), read("?"), read("XYZ9999"), read("8KV4921", confidence=0.1)),
        *(read("8KV4921"), read("ABC1234", characters=characters("ABC")), read("BKV4921", confidence_is_known=False)),
    ]
    found = ours.match_batch(reads)
    assert len(found) == len(reads)
    for one, hits in zip(reads, found, strict=True):
        if isinstance(hits, InvalidInput):
            with pytest.raises(InvalidInput) as refusal:
                ours.match(one)
            assert str(refusal.value) == str(hits)
        else:
            assert hits == ours.match(one)
    assert [isinstance(hits, InvalidInput) or len(hits) for hits in found] == [2, True, 0, 0, 1, True, 1]
    assert ours.match_batch([]) == []
    assert [type(hits) for hits in ours.match_batch([read("?")])] == [InvalidInput]


def test_hits_of_one_score_come_by_the_number_of_their_entries() -> None:
    listed = [entry("ABC1234", "US-VA", hotlist_id=name) for name in ("a", "b", "c", "d")]
    hits = matcher(*listed).match(read("ABC1234", "US-VA"))
    assert len({hit.score for hit in hits}) == 1
    assert [hit.entry_id for hit in hits] == sorted(one.entry_id for one in listed)
    assert [hit.hotlist_id for hit in hits] == [one.hotlist_id for one in sorted(listed, key=lambda one: one.entry_id)]


def test_each_list_has_its_own_date() -> None:
    dates = {"ncic": NOW - timedelta(hours=1), "region": NOW - timedelta(hours=2)}
    listed = [entry("ABC1234", hotlist_id=name) for name in ("ncic", "region", "undated")]
    hits = Matcher(HotlistIndex.build(listed, dates), SETTINGS).match(read("ABC1234"))
    assert {hit.hotlist_id: (hit.list_as_of, hit.list_age_seconds) for hit in hits} == {
        "ncic": (dates["ncic"], 3600.0),
        "region": (dates["region"], 7200.0),
        "undated": (None, None),
    }


@pytest.mark.parametrize(
    ("listed", "shown"),
    [("8K?4921", None), ("BK?4921", "8K?4921"), ("BK?4?21", "8K?4?21"), ("8K?49211", "8K?49211"), ("8K?492", "8K?492")],
)
@pytest.mark.parametrize("second", ["8KV4921", "XYZ999", None])
def test_what_decides_about_a_hit_of_an_entry_with_unknown_characters_is_handed_on_whole(
    monkeypatch: pytest.MonkeyPatch, listed: str, shown: str | None, second: str | None
) -> None:
    asked: list[Sight] = []

    def too_little(self: object, hit: Sight) -> str:
        asked.append(hit)
        return "a reason"

    monkeypatch.setattr(PartialLimits, "too_little", too_little)
    of = entry(listed, "US-VA", vehicle=VehicleDescription(make="OLDS"), category=Category.WATCH)
    seen = read(
        *("8KV4921", "US-MD"),
        jurisdiction_confidence=0.7,
        vehicle=VehicleDescription(make="BMW"),
        confidence_is_known=False,
        confidence=0.6,
        second_reading=second and SecondReading(second, 0.9, False),
    )
    index = HotlistIndex.build([of])
    known = Matcher(index, EVERYTHING)
    # What the search finds of it does not matter here.
    monkeypatch.setattr(index, "find", lambda reads, wanted, engine: [[(index._base, 0)]])
    (hit,) = known.match(seen)
    (sight,) = asked
    alignment = align(read_slots(seen), listed)
    assert alignment is not None
    reading = compare_second_reading(seen.second_reading, "8KV4921", listed)
    gained = reading.score if reading else 0.0
    assert sight == Sight(
        *(listed, "US-VA", Category.WATCH),
        agrees=False,
        sure=0.7,
        shown=shown,
        credibility=0.0 if shown is None else alignment.credibility,
        evidence=pytest.approx(-1.5 + max(gained, 0.0) + math.log(0.6)),  # type: ignore[arg-type]
    )
    assert (hit.tier, hit.alerts) == (Tier.PARTIAL, False)
    assert "; too little for an alert (a reason); list of unknown date" in hit.explanation
    assert hit.second_reader_agrees is (None if reading is None else reading.sees_listed)


def test_a_second_reader_that_contradicts_takes_no_hit_back_and_one_that_agrees_lowers_the_threshold() -> None:
    index = HotlistIndex.build([entry("BKV492Z")])
    alone = read("8KV4922")

    def tier(least: float, second: str | None) -> Tier | None:
        limits = Limits(Thresholds(SETTINGS, Listed(any=1)), Matcher(index, SETTINGS)._partials)
        limits.thresholds._of = dict.fromkeys(limits.thresholds._of, least)
        limits.thresholds._least = dict.fromkeys(limits.thresholds._least, least)
        reading = second and SecondReading(second, 0.9, False)
        return tier_of(Matcher(index, SETTINGS, limits=limits).match(replace(alone, second_reading=reading)))

    (hit,) = Matcher(index, EVERYTHING).match(alone)
    for second in ("BKV492Z", "8KV4922", "XYZ999", None):
        reading = compare_second_reading(second and SecondReading(second, 0.9, False), "8KV4922", "BKV492Z")
        most = hit.score + max(reading.score if reading else 0.0, 0.0)
        assert (tier(most - 1e-6, second), tier(most + 1e-6, second)) == (Tier.PROBABLE, None)
