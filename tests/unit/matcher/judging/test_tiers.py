"""Which hits alert: another state's number, and what a category is worth."""

from __future__ import annotations

from schemas.types import Category, Hit, Tier
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
