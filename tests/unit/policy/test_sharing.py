"""Who may receive what, by law."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.decisions import law_alone, open_policy
from policy.facts import Confidence
from policy.loading import load_profile, profiles
from policy.sharing import (
    AgencyKind,
    AgencyRef,
    Condition,
    Receive,
    ReceiveRule,
    ReceiveVerdict,
    Sharing,
    receive_verdict,
)
from schemas.settings import Settings


@pytest.mark.parametrize(
    ("recipient", "allowed"),
    [
        (AgencyRef("Norfolk PD", AgencyKind.LAW_ENFORCEMENT, "US-VA"), True),
        (AgencyRef("Commonwealth's Attorney", AgencyKind.PROSECUTOR, "US-VA"), True),
        (AgencyRef("Elizabeth City PD", AgencyKind.LAW_ENFORCEMENT, "US-NC"), False),
        (AgencyRef("a federal bureau", AgencyKind.FEDERAL), False),
        (AgencyRef("a federal bureau in Norfolk", AgencyKind.FEDERAL, "US-VA"), False),
        (AgencyRef("a homeowners' association", AgencyKind.PRIVATE, "US-VA"), False),
        (AgencyRef("somebody", AgencyKind.LAW_ENFORCEMENT), False),
    ],
)
def test_virginia_shares_with_virginia_only(recipient: AgencyRef, allowed: bool) -> None:
    policy = open_policy(Settings())
    assert policy.may_receive(recipient) is allowed
    reason = policy.sharing.reason(recipient)
    assert ("may not receive" in reason) is not allowed
    assert "Code of Virginia 2.2-5517" in reason


@given(st.sampled_from(profiles()), st.sampled_from(AgencyKind), st.sampled_from(["US-VA", "US-TX", "CA-ON", None]))
def test_no_profile_shares_with_private_federal_or_unknown_ones(
    name: str, kind: AgencyKind, jurisdiction: str | None
) -> None:
    policy = law_alone(name)
    allowed = policy.may_receive(AgencyRef("somebody", kind, jurisdiction))
    if kind in (AgencyKind.PRIVATE, AgencyKind.FEDERAL) or jurisdiction != policy.profile.jurisdiction:
        assert not allowed


UNRULED = [name for name in profiles() if load_profile(name).sharing is None]


@pytest.mark.parametrize("name", UNRULED)
def test_where_no_rule_is_known_police_and_prosecutors_of_the_state_may_receive_and_nobody_else(name: str) -> None:
    policy = law_alone(name)
    home = policy.profile.jurisdiction
    allowed = {kind for kind in AgencyKind if policy.may_receive(AgencyRef("somebody", kind, home))}
    assert allowed == {AgencyKind.LAW_ENFORCEMENT, AgencyKind.PROSECUTOR}
    assert not policy.may_receive(AgencyRef("a neighbor", AgencyKind.LAW_ENFORCEMENT, "CA-ON"))
    assert not policy.may_receive(AgencyRef("unknown", AgencyKind.LAW_ENFORCEMENT, None))
    assert "Platewatch's default" in policy.sharing.citation
    assert policy.sharing.confidence is Confidence.UNCONFIRMED


POLICE = "law_enforcement prosecutor"
OURS = {"law_enforcement": "", "prosecutor": ""}
COURT = dict.fromkeys(("defense", "private", "public"), "court_order")
ON_CASE = dict.fromkeys((*POLICE.split(), "federal"), "case_specific")
SIGNED = dict.fromkeys(POLICE.split(), "attestation")
REQUEST = dict.fromkeys(("law_enforcement", "federal"), "written_request")
WARRANT = dict.fromkeys(("law_enforcement", "federal"), "warrant")
GIVES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "arkansas": ({**ON_CASE, **OURS}, ON_CASE),
    "california": ({**OURS, "public": ""}, {}),
    "connecticut": ({**WARRANT, **OURS}, WARRANT),
    "illinois": (OURS, SIGNED),
    "maryland": ({}, {}),
    "montana": (OURS, dict.fromkeys(POLICE.split(), "case_specific")),
    "new-jersey": (OURS, SIGNED),
    "new-mexico": (OURS, SIGNED),
    "north-carolina": ({**REQUEST, **OURS}, REQUEST),
    "oregon": ({**ON_CASE, **OURS}, ON_CASE),
    "utah": ({**OURS, **COURT}, COURT),
    "virginia": (
        {
            **OURS,
            "defense": "case_specific",
            "private": "court_order",
            "public": "court_order",
            "vendor": "maintenance",
        },
        {"vendor": "maintenance"},
    ),
    "washington": ({**OURS, **COURT}, {}),
}
"""To whom a law lets something go, and what has to be there for it: in the state itself, and in Texas. Where a state is
not among them, it is its own police and prosecutors alone."""


@pytest.mark.parametrize("name", profiles())
def test_a_law_gives_to_whom_it_was_found_to_give_and_to_nobody_else(name: str) -> None:
    policy = law_alone(name)
    home, abroad = GIVES.get(name, (OURS, {}))
    for state, expected in ((policy.profile.jurisdiction, home), ("US-TX", abroad), (None, {})):
        told = {kind.value: policy.receives(AgencyRef("somebody", kind, state)) for kind in AgencyKind}
        found = {kind: " ".join(one.requires) for kind, one in told.items() if one.allowed}
        assert found == expected, state


def test_connecticut_gives_to_its_neighbors_police_on_a_declaration_and_florida_by_case_to_nobody_more() -> None:
    policy = law_alone("connecticut")
    for state in ("US-MA", "US-NY", "US-RI"):
        found = policy.receives(AgencyRef("a neighbor", AgencyKind.LAW_ENFORCEMENT, state))
        assert (found.allowed, found.requires) == (True, (Condition.ATTESTATION,)), state
    rules = load_profile("florida").receive
    assert rules is not None
    assert rules.rules == (
        ReceiveRule(
            kinds=(AgencyKind.LAW_ENFORCEMENT, AgencyKind.PROSECUTOR),
            jurisdictions=("US-FL",),
            requires=(Condition.CASE_SPECIFIC,),
        ),
    )


def test_what_has_to_be_declared_is_asked_by_the_name_that_agreements_use() -> None:
    rules = {name: load_profile(name).attestation for name in profiles()}
    assert {name: rule.declares for name, rule in rules.items() if rule is not None} == {
        "connecticut": "connecticut_uses",
        "illinois": "no_reproductive_or_immigration_use",
        "new-jersey": "no_civil_immigration_use",
        "new-mexico": "no_forbidden_use",
    }


def test_some_profile_has_no_rule_of_its_own_and_those_that_have_one_are_known() -> None:
    ruled = {"california", "connecticut", "maryland", "minnesota", "new-jersey", "oregon", "virginia", "washington"}
    assert set(profiles()) - set(UNRULED) == ruled


def test_where_a_law_names_recipients_it_is_these_of_its_kinds_and_states_alone() -> None:
    fact: dict[str, Any] = {"citation": "Law 1", "as_of": date(2026, 1, 2), "confidence": "read"}
    where: dict[str, Any] = {"kinds": (AgencyKind.FEDERAL,), "jurisdictions": ("US-VA",), "names": ("Coast Guard",)}
    sharing = Sharing(**fact, **where)
    rule = ReceiveRule(**where, requires=(Condition.WARRANT,))
    for name, kind, state, fits in (
        ("Coast Guard", AgencyKind.FEDERAL, "US-VA", True),
        ("COAST guard", AgencyKind.FEDERAL, "US-VA", True),
        ("Park Police", AgencyKind.FEDERAL, "US-VA", False),
        ("Coast Guard", AgencyKind.PRIVATE, "US-VA", False),
        ("Coast Guard", AgencyKind.FEDERAL, "US-NC", False),
        ("Coast Guard", AgencyKind.FEDERAL, None, False),
    ):
        recipient = AgencyRef(name, kind, state)
        assert (sharing.allows(recipient), rule.fits(recipient)) == (fits, fits), recipient
    anywhere = ReceiveRule(**where | {"jurisdictions": "any"}, requires=())
    assert anywhere.fits(AgencyRef("Coast Guard", AgencyKind.FEDERAL, "US-NC"))
    assert not anywhere.fits(AgencyRef("Coast Guard", AgencyKind.FEDERAL, None))


def test_the_first_rule_that_fits_says_what_has_to_be_there() -> None:
    fact: dict[str, Any] = {"citation": "Law 1", "as_of": date(2026, 1, 2), "confidence": "read"}
    nobody = Sharing(**fact, kinds=(), jurisdictions=())
    police = AgencyRef("Suffolk PD", AgencyKind.LAW_ENFORCEMENT, "US-VA")
    words = {
        (): ("without conditions", True),
        (Condition.ATTESTATION, Condition.WRITTEN_REQUEST): ("with an attestation, on a written request", True),
        (Condition.CASE_SPECIFIC,): ("case by case", False),
        (Condition.WARRANT,): ("by warrant", False),
        (Condition.COURT_ORDER,): ("by court order", False),
        (Condition.MAINTENANCE,): ("as far as maintenance needs", False),
        (Condition.ATTESTATION, Condition.WARRANT): ("with an attestation, by warrant", False),
    }
    for requires, (said, stands) in words.items():
        kinds = {"kinds": (AgencyKind.LAW_ENFORCEMENT,), "jurisdictions": "any"}
        other = ReceiveRule(kinds=(AgencyKind.PRIVATE,), jurisdictions="any", requires=(Condition.WARRANT,))
        first = ReceiveRule.model_validate({**kinds, "requires": requires})
        later = ReceiveRule.model_validate({**kinds, "requires": (Condition.MAINTENANCE,)})
        found = receive_verdict(police, nobody, Receive(**fact, rules=(other, first, later)))
        reason = f"Suffolk PD (law enforcement, US-VA) may receive {said}: Law 1 (2026-01-02)"
        assert found == ReceiveVerdict(True, reason, requires)
        assert found.is_standing is stands
    anybody = AgencyRef("somebody", AgencyKind.PRIVATE)
    refused = "somebody (private, no known state) may not receive: Law 1 (2026-01-02)"
    assert receive_verdict(anybody, nobody, None) == ReceiveVerdict(False, refused)
    assert not ReceiveVerdict(False, refused).is_standing
