"""The law as data: every category is decided, and every fact has its source."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.decisions import Retention, effective_retention, law_alone, open_policy, span_text
from policy.facts import Confidence
from policy.loading import load_profile, profiles
from policy.profile import GATED, KeepLimit
from schemas.errors import ConfigurationError
from schemas.settings import PolicySettings, RetentionSettings, Settings
from schemas.types import Category

DEFAULT_AUDIT = timedelta(days=730)
DEFAULT_READS = timedelta(days=30)

VIRGINIA = {
    Category.MISSING_PERSON,
    Category.ENDANGERED_PERSON,
    Category.CHILD_ABDUCTION,
    Category.WANTED_PERSON,
    Category.HUMAN_TRAFFICKING,
    Category.STOLEN_VEHICLE,
    Category.STOLEN_PLATE,
    Category.CALIBRATION,
}


def settings(profile: str = "virginia", days: int | None = None, audit: int | None = None, **own: Any) -> Settings:
    return Settings(
        policy=PolicySettings(profile=profile, **own),
        retention=RetentionSettings(reads_days=days, audit_days=audit),
    )


def test_virginia_notifies_what_its_law_lists_and_nothing_else() -> None:
    policy = open_policy(settings())
    assert {category for category in Category if policy.may_notify(category)} == VIRGINIA
    assert policy.notify_reason(Category.FELONY_VEHICLE) == (
        "not permitted to notify: Code of Virginia 2.2-5517 (2025-07-01)"
    )
    assert policy.notify_reason(Category.STOLEN_PLATE).startswith("permitted to notify: Code of Virginia 2.2-5517")
    assert policy.retention == Retention(timedelta(days=21), timedelta(days=730))
    assert policy.max_list_age == timedelta(hours=24)


@pytest.mark.parametrize("name", profiles())
def test_every_category_is_decided_with_a_reason_and_every_fact_has_its_source(name: str) -> None:
    policy = law_alone(name)
    for category in Category:
        assert isinstance(policy.may_notify(category), bool)
        assert str(policy.profile.notify.as_of) in policy.notify_reason(category)
    # Whatever a state's law leaves open, these wait for a person.
    assert not any(policy.may_notify(category) for category in GATED)
    facts = policy.profile.facts()
    assert {"notify", "retention.reads"} <= set(facts)
    for fact in (*facts.values(), policy.sharing):
        assert fact.citation
        assert fact.as_of.year >= 2023
        assert fact.confidence in Confidence
    closed = policy.profile.notify.permitted != "any"
    assert policy.may_notify(Category.UNMAPPED) is not closed


def test_the_states_keep_reads_as_long_as_they_are_known_to() -> None:
    days = {
        **dict.fromkeys(("maine", "washington", "connecticut", "virginia"), 21),
        **dict.fromkeys(("iowa", "oregon"), 30),
        "minnesota": 60,
        **dict.fromkeys(("kentucky", "north-carolina", "tennessee", "montana"), 90),
        "arkansas": 150,
        "nebraska": 180,
        "new-jersey": 3 * 365,
        "alabama": 5 * 365,
    }
    spans = {name: timedelta(days=count) for name, count in days.items()}
    spans["new-hampshire"] = timedelta(minutes=3)
    for name, span in spans.items():
        assert law_alone(name).retention.reads == span, name
    for name in ("california", "illinois", "maryland", "idaho", "new-mexico"):
        assert load_profile(name).retention.reads.longest is None
        assert law_alone(name).retention.reads == DEFAULT_READS


@pytest.mark.parametrize(("name", "months"), [("utah", 9), ("vermont", 18), ("georgia", 30)])
def test_months_are_counted_so_that_no_stretch_of_them_is_shorter(name: str, months: int) -> None:
    begins = [date(2025 + start // 12, start % 12 + 1, 1) for start in range(48)]
    ends = [date(2025 + (start + months) // 12, (start + months) % 12 + 1, 1) for start in range(48)]
    assert law_alone(name).retention.reads.days == min(
        (end - begin).days for begin, end in zip(begins, ends, strict=True)
    )


def test_a_gate_needs_a_reason_and_says_it() -> None:
    with pytest.raises(ValueError, match="also_notify_reason: who opened the gate"):
        PolicySettings(also_notify=(Category.SEX_OFFENDER,))
    with pytest.raises(ValueError, match="also_notify_reason"):
        PolicySettings(also_notify=(Category.SEX_OFFENDER,), also_notify_reason="  ")
    opened: dict[str, Any] = {
        "also_notify": (Category.SEX_OFFENDER,),
        "also_notify_reason": "counsel, 2026-11-02",
    }
    for name in ("virginia", "idaho"):
        policy = open_policy(settings(name, **opened))
        assert policy.may_notify(Category.SEX_OFFENDER)
        assert "counsel, 2026-11-02" in policy.notify_reason(Category.SEX_OFFENDER)
        assert not policy.may_notify(Category.IMMIGRATION)


def test_an_agency_may_always_be_quieter() -> None:
    policy = open_policy(settings(never_notify=(Category.STOLEN_PLATE,)))
    assert not policy.may_notify(Category.STOLEN_PLATE)
    assert "policy.never_notify" in policy.notify_reason(Category.STOLEN_PLATE)
    both: dict[str, Any] = {
        "also_notify": (Category.WATCH,),
        "also_notify_reason": "x",
        "never_notify": (Category.WATCH,),
    }
    with pytest.raises(ValueError, match="both name watch"):
        PolicySettings(**both)


def test_reads_are_kept_for_less_than_the_law_allows_but_not_for_longer() -> None:
    assert effective_retention(settings(days=14)).reads == timedelta(days=14)
    assert effective_retention(settings("idaho", days=400)).reads == timedelta(days=400)
    for name, days, law in (("virginia", 22, "2.2-5517"), ("new-hampshire", 1, "3 minutes of New Hampshire RSA")):
        with pytest.raises(ConfigurationError, match=law) as caught:
            effective_retention(settings(name, days=days))
        assert str(caught.value).startswith("'retention.reads_days': ")
    with pytest.raises(ConfigurationError, match=r"'retention\.audit_days': 731 days"):
        effective_retention(settings(audit=731))


@given(st.integers(1, 10_000))
def test_no_setting_outlives_a_law_with_a_number(days: int) -> None:
    for name in ("virginia", "new-hampshire", "alabama"):
        longest = load_profile(name).retention.reads.longest
        assert longest is not None
        try:
            assert effective_retention(settings(name, days=days)).reads == timedelta(days=days) <= longest
        except ConfigurationError:
            assert timedelta(days=days) > longest


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(180, "3 minutes"), (90, "90 seconds"), (86_400, "1 day"), (21 * 86_400, "21 days"), (61, "61 seconds")],
)
def test_spans_in_words(seconds: int, text: str) -> None:
    assert span_text(timedelta(seconds=seconds)) == text


def test_the_legal_maximum_itself_may_be_set() -> None:
    # Where nobody has said anything, Virginia's law holds, and that is what is taken for it before it is read.
    assert effective_retention(Settings()) == Retention() == Retention(timedelta(days=21), timedelta(days=730))
    assert effective_retention(settings(days=21, audit=730)) == Retention(timedelta(days=21), timedelta(days=730))
    assert effective_retention(settings("maine", days=21)).reads == timedelta(days=21)


def test_reads_and_audit_have_numbers_of_their_own() -> None:
    kept = effective_retention(settings("idaho"))
    assert (kept.reads, kept.audit) == (DEFAULT_READS, DEFAULT_AUDIT)
    kept = effective_retention(settings("idaho", days=5, audit=9))
    assert (kept.reads, kept.audit) == (timedelta(days=5), timedelta(days=9))


@pytest.mark.parametrize(
    ("reads", "days"),
    [(timedelta(days=21), 21), (timedelta(hours=36), 1.5), (timedelta(minutes=3), 3 / 1440)],
)
def test_topics_keep_alerts_for_as_many_days_as_reads_are_kept(reads: timedelta, days: float) -> None:
    assert Retention(reads).topic_days == pytest.approx(days)


def test_a_law_gives_days_or_seconds_and_not_both() -> None:
    fact: dict[str, Any] = {"citation": "Law 1", "as_of": date(2026, 1, 1), "confidence": "read"}
    assert KeepLimit(**fact).longest is None
    assert KeepLimit(**fact, days=21).longest == timedelta(days=21)
    assert KeepLimit(**fact, seconds=180).longest == timedelta(minutes=3)
    with pytest.raises(ValueError, match="days and seconds are both given"):
        KeepLimit(**fact, days=1, seconds=180)


def test_every_statement_of_a_profile_is_named_by_its_place_in_the_file() -> None:
    virginia = load_profile("virginia")
    places = {"notify", "retention.reads", "retention.audit", "hotlists", "search", "sharing", "report"}
    places |= {"purposes", "receive", "confirm", "audits"}
    places |= {f"duties.{number}" for number in range(1, len(virginia.duties) + 1)}
    assert set(virginia.facts()) == places
    assert virginia.facts()["duties.1"] is virginia.duties[0]
    assert virginia.facts()["retention.audit"] is virginia.retention.audit
    assert virginia.facts()["retention.reads"] is virginia.retention.reads
