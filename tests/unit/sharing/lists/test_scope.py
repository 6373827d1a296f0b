"""Which entries of a list go out, and under what terms a part of it does."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from policy.agreements.deciding import AgreementGate
from policy.agreements.grants import Shares
from policy.decisions import law_alone
from schemas.convert import shared_entry
from schemas.events import SharedListEvent
from schemas.ids import shared_list_id
from schemas.types import Category, HotlistEntry
from sharing.lists.parts import Edition, PartContent, list_part
from sharing.lists.scope import PASSED_ON, ListScope, why_not
from sharing.lists.terms import snapshot_every, topic_days
from storage.sharing.list_offers import ListSource
from tests.unit.alerts.samples import sample_entry
from tests.unit.policy.agreements.samples import NEIGHBOR, NOW, OWNER, THIRD, agreement, alerts_grant, standing

VIRGINIA = law_alone("virginia")
LISTS: dict[str, Any] = {
    "shares": "hotlists",
    "to": [NEIGHBOR, THIRD],
    "lists": ["stolen"],
    "categories": ["stolen_vehicle", "sex_offender"],
    "purposes": ["stolen_vehicle", "criminal_investigation"],
    "purposes_forbidden": ["traffic_enforcement"],
    "max_days": 7,
    "cji": False,
}


def gate(ended_at: datetime | None = None, **grant: Any) -> AgreementGate:
    return AgreementGate(standing(agreement(grants=[LISTS | grant]), ended_at), VIRGINIA)


def entry(category: Category = Category.STOLEN_VEHICLE, number: str | None = "26-117") -> HotlistEntry:
    return sample_entry()._replace(category=category, source_entry_id=number)


@pytest.mark.parametrize(
    ("layout", "cji", "one", "goes"),
    [
        ("csv", False, entry(), True),
        ("csv", False, entry(number=None), True),
        ("csv", False, entry(number="V123456789"), False),
        ("csv", True, entry(number="V123456789"), True),
        ("ncic", False, entry(), False),
        ("ncic", True, entry(), True),
        ("csv", True, entry(Category.WANTED_PERSON), False),
        # The agreement has it, and our own law does not let it be notified.
        ("csv", True, entry(Category.SEX_OFFENDER), False),
    ],
)
def test_an_entry_goes_by_its_category_and_where_it_comes_from(
    layout: str, cji: bool, one: HotlistEntry, goes: bool
) -> None:
    scope = ListScope(gate(cji=cji), "stolen", layout, NOW)
    assert scope.lets(one) is goes
    # Counted as it goes.
    has_nic = one.source_entry_id == "V123456789"
    assert scope.count([(one.category.value, has_nic, 7)]) == (7 if goes else 0)
    assert not ListScope(gate(cji=cji), "private", layout, NOW).lets(one)


def test_what_goes_is_counted_by_kind() -> None:
    counts = [("stolen_vehicle", False, 3), ("stolen_vehicle", True, 40), ("wanted_person", False, 500)]
    assert ListScope(gate(), "stolen", "csv", NOW).count(counts) == 3
    assert ListScope(gate(cji=True), "stolen", "csv", NOW).count(counts) == 43
    assert ListScope(gate(cji=True), "stolen", "ncic", NOW).count(counts) == 43
    assert ListScope(gate(), "stolen", "ncic", NOW).count(counts) == 0


def test_a_scope_is_told_from_any_other_one() -> None:
    scopes = [
        ListScope(gate(), "stolen", "csv", NOW),
        ListScope(gate(), "stolen", "flock", NOW),
        ListScope(gate(cji=True), "stolen", "csv", NOW),
        ListScope(
            gate(categories=["stolen_vehicle", "stolen_plate"], purposes=["stolen_vehicle", "stolen_plate"]),
            "stolen",
            "csv",
            NOW,
        ),
        ListScope(gate(), "private", "csv", NOW),
    ]
    assert len({one.digest for one in scopes}) == len(scopes)
    assert scopes[0].digest == ListScope(gate(to=[NEIGHBOR], max_days=9), "stolen", "csv", NOW).digest


SOURCE = ListSource(3, "csv", NOW, 0)


def test_why_nothing_of_a_list_goes_is_said() -> None:
    assert why_not(gate(), "stolen", SOURCE, NOW) is None
    assert why_not(gate(), "stolen", None, NOW) == "hotlist stolen is not active at its owner's"
    assert why_not(gate(), "private", SOURCE, NOW) == "hotlist private is not in the agreement's scope any more"
    assert why_not(gate(), "stolen", ListSource(3, "shared", NOW, 0), NOW) == PASSED_ON
    assert "was ended at" in str(why_not(gate(NOW - timedelta(days=1)), "stolen", SOURCE, NOW))
    alerts = AgreementGate(standing(agreement(grants=[alerts_grant()])), VIRGINIA)
    assert "does not share hotlists" in str(why_not(alerts, "stolen", SOURCE, NOW))


@pytest.mark.parametrize(("days", "kept"), [(1, 1.0), (2, 2.0), (3, 3.0), (4, 3.0), (30, 3.0)])
def test_a_topic_keeps_a_list_for_as_long_as_the_members_may_and_three_days_at_most(days: int, kept: float) -> None:
    grant = gate(max_days=days).standing.agreement.grant(Shares.HOTLISTS)
    assert grant is not None
    assert topic_days(grant) == kept
    # Three snapshots within that time: whoever comes anew finds one.
    assert snapshot_every(grant) == timedelta(days=kept / 3)


IDS = (UUID(int=1), UUID(int=2))


@pytest.mark.parametrize("kind", ["snapshot", "change", "end"])
def test_a_part_says_what_it_is_of_and_under_which_terms(kind: str) -> None:
    at = gate()
    grant = at.standing.agreement.grant(Shares.HOTLISTS)
    assert grant is not None
    edition = Edition(at, grant, "stolen", "csv", kind, 77, NOW, base=70, as_of=NOW - timedelta(hours=1), results=40)
    event = shared_entry(entry())
    made = list_part(edition, PartContent(2, [event], IDS, is_last=False, total=9, reason="why"))
    number = shared_list_id("suffolk", "stolen", 77, kind, 2)
    told = SharedListEvent.model_validate_json(made.message.payload)
    assert told == SharedListEvent.model_validate(
        {
            "message_id": number,
            "agreement_id": "suffolk",
            "agreement_version": 1,
            "agency_id": OWNER,
            "hotlist_id": "stolen",
            "layout": "csv",
            "kind": kind,
            "edition": 77,
            "base": 70,
            "part": 2,
            "is_last": False,
            "total": 9,
            "as_of": NOW - timedelta(hours=1),
            "published_at": NOW,
            "removed": IDS,
            "reason": "why",
            "entries": (event,),
        }
    )
    assert (made.message.message_id, made.message.key) == (number, "stolen")
    assert (made.topic, made.agreement_id) == ("platewatch.shared.suffolk.lists.v1", "suffolk")
    headers = dict(made.message.headers)
    assert {name: value for name, value in headers.items() if name.startswith("ce_agreement")} == {
        "ce_agreement": "suffolk",
        "ce_agreementversion": "1",
        "ce_agreementpurposes": "stolen_vehicle,criminal_investigation",
        "ce_agreementforbidden": "traffic_enforcement",
        "ce_agreementkeepdays": "7",
    }
    assert (headers["ce_source"], headers["ce_time"]) == (f"urn:platewatch:agency:{OWNER}", "2026-06-01T12:00:00Z")
    if kind == "end":
        assert made.release is None
        return
    end = datetime(2027, 1, 1, tzinfo=UTC)
    assert made.release == {
        "kind": "list",
        "until": end.isoformat().replace("+00:00", "Z"),
        "why": "within the scope of agreement suffolk",
        "is_first": False,
        "results": 40,
        "count": 3,
        "terms": {"fields": sorted(grant.fields), "list": "stolen", "sent": kind, "edition": 77, "cji": False},
        "version": 1,
        "keep_days": 3.0,
        "members": [
            {"id": name, "name": f"{name.title()} of Virginia", "ori": ori}
            for name, ori in ((NEIGHBOR, "VA0000001"), (THIRD, "VA0000002"))
        ],
    }
    assert json.dumps(made.release)
    first = list_part(edition, PartContent(1))
    assert b"null" not in first.message.payload  # a list has millions of entries
    assert first.release is not None
    assert (first.release["is_first"], first.release["count"]) == (True, 0)
