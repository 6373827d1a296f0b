"""What a patrol car is told, and what it is not told: tiers, score, explanation, bad reads."""

from __future__ import annotations

import math
from datetime import timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.characters.confusion import CLASSES
from matcher.index import HotlistIndex
from matcher.judging.background import pattern_of
from matcher.match import Matcher
from schemas.errors import InvalidInput
from schemas.types import CharacterRead, Hit, Tier
from tests.unit.matcher.samples import NOW, SETTINGS, characters, entry, filler, matcher, read

SMALL, LARGE = 10, 100_000


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
