"""Which hits alert: partial plates, another state's number, the score's background, the vehicle."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
