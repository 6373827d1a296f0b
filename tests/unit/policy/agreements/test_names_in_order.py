"""What is said of several names says them in order, so that two runs say the same and a person finds one among many."""

from __future__ import annotations

from typing import Any

import pytest

from policy.agreements.agreement import Agreement
from policy.agreements.deciding import AgreementGate
from policy.agreements.widening import widening
from policy.decisions import law_alone
from tests.unit.policy.agreements.samples import (
    NEIGHBOR,
    NOW,
    OWNER,
    agreement,
    alerts_grant,
    document,
    member,
    offer,
    signer,
    standing,
)

NAMES = [f"{letter}-town" for letter in "hbfdgcae"]
"""In no order; a set of so many is in order once in forty thousand times."""
SAID = ", ".join(sorted(NAMES))
MEMBERS = [member(0, OWNER, "owner"), *(member(number, name) for number, name in enumerate(NAMES, start=1))]
SIGNED = [signer(name) for name in (OWNER, *NAMES)]
PURPOSES = [
    "wanted_person",
    "stolen_vehicle",
    "missing_person",
    "stolen_plate",
    "civil_order",
    "criminal_investigation",
]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"members": [*MEMBERS, *MEMBERS[1:]], "signers": SIGNED}, f"member {SAID} stands there more than once"),
        ({"signers": SIGNED}, f"'signers' names {SAID}, which is no member"),
        ({"grants": [alerts_grant(to=NAMES)]}, f"'grants' names {SAID}, which is no member"),
        (
            {"members": MEMBERS, "signers": SIGNED[:1], "grants": [alerts_grant(to=NAMES)]},
            f"nobody signed for {SAID}",
        ),
        (
            {"grants": [alerts_grant(purposes=PURPOSES, purposes_forbidden=PURPOSES[::-1])]},
            f"both name {', '.join(sorted(PURPOSES))}",
        ),
    ],
)
def test_a_refused_agreement_names_what_is_wrong_in_order(more: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Agreement.model_validate(document(**more))


def test_more_cameras_are_named_in_order() -> None:
    before, after = agreement(), agreement(grants=[alerts_grant(cameras=["bridge", "gate", *NAMES])])
    assert widening(before, after) == (f"alerts: more cameras: {SAID}",)


def test_the_first_attestation_that_lacks_is_named() -> None:
    grant = alerts_grant(attestations=[name.replace("-", "_") for name in NAMES])
    gate = AgreementGate(standing(agreement(grants=[grant])), law_alone("virginia"))
    assert "attestation 'a_town'" in gate.decide_for(NEIGHBOR, offer(), NOW).reason
