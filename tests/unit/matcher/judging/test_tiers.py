"""Which hits alert: partial plates, another state's number, the score's background, the vehicle."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.arrays.reads import ReadArrays
from matcher.characters.confusion import ALPHABET
from matcher.characters.slots import LEAST_LOSS_SHARE, Slot, loss_share
from matcher.judging.background import Background, pattern_of
from matcher.judging.score import jurisdiction_score
from matcher.judging.traffic import Traffic
from schemas.types import Category, Hit, Tier, VehicleDescription
from tests.unit.matcher.samples import characters, entry, matcher, read

LARGE = 1_000_000
OLDSMOBILE = VehicleDescription(1994, "OLDS", None, None, "GRY")


def only(hits: list[Hit]) -> Hit:
    (hit,) = hits
    return hit


@pytest.mark.parametrize("plate", ["ABC1??4", "ABC????", "AB?????"])
def test_two_or_more_unknown_characters_alone_are_kept_without_an_alert(plate: str) -> None:
    hit = only(matcher(entry(plate), size=LARGE).match(read("ABC1234")))
    assert (hit.tier, hit.alerts) == (Tier.PARTIAL, False)
    assert "; too little for an alert; " in hit.explanation


@given(st.sets(st.integers(0, 6), min_size=2, max_size=5), st.sampled_from([None, "US-MD"]))
def test_whichever_characters_are_unknown_two_never_alert_alone(unknown: set[int], state: str | None) -> None:
    plate = "".join("?" if place in unknown else character for place, character in enumerate("8KV4921"))
    hits = matcher(entry(plate, "US-VA"), size=LARGE).match(read("8KV4921", state))
    assert [(hit.tier, hit.alerts) for hit in hits] == [(Tier.PARTIAL, False)]


def test_the_state_makes_a_partial_hit_an_alert() -> None:
    listed = entry("ABC1??4", "US-VA")
    assert only(matcher(listed, size=LARGE).match(read("ABC1234", "US-VA"))).alerts
    assert not only(matcher(listed, size=LARGE).match(read("ABC1234", "US-MD"))).alerts


def test_the_vehicle_makes_a_partial_hit_an_alert_unless_it_contradicts() -> None:
    listed = entry("ABC1??4", vehicle=OLDSMOBILE)

    def alerts(make: str, color: str) -> bool:
        seen = read("ABC1234", vehicle=VehicleDescription(make=make, color=color))
        return only(matcher(listed, size=LARGE).match(seen)).alerts

    assert alerts("Oldsmobile", "silver")
    assert not alerts("BMW", "black")
    assert not alerts("BMW", "silver")


def test_the_score_makes_a_partial_hit_an_alert() -> None:
    listed = entry("8KV4921AB??", category=Category.CHILD_ABDUCTION)
    sure = read("8KV4921ABCD", characters=characters("8KV4921ABCD", 0.999))
    assert only(matcher(listed, size=1_000).match(sure)).alerts


def test_one_unknown_character_alerts_unless_the_state_differs() -> None:
    listed = entry("ABC1?34", "US-VA")
    assert only(matcher(listed, size=LARGE).match(read("ABC1234"))).alerts
    assert not only(matcher(listed, size=LARGE).match(read("ABC1234", "US-MD"))).alerts


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


def test_a_text_that_no_plate_has_is_rather_a_misread_one() -> None:
    common, odd = (
        only(matcher(entry(listed)).match(read(seen)))
        for listed, seen in (("VKV4921", "UKV4921"), ("BKV4921", "8KV4921"))
    )
    assert odd.score > common.score


def test_what_is_known_of_the_vehicle_is_on_the_hit_as_data() -> None:
    hit = only(
        matcher(entry("8KV4921", vehicle=OLDSMOBILE)).match(
            read("8KV4921", vehicle=VehicleDescription(1995, "BMW", None, None, "silver"))
        )
    )
    assert [(each.feature, each.read, each.listed, each.agrees) for each in hit.vehicle] == [
        ("make", "BMW", "OLDS", False),
        ("color", "silver", "GRY", True),
        ("year", "1995", "1994", True),
    ]
    assert [each.score > 0 for each in hit.vehicle] == [False, True, True]
    assert "MAKE DIFFERS (seen BMW, listed OLDS)" in hit.explanation


@pytest.mark.parametrize(("make", "color"), [("unknown", "UNK"), ("OTHER", "XXX")])
def test_words_for_not_known_are_no_contradiction(make: str, color: str) -> None:
    seen = read("8KV4921", vehicle=VehicleDescription(make=make, color=color))
    assert only(matcher(entry("8KV4921", vehicle=OLDSMOBILE)).match(seen)).vehicle == ()


def background(*texts: str, sure: float | None = None, state: str | None = None, **traffic: float) -> list[float]:
    slots = [[Slot(c, c, None if sure is None else {c: sure}) for c in text] for text in texts]
    shares = {name.replace("_", "-"): share for name, share in traffic.items()}
    reads = [read(text, state) for text in texts]
    return [float(score) for score in Background(Traffic(shares)).scores(ReadArrays.of_slots(slots), reads)]


def test_the_background_is_against_common_patterns_and_for_rare_ones() -> None:
    common, rare, odd = background("ABC1234", "1AB1A34", "A1B2C3D")
    assert common < rare < odd
    assert common < 0 < odd


def test_what_is_common_depends_on_the_state_that_was_read_and_on_who_passes() -> None:
    assert background("8ABC123", state="US-CA") < background("8ABC123") < background("8ABC123", state="US-VA")
    assert background("8ABC123", US_CA=0.9) < background("8ABC123") < background("8ABC123", US_VA=0.9)
    # Of a state without a table nothing else is known than of an unknown one.
    assert background("8ABC123", state="CA-ON") == background("8ABC123")


@given(
    st.lists(st.text(ALPHABET, min_size=2, max_size=12), min_size=1, max_size=8),
    st.none() | st.floats(0.01, 1),
    st.sampled_from([None, "US-VA", "US-CA", "BR"]),
)
def test_a_read_has_the_same_background_alone_and_among_others(
    texts: list[str], sure: float | None, state: str | None
) -> None:
    together = background(*texts, sure=sure, state=state)
    assert together == [background(text, sure=sure, state=state)[0] for text in texts]
    assert all(-30 < each < 10 for each in together)


def test_a_letter_that_may_be_a_digit_counts_as_either() -> None:
    slots = [Slot(c, c, {c: 0.99}) for c in "8KV4921"]
    doubtful = [Slot("8", "8", {"8": 0.5, "B": 0.49}), *slots[1:]]
    arrays = ReadArrays.of_slots([slots, doubtful, [Slot("B", "B", {"B": 0.99}), *slots[1:]]])
    sure, unsure, letter = Background(Traffic()).scores(arrays, [read("8KV4921")] * 3)
    assert letter < unsure < sure


def test_the_state_says_more_the_less_often_it_passes() -> None:
    virginia = Traffic({"us-va": 0.7, "US-NC": 0.1})
    scores = [jurisdiction_score(True, 0.9, virginia.share(state)) for state in ("US-VA", "US-NC", "US-AK")]
    assert 0 < scores[0] < scores[1] < scores[2]
    assert jurisdiction_score(False, 0.9, virginia.share("US-VA")) < 0 == jurisdiction_score(None, None, 0.2)
    assert jurisdiction_score(True, 0.5, 0.7) < scores[0]
    unknown = Traffic()
    assert unknown.share("US-VA") == unknown.share("US-AK") == unknown.share(None)


def test_the_shares_of_all_states_are_a_whole_however_many_are_named() -> None:
    states = ("US-AK", "US-CA", "US-VA")
    for shares in ({}, {"US-VA": 0.7}, {"US-VA": 0.7, "US-CA": 0.2, "US-AK": 0.1}, {"CA-ON": 1.0}):
        assert sum(Traffic(shares).spread(states)) == pytest.approx(1.0)
    assert Traffic({"US-VA": 0.7}).spread(states) == pytest.approx((0.15, 0.15, 0.7))


def test_a_read_that_is_sure_of_what_it_shows_has_lost_less() -> None:
    def share(sure: float | None) -> float:
        return loss_share([Slot(c, c, None if sure is None else {c: sure}) for c in "8KV4921"])

    assert share(None) == share(0.5) == 1.0
    assert share(0.999) == LEAST_LOSS_SHARE < share(0.96) < 1.0


def test_patterns_are_letters_and_digits() -> None:
    assert pattern_of("8KV4921") == "9AA9999"
