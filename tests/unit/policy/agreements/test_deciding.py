"""What goes to the members of an agreement, and why it does not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.agreements.agreement import Agreement
from policy.agreements.deciding import AgreementGate, Offer, Standing
from policy.agreements.grants import Detail, Shares
from policy.decisions import law_alone, open_policy
from policy.purposes import purpose_of_category
from schemas.settings import PolicySettings, Settings
from schemas.types import SENSITIVE, Category, Purpose, Tier
from tests.unit.policy.agreements.samples import (
    NEIGHBOR,
    NOW,
    THIRD,
    agreement,
    agreements,
    alerts_grant,
    attestation,
    member,
    moments,
    offer,
    offers,
    signer,
    standing,
)

VIRGINIA = law_alone("virginia")


def decide(one: Agreement | None = None, policy: Any = VIRGINIA, now: datetime = NOW, **what: Any) -> Any:
    return AgreementGate(standing(one), policy).decide(offer(**what), now)


def test_what_is_within_the_scope_goes_with_its_fields() -> None:
    release = decide()
    assert (release.allowed, release.fields) == (True, {Detail.PLATE, Detail.PLACE})


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ({"camera_id": "tunnel"}, "its camera is not in the agreement's scope"),
        ({"camera_id": None}, "its camera is not"),
        ({"category": Category.MISSING_PERSON}, "category missing_person is not in the agreement's scope"),
        ({"category": Category.SEX_OFFENDER}, "not permitted to notify: Code of Virginia 2.2-5517"),
        ({"category": None}, "it has no category"),
        ({"tier": Tier.PROBABLE}, "tier probable is not"),
        ({"tier": None}, "tier none is not"),
        ({"shares": Shares.READS}, "agreement suffolk, version 1, does not share reads"),
        ({"captured_at": NOW - timedelta(days=8)}, "it is older than the 7 days"),
        ({"now": NOW + timedelta(days=300)}, "agreement suffolk, version 1, was valid until 2026-12-31"),
        ({"now": NOW - timedelta(days=300)}, "agreement suffolk, version 1, begins on 2026-01-01"),
    ],
)
def test_what_is_outside_is_refused_with_the_reason(what: dict[str, Any], reason: str) -> None:
    release = decide(**what)
    assert not release.allowed
    assert reason in release.reason
    assert release.fields == frozenset()


@pytest.mark.parametrize(
    ("grant", "reason"),
    [
        ({"cji": False}, "criminal-justice information system, which the agreement does not share"),
        ({"purposes": ["wanted_person"]}, "purpose stolen_vehicle is not in the agreement's scope"),
        ({"purposes": ["wanted_person"], "purposes_forbidden": ["stolen_vehicle"]}, "stolen_vehicle is forbidden"),
        ({"area": {"latitude": 37.0, "longitude": -76.3, "radius_km": 5}}, "is not in the agreement's area"),
        ({"attestations": ["training"]}, "no valid attestation 'training' of Suffolk-Pd of Virginia (never made)"),
    ],
)
def test_a_narrower_grant_lets_less_through(grant: dict[str, Any], reason: str) -> None:
    release = decide(agreement(grants=[alerts_grant(**grant)]))
    assert (release.allowed, reason in release.reason) == (False, True), release.reason


def test_a_place_that_is_not_known_is_in_no_area() -> None:
    area = {"latitude": 36.83, "longitude": -76.3, "radius_km": 5}
    drawn = agreement(grants=[alerts_grant(area=area)])
    assert decide(drawn).allowed
    assert "where it was captured is not known" in decide(drawn, location=None).reason


def test_an_attestation_counts_from_its_signing_to_its_last_day() -> None:
    def attested(now: datetime) -> Any:
        one = agreement(
            grants=[alerts_grant(attestations=["no_immigration_use"])], attestations=[attestation(NEIGHBOR)]
        )
        return decide(one, now=now, captured_at=now)

    assert attested(datetime(2026, 12, 31, 23, 59, tzinfo=UTC)).allowed
    assert attested(datetime(2026, 1, 1, tzinfo=UTC)).allowed
    another = agreement(
        grants=[alerts_grant(attestations=["no_immigration_use"])],
        attestations=[attestation(THIRD), attestation(NEIGHBOR, expires_on=datetime(2026, 5, 31).date())],
    )
    assert "(expired)" in decide(another).reason


def test_days_are_those_of_the_agency_s_time_zone() -> None:
    zone = ZoneInfo("America/New_York")
    gate = AgreementGate(Standing.of(agreement(), 1, zone), VIRGINIA, zone)
    last = datetime(2026, 12, 31, 23, 30, tzinfo=zone)
    assert gate.decide(offer(captured_at=last), last).allowed
    assert not gate.decide(offer(captured_at=last), last + timedelta(minutes=30)).allowed
    assert not gate.decide(offer(), datetime(2026, 1, 1, 0, 0, tzinfo=UTC)).allowed


@pytest.mark.parametrize(
    ("zone", "until", "ends"),
    [
        ("America/New_York", "2026-03-08", "2026-03-09T04:00Z"),  # a day of 23 hours
        ("America/New_York", "2026-11-01", "2026-11-02T05:00Z"),  # one of 25
        ("America/Havana", "2026-03-07", "2026-03-08T05:00Z"),  # the next day has no midnight
        ("America/Havana", "2026-11-01", "2026-11-02T05:00Z"),
    ],
)
def test_the_last_day_is_whole_whatever_the_clocks_do(zone: str, until: str, ends: str) -> None:
    one = Standing.of(agreement(valid_until=date.fromisoformat(until)), 1, ZoneInfo(zone))
    assert one.ends_at == datetime.fromisoformat(ends)
    gate = AgreementGate(one, VIRGINIA, ZoneInfo(zone))
    last = one.ends_at - timedelta(seconds=1)
    assert gate.decide(offer(captured_at=last), last).allowed
    assert not gate.decide(offer(captured_at=last), one.ends_at).allowed


def test_what_was_ended_lets_nothing_through() -> None:
    release = AgreementGate(standing(ended_at=NOW - timedelta(days=1)), VIRGINIA).decide(offer(), NOW)
    assert (release.allowed, "was ended at 2026-05-31T12:00:00+00:00" in release.reason) == (False, True)


@pytest.mark.parametrize(
    ("profile", "state", "declared", "reason"),
    [
        ("virginia", "US-NC", None, "may not receive: Code of Virginia 2.2-5517"),
        ("virginia", None, None, "may not receive"),
        ("connecticut", "US-NY", None, "no valid attestation 'connecticut_uses'"),
        ("connecticut", "US-NY", "connecticut_uses", None),
        ("connecticut", "US-TX", "connecticut_uses", "by warrant"),
        ("oregon", "US-WA", None, "case by case"),
        ("north-carolina", "US-VA", None, None),
    ],
)
def test_the_law_decides_who_receives_and_what_is_signed_for_it(
    profile: str, state: str | None, declared: str | None, reason: str | None
) -> None:
    one = agreement(
        members=[member(0, "portsmouth-pd", "owner"), member(1, NEIGHBOR, state=state)],
        signers=[signer("portsmouth-pd"), signer(NEIGHBOR)],
        attestations=[] if declared is None else [attestation(NEIGHBOR, declared)],
    )
    release = decide(one, law_alone(profile))
    assert release.allowed is (reason is None), release.reason
    assert (reason or "within the scope") in release.reason


def test_what_one_receiver_may_not_have_goes_to_none_of_them() -> None:
    one = agreement(
        grants=[alerts_grant(to=[NEIGHBOR, THIRD], attestations=["training"])],
        attestations=[attestation(NEIGHBOR, "training")],
    )
    gate = AgreementGate(standing(one), VIRGINIA)
    assert "of Chesapeake-Pd of Virginia (never made)" in gate.decide(offer(), NOW).reason
    assert gate.decide_for(NEIGHBOR, offer(), NOW).allowed
    assert not gate.decide_for(THIRD, offer(), NOW).allowed
    assert "shares no alerts with portsmouth-pd" in gate.decide_for("portsmouth-pd", offer(), NOW).reason
    assert gate.blocked(Shares.ALERTS, NOW) is not None
    assert gate.blocked(Shares.READS, NOW) is not None


def test_an_agency_s_own_decisions_count_too() -> None:
    own = PolicySettings(never_notify=(Category.STOLEN_VEHICLE,))
    assert "policy.never_notify" in decide(policy=open_policy(Settings(policy=own))).reason
    own = PolicySettings(never_purposes=(Purpose.STOLEN_VEHICLE,))
    assert "purpose stolen_vehicle is forbidden" in decide(policy=open_policy(Settings(policy=own))).reason


@settings(max_examples=150)
@given(agreements(), offers, moments)
def test_nothing_outside_of_the_scope_ever_passes(one: Agreement, what: Offer, now: datetime) -> None:
    for profile in ("connecticut", "alabama"):
        policy = law_alone(profile)
        gate = AgreementGate(standing(one), policy)
        release = gate.decide(what, now)
        assert release.reason
        if not release.allowed:
            assert release.fields == frozenset()
            continue
        grant = one.grant(what.shares)
        assert grant is not None
        assert one.valid_from <= now.date() <= one.valid_until
        assert grant.cji or not what.is_cji
        for to in grant.to:
            receiver = one.member(to)
            assert policy.receives(receiver.ref).is_standing
            assert gate.decide_for(to, what, now).allowed
            for declares in grant.attestations:
                assert any(
                    (made.member, made.declares) == (to, declares) and made.signed_on <= now.date() <= made.expires_on
                    for made in one.attestations
                )
        if what.shares in (Shares.ALERTS, Shares.HOTLISTS):
            assert what.category in grant.categories
            assert policy.may_notify(what.category)
            assert purpose_of_category(what.category) in grant.purposes
        if what.shares is Shares.ALERTS:
            assert what.tier in grant.tiers
        if what.shares is Shares.HOTLISTS:
            assert what.hotlist_id in grant.lists
        else:
            assert grant.cameras == "all" or what.camera_id in grant.cameras
            assert grant.area is None or (what.location is not None and grant.area.holds(*what.location))
            assert what.captured_at is None or now - what.captured_at <= timedelta(days=grant.max_days)
        if what.shares is Shares.QUERIES:
            assert what.purpose in grant.purposes
            assert what.purpose not in grant.purposes_forbidden
        assert release.fields == set(grant.fields)


@settings(max_examples=150)
@given(agreements(), st.frozensets(st.sampled_from(Purpose), max_size=3), st.sampled_from((NEIGHBOR, THIRD)), moments)
def test_nobody_asks_what_neither_law_nor_agreement_let_be_asked(
    one: Agreement, named: frozenset[Purpose], asks: str, now: datetime
) -> None:
    for profile in ("connecticut", "alabama"):
        policy = law_alone(profile)
        gate = AgreementGate(standing(one), policy)
        release = gate.question(asks, named, now)
        assert release.reason
        if not release.allowed:
            continue
        grant = one.grant(Shares.QUERIES)
        assert grant is not None
        assert asks in grant.to
        assert one.valid_from <= now.date() <= one.valid_until
        assert policy.receives(one.member(asks).ref).is_standing
        assert named & set(grant.purposes)
        assert not named & {*grant.purposes_forbidden, *policy.purposes.forbidden}
        assert named & SENSITIVE <= set(grant.purposes)
        for declares in grant.attestations:
            assert any(
                (made.member, made.declares) == (asks, declares) and made.signed_on <= now.date() <= made.expires_on
                for made in one.attestations
            )


def queries(**more: Any) -> dict[str, Any]:
    grant = alerts_grant(shares="queries", **more)
    return {name: value for name, value in grant.items() if name not in ("categories", "tiers")}


@pytest.mark.parametrize(
    ("named", "reason"),
    [
        ({Purpose.STOLEN_VEHICLE}, None),
        ({Purpose.STOLEN_VEHICLE, Purpose.MISSING_PERSON}, None),
        (set(), "a purpose that is not known is not in the agreement's scope, which is stolen_vehicle, wanted_person"),
        ({Purpose.MISSING_PERSON}, "purpose missing_person is not in the agreement's scope"),
        ({Purpose.STOLEN_VEHICLE, Purpose.REPRODUCTIVE_CARE}, "purpose reproductive_care is not in"),
        ({Purpose.STOLEN_VEHICLE, Purpose.IMMIGRATION_ENFORCEMENT}, "purpose immigration_enforcement is forbidden"),
    ],
)
def test_a_question_names_a_purpose_of_the_grant(named: set[Purpose], reason: str | None) -> None:
    one = agreement(grants=[queries(purposes_forbidden=["immigration_enforcement"])])
    release = AgreementGate(standing(one), VIRGINIA).question(NEIGHBOR, frozenset(named), NOW)
    assert release.allowed is (reason is None)
    assert (reason or "within the scope") in release.reason
    assert "shares no queries with chesapeake-pd" in (
        AgreementGate(standing(one), VIRGINIA).question(THIRD, frozenset(named), NOW).reason
    )


def test_one_who_may_not_ask_keeps_nobody_else_from_asking() -> None:
    one = agreement(
        grants=[queries(to=[NEIGHBOR, THIRD], attestations=["training"])],
        attestations=[attestation(NEIGHBOR, "training")],
    )
    gate = AgreementGate(standing(one), VIRGINIA)
    named = frozenset({Purpose.STOLEN_VEHICLE})
    assert gate.question(NEIGHBOR, named, NOW).allowed
    assert "(never made)" in gate.question(THIRD, named, NOW).reason
    assert gate.blocked_for(NEIGHBOR, Shares.QUERIES, NOW) is None
    assert gate.blocked(Shares.QUERIES, NOW) is not None
