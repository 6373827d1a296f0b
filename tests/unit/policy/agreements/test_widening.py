"""What grants more than before is always seen to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.agreements.agreement import Agreement
from policy.agreements.deciding import AgreementGate, Offer
from policy.agreements.widening import widening
from policy.decisions import law_alone
from tests.unit.policy.agreements.samples import (
    NEIGHBOR,
    THIRD,
    agreement,
    agreements,
    alerts_grant,
    attestation,
    document,
    member,
    moments,
    offers,
    some,
    standing,
)

LAW = law_alone("alabama")
POLYGON = [[36.8, -76.4], [36.8, -76.2], [36.9, -76.3]]
CIRCLE = {"latitude": 36.83, "longitude": -76.3, "radius_km": 5}
BASE = agreement(
    attestations=[attestation(NEIGHBOR)],
    grants=[
        alerts_grant(area=CIRCLE, attestations=["no_immigration_use"], purposes_forbidden=["missing_person"], cji=False)
    ],
)


def changed(**grant: Any) -> Agreement:
    base = BASE.grants[0].model_dump()
    return BASE.model_validate(BASE.model_dump() | {"grants": [base | grant]})


@pytest.mark.parametrize(
    ("grant", "said"),
    [
        ({"to": [NEIGHBOR, THIRD]}, "alerts: chesapeake-pd receives them, too"),
        ({"cameras": "all"}, "alerts: more cameras: all"),
        ({"cameras": ["bridge", "tunnel"]}, "alerts: more cameras: tunnel"),
        ({"area": None}, "alerts: another area"),
        ({"area": CIRCLE | {"radius_km": 6}}, "alerts: another area"),
        ({"area": CIRCLE | {"latitude": 36.84}}, "alerts: another area"),
        ({"area": {"polygon": POLYGON}}, "alerts: another area"),
        ({"categories": ["stolen_vehicle", "watch"]}, "alerts: more categories: watch"),
        ({"tiers": ["exact", "probable"]}, "alerts: more tiers: probable"),
        ({"fields": ["plate", "place", "pictures"]}, "alerts: more fields: pictures"),
        ({"purposes": ["stolen_vehicle", "stolen_plate"]}, "alerts: more purposes: stolen_plate"),
        ({"purposes_forbidden": []}, "alerts: fewer purposes_forbidden: without missing_person"),
        ({"attestations": []}, "alerts: fewer attestations: without no_immigration_use"),
        ({"max_days": 8}, "alerts: kept for 8 days, before 7"),
        ({"cji": True}, "alerts: criminal-justice information, too"),
    ],
)
def test_a_wider_grant_is_named(grant: dict[str, Any], said: str) -> None:
    assert widening(BASE, changed(**grant)) == (said,)


@pytest.mark.parametrize(
    "grant",
    [
        {},
        {"cameras": ["bridge"]},
        {"area": CIRCLE | {"radius_km": 4}},
        {"area": CIRCLE | {"latitude": 36.84, "radius_km": 1}},
        {"categories": ["stolen_vehicle"]},
        {"fields": ["plate"]},
        {"purposes_forbidden": ["missing_person", "civil_order"]},
        {"attestations": ["no_immigration_use", "training"]},
        {"max_days": 1},
    ],
)
def test_a_narrower_one_is_not(grant: dict[str, Any]) -> None:
    assert widening(BASE, changed(**grant)) == ()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"valid_until": date(2027, 1, 1)}, "is valid until 2027-01-01"),
        ({"valid_from": date(2025, 12, 31)}, "begins on 2025-12-31"),
        ({"audit_every_days": 91}, "is audited every 91 days"),
        ({"attestations": [attestation(NEIGHBOR)]}, "suffolk-pd declares no_immigration_use until 2026-12-31"),
        ({"grants": [alerts_grant(), alerts_grant(shares="reads", categories=[], tiers=[])]}, "shares reads"),
        (
            {
                "members": [
                    member(0, "portsmouth-pd", "owner"),
                    member(1, NEIGHBOR, kind="federal", state=None),
                    member(2, THIRD),
                ]
            },
            "alerts: suffolk-pd is described otherwise",
        ),
    ],
)
def test_what_is_wider_beside_the_grants_is_named(more: dict[str, Any], said: str) -> None:
    (only,) = widening(agreement(), agreement(**more))
    assert said in only


def test_a_new_agreement_is_wider_and_the_same_one_is_not() -> None:
    assert widening(None, BASE) == ("it is a new agreement",)
    assert widening(BASE, BASE) == ()
    shorter = Agreement.model_validate(document(valid_until=date(2026, 6, 30), title="Another title"))
    assert widening(agreement(), shorter) == ()


@st.composite
def changes(draw: Any) -> tuple[Agreement, Agreement]:
    """An agreement, and one that differs from it in one thing or two."""
    before, other = draw(agreements()), draw(agreements())
    after = before.model_dump()
    names = ("valid_from", "valid_until", "members", "attestations", "grants", "a grant")
    for name in draw(some(names))[:2]:
        if name != "a grant":
            after[name] = other.model_dump()[name]
            continue
        for grant in after["grants"]:
            theirs = other.grant(grant["shares"])
            if theirs is not None:
                keys = [key for key in grant if key not in ("shares", "purposes_forbidden")]
                key = draw(st.sampled_from(keys))
                grant[key] = theirs.model_dump()[key]
    try:
        return before, Agreement.model_validate(after)
    except ValueError:
        return before, other


@settings(max_examples=150)
@given(changes(), offers, moments)
def test_whoever_gets_more_at_any_time_gets_it_from_something_that_was_seen_as_wider(
    pair: tuple[Agreement, Agreement], what: Offer, now: datetime
) -> None:
    before, after = pair
    old, new = AgreementGate(standing(before), LAW), AgreementGate(standing(after), LAW)
    for to in (NEIGHBOR, THIRD):
        had, gets = old.decide_for(to, what, now), new.decide_for(to, what, now)
        if gets.fields - had.fields:
            assert widening(before, after)
    assert widening(before, before) == ()
    assert Agreement.model_validate_json(after.model_dump_json()) == after


@pytest.mark.parametrize(
    ("theirs", "is_more"),
    [
        ({}, False),
        ({"signed_on": date(2026, 1, 2)}, False),
        ({"expires_on": date(2026, 12, 30)}, False),
        ({"signed_on": date(2025, 12, 31)}, True),
        ({"expires_on": date(2027, 1, 1)}, True),
        ({"declares": "training"}, True),
        ({"member": THIRD}, True),
    ],
)
def test_an_attestation_for_no_other_time_counts_for_nothing_more(theirs: dict[str, Any], is_more: bool) -> None:
    after = BASE.model_dump() | {"attestations": [attestation(NEIGHBOR) | theirs]}
    said = widening(BASE, Agreement.model_validate(after))
    told = attestation(NEIGHBOR) | theirs
    more = f"{told['member']} declares {told['declares']} until {told['expires_on']}"
    assert said == ((more,) if is_more else ())
