"""Who may receive what, by law."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.decisions import law_alone, open_policy
from policy.facts import Confidence
from policy.loading import load_profile, profiles
from policy.sharing import AgencyKind, AgencyRef
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


def test_some_profile_has_no_rule_of_its_own() -> None:
    assert UNRULED
