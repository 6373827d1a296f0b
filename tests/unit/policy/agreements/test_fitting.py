"""An agreement fits together, or is refused with what does not: each rule on both sides."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from policy.reports import LawReportLine
from tests.unit.policy.agreements.samples import (
    NEIGHBOR,
    OWNER,
    THIRD,
    agreement,
    alerts_grant,
    attestation,
    document,
    member,
    signer,
)

MEMBERS = document()["members"]
READS = {"shares": "reads", "categories": [], "tiers": []}


@pytest.mark.parametrize(
    "changes",
    [
        {"valid_until": date(2026, 1, 1)},  # one day
        {"grants": [alerts_grant(), alerts_grant(**READS)]},
        {"grants": [alerts_grant(to=[NEIGHBOR, THIRD])]},
        {"signers": [signer(OWNER), signer(NEIGHBOR)]},  # who gets nothing need not sign
        {"attestations": [attestation(NEIGHBOR)]},
    ],
)
def test_what_fits_is_taken(changes: dict[str, Any]) -> None:
    assert agreement(**changes).id == "suffolk"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"valid_until": date(2025, 12, 31)}, "before it begins on 2026-01-01"),
        (
            {"members": [*MEMBERS, MEMBERS[1]]},
            f"member {NEIGHBOR} stands there more than once; write it once",
        ),
        ({"grants": [alerts_grant(), alerts_grant(max_days=3)]}, "grant of alerts stands there more than once"),
        ({"members": [MEMBERS[0], member(1, NEIGHBOR, "owner"), MEMBERS[2]]}, "has 2 owners"),
        ({"members": [member(0, OWNER), *MEMBERS[1:]]}, "has 0 owners"),
        ({"grants": [alerts_grant(to=["norfolk-pd"])]}, "'grants' names norfolk-pd, which is no member"),
        ({"signers": [signer(OWNER), signer(NEIGHBOR), signer("norfolk-pd")]}, "'signers' names norfolk-pd"),
        ({"attestations": [attestation("norfolk-pd")]}, "'attestations' names norfolk-pd"),
        ({"grants": [alerts_grant(to=[OWNER])]}, "is to its owner"),
        ({"signers": [signer(OWNER)]}, f"nobody signed for {NEIGHBOR}"),
        ({"signers": [signer(NEIGHBOR)]}, f"nobody signed for {OWNER}"),
        ({"grants": [alerts_grant(to=[NEIGHBOR, NEIGHBOR])]}, "'to' names a member twice"),
        ({"grants": [alerts_grant(cameras=[])]}, "a grant of alerts needs 'cameras'"),
        ({"grants": [alerts_grant(categories=[])]}, "a grant of alerts needs 'categories'"),
        ({"grants": [alerts_grant(tiers=[])]}, "a grant of alerts needs 'tiers'"),
        ({"grants": [alerts_grant(lists=["ncic"])]}, "'lists' means nothing in a grant of alerts"),
        ({"grants": [alerts_grant(**READS | {"tiers": ["exact"]})]}, "'tiers' means nothing in a grant of reads"),
        ({"grants": [alerts_grant(fields=["place"])]}, "'fields' leaves out plate"),
        (
            {"grants": [alerts_grant(purposes_forbidden=["wanted_person"])]},
            "purposes and purposes_forbidden both name wanted_person",
        ),
    ],
)
def test_what_does_not_fit_is_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        agreement(**changes)
    assert words in str(refused.value)


WAYS = {"query": "reads", "by_hand": "the chief says it", "not_recorded": "nobody asks"}


@pytest.mark.parametrize("named", [(), ("query", "by_hand"), ("by_hand", "not_recorded"), tuple(WAYS)])
def test_a_line_of_a_report_is_filled_in_one_way(named: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError, match="exactly one of query"):
        LawReportLine.model_validate({"text": "How many", **{name: WAYS[name] for name in named}})


@pytest.mark.parametrize("name", WAYS)
def test_any_of_the_ways_will_do(name: str) -> None:
    assert getattr(LawReportLine.model_validate({"text": "How many", name: WAYS[name]}), name) == WAYS[name]


EVERYBODY = "* all any anybody anyone everybody everyone world public nationwide statewide"


@pytest.mark.parametrize("name", [*EVERYBODY.split(), "Everyone", " everyone ", "PUBLIC", "Statewide "])
def test_nobody_is_called_everybody(name: str) -> None:
    with pytest.raises(ValidationError, match="is nobody; there is no grant to everyone"):
        agreement(members=[MEMBERS[0], MEMBERS[1] | {"name": name}, MEMBERS[2]])


def changed(**more: Any) -> dict[str, Any]:
    """The neighbor's line of the agreement, changed; whoever is named by it is called anew."""
    name = more.get("id", NEIGHBOR)
    return {
        "members": [MEMBERS[0], MEMBERS[1] | more, MEMBERS[2]],
        "signers": [signer(OWNER), signer(name)],
        "grants": [alerts_grant(to=[name])],
    }


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (changed(ori="VA11600"), changed(ori="VA1160")),  # NCIC: nine characters, seven of them the agency's
        (changed(ori="VA1160000"), changed(ori="VA11600000")),
        (changed(ori="0A1160000"), changed(ori="va1160000")),
        (changed(id="s" * 63), changed(id="s" * 64)),
        (changed(id="9.suffolk_pd"), changed(id=".suffolk")),
        (changed(state="US-VA"), changed(state="VA")),
        (changed(role="guest"), changed(role="visitor")),
        ({"id": "s" * 63}, {"id": "s" * 64}),
        ({"id": "9-suffolk"}, {"id": "-suffolk"}),
        ({"id": "suffolk-2"}, {"id": "suffolk.2"}),  # dots part the names of its topics
        ({"notice_days": 0}, {"notice_days": -1}),
        ({"notice_days": 3650}, {"notice_days": 3651}),
        ({"audit_every_days": 1}, {"audit_every_days": 0}),
        ({"audit_every_days": 36_500}, {"audit_every_days": 36_501}),
        ({"paper_sha256": "0a" * 32}, {"paper_sha256": "0A" * 32}),
        ({"paper_sha256": "f" * 64}, {"paper_sha256": "f" * 63}),
        ({"grants": [alerts_grant(max_days=1)]}, {"grants": [alerts_grant(max_days=0)]}),
        ({"grants": [alerts_grant(attestations=["a" * 64])]}, {"grants": [alerts_grant(attestations=["a" * 65])]}),
        ({"grants": [alerts_grant(attestations=["a_1-b"])]}, {"grants": [alerts_grant(attestations=["A"])]}),
        (
            {"attestations": [attestation(NEIGHBOR, expires_on=date(2026, 1, 1))]},
            {"attestations": [attestation(NEIGHBOR, expires_on=date(2025, 12, 31))]},
        ),
    ],
)
def test_what_stands_in_an_agreement_has_its_form_and_its_bounds(good: dict[str, Any], bad: dict[str, Any]) -> None:
    agreement(**good)
    with pytest.raises(ValidationError):
        agreement(**bad)
