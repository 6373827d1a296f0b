"""Whose word is taken in about which entry, whatever an agreement says."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from policy.agreements.agreement import Agreement
from policy.agreements.deciding import AgreementGate
from policy.agreements.grants import Shares
from policy.decisions import law_alone
from schemas.events import ReturnedDispositionEvent, ReturnedVerdictEvent
from schemas.ids import disposition_id
from schemas.types import Category, DispositionKind, HotlistEntry, Standing
from sharing.heard import Found, HearingDesk, hearing_desks, is_double, refusal
from storage.sharing.foreign import KnownDisposition
from tests.unit.alerts.samples import sample_entry
from tests.unit.policy.agreements.samples import NEIGHBOR, NOW, THIRD, agreements, alerts_grant, moments, standing
from tests.unit.policy.agreements.samples import agreement as made

VIRGINIA = law_alone("virginia")
ALERT = UUID("7d9d1a2e-7d0b-4a6c-9a41-3c7c3b3f0a10")
LISTS = {
    "shares": "hotlists",
    "to": [NEIGHBOR],
    "lists": ["stolen"],
    "categories": ["stolen_vehicle"],
    "purposes": ["stolen_vehicle"],
    "max_days": 7,
    "cji": True,
}


def listed(category: Category = Category.STOLEN_VEHICLE, hotlist_id: str = "stolen") -> HotlistEntry:
    return sample_entry()._replace(category=category, hotlist_id=hotlist_id)


def said(**more: Any) -> ReturnedDispositionEvent:
    values: dict[str, Any] = {
        "disposition_id": disposition_id(ALERT, 1),
        "agreement_id": "suffolk",
        "agency_id": NEIGHBOR,
        "hotlist_id": "stolen",
        "entry_id": listed().entry_id,
        "alert_id": ALERT,
        "number": 1,
        "kind": DispositionKind.ACKNOWLEDGED,
        "at": NOW,
        "by": "d.chen",
        "verdict": ReturnedVerdictEvent(standing=Standing.ACKNOWLEDGED, words="confirmed by nobody yet"),
    }
    return ReturnedDispositionEvent.model_validate(values | more)


def desk(one: Agreement | None = None) -> HearingDesk:
    gate = AgreementGate(standing(one or made(grants=[alerts_grant(), LISTS])), VIRGINIA)
    return hearing_desks(gate)[0]


FOUND = Found(listed(), "csv", ())


def test_what_fits_is_taken_in_and_an_agreement_without_lists_has_no_desk() -> None:
    assert refusal(said(), desk(), FOUND, VIRGINIA, NOW) is None
    assert hearing_desks(AgreementGate(standing(made(grants=[alerts_grant()])), VIRGINIA)) == []
    assert desk().keep(VIRGINIA) <= timedelta(days=7)


def test_an_entry_that_the_agreement_does_not_give_is_none_of_theirs() -> None:
    for entry, layout, expected in (
        (None, "csv", "has and had no entry"),
        (listed(), None, "was never given"),
        (listed(), "shared", "came from another agency"),
        (listed(Category.WANTED_PERSON), "csv", "category wanted_person"),
        (listed(hotlist_id="private"), "csv", "hotlist private"),
    ):
        reason = refusal(said(), desk(), Found(entry, layout, ()), VIRGINIA, NOW)
        assert reason is not None
        assert expected in reason


def test_doubles_are_no_contradiction_and_other_words_are() -> None:
    same = KnownDisposition(said().disposition_id, NEIGHBOR, ALERT, 1, b"1")
    assert is_double(said(), b"1", [same])
    assert not is_double(said(), b"2", [same])
    for known, expected in (
        (same, "what was said never changes"),
        (dataclasses.replace(same, disposition_id=uuid4()), "what was said never changes"),
        (dataclasses.replace(same, member_id=THIRD, number=4, disposition_id=uuid4()), "alert of another agency"),
    ):
        assert expected in str(refusal(said(), desk(), Found(listed(), "csv", [known]), VIRGINIA, NOW))
    other = dataclasses.replace(same, disposition_id=uuid4(), number=2)
    assert refusal(said(), desk(), Found(listed(), "csv", [other]), VIRGINIA, NOW) is None


@given(agreements(), moments, st.sampled_from([NEIGHBOR, THIRD]), st.sampled_from(["stolen", "private"]))
@settings(max_examples=60)
def test_nobody_is_heard_to_whom_nothing_may_be_given(one: Agreement, now: Any, agency: str, hotlist_id: str) -> None:
    gate = AgreementGate(standing(one), VIRGINIA)
    for at in hearing_desks(gate):
        message = said(agreement_id=one.id, agency_id=agency, hotlist_id=hotlist_id, at=now)
        found = Found(listed(hotlist_id=hotlist_id), "csv", ())
        if refusal(message, at, found, VIRGINIA, now) is None:
            assert agency == at.member.id
            assert gate.blocked_for(agency, Shares.HOTLISTS, now) is None
            assert hotlist_id in at.grant.lists
