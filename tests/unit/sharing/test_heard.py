"""Whose word is taken in about which entry, whatever an agreement says."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.agreements.agreement import Agreement
from policy.agreements.deciding import AgreementGate
from policy.agreements.grants import Shares
from policy.decisions import law_alone
from schemas.events import ReturnedDispositionEvent, ReturnedVerdictEvent
from schemas.ids import disposition_id
from schemas.types import AlertOutcome, Category, DispositionKind, HotlistEntry, Rejection, Standing
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
    assert not is_double(said(), b"1", [dataclasses.replace(same, disposition_id=uuid4())])
    assert not is_double(said(), b"1", [])
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


MOMENT = timedelta(microseconds=1)
WEEK = timedelta(days=7)
MINUTES = timedelta(minutes=5)
"""By so much the clocks of two agencies may differ."""


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (
            {"agreement_id": "norfolk"},
            "it names agreement norfolk, and this is where suffolk says what became of alerts",
        ),
        ({"agency_id": THIRD}, f"it names agency {THIRD}, and this is where {NEIGHBOR} says what became of alerts"),
        ({"agency_id": "x" * 200}, f"it names agency {'x' * 64}, and this is where {NEIGHBOR} says"),
        ({"agreement_version": 2}, "it names version 2 of the agreement, and version 1 is in force"),
        ({"agreement_version": 1}, None),
        ({"by": "12345 --"}, "it does not say who said it, by name"),
        ({"by": "4711 d"}, None),
        ({"disposition_id": disposition_id(ALERT, 2)}, "its id is not that of this alert and number"),
        ({"number": 2}, "its id is not that of this alert and number"),
        ({"kind": DispositionKind.REJECTED}, "it rejects an alert and does not say why"),
        ({"kind": DispositionKind.REJECTED, "rejection": Rejection.MISREAD}, None),
        ({"kind": DispositionKind.OUTCOME}, "it closes an alert and does not say with which outcome"),
        ({"kind": DispositionKind.OUTCOME, "outcome": AlertOutcome.RECOVERED}, None),
        ({"supersedes": 1}, "it takes the place of number 1, which comes after it"),
        ({"number": 2, "disposition_id": disposition_id(ALERT, 2), "supersedes": 1}, None),
        ({"at": NOW + MINUTES}, None),
        ({"at": NOW + MINUTES + MOMENT}, "which is yet to come; set the clocks"),
        ({"at": NOW - WEEK}, None),
        ({"at": NOW - WEEK - MOMENT}, "it was said 7 days ago, and may be kept for 7 here"),
    ],
)
def test_what_a_message_says_of_itself_has_to_be_so(more: dict[str, Any], reason: str | None) -> None:
    found = refusal(said(**more), desk(), FOUND, VIRGINIA, NOW)
    assert (found is None) is (reason is None)
    assert (reason or "") in (found or "")


def test_our_law_may_keep_things_for_less_time_than_the_agreement() -> None:
    long = desk(made(grants=[alerts_grant(), LISTS | {"max_days": 30}]))
    assert long.keep(VIRGINIA) == timedelta(days=21)
    assert refusal(said(at=NOW - timedelta(days=21)), long, FOUND, VIRGINIA, NOW) is None
    late = refusal(said(at=NOW - timedelta(days=21) - MOMENT), long, FOUND, VIRGINIA, NOW)
    assert late == "it was said 21 days ago, and may be kept for 21 here"
    assert desk().keep(VIRGINIA) == WEEK


def test_each_member_of_the_grant_of_hotlists_has_a_desk_and_no_other() -> None:
    gate = AgreementGate(standing(made(grants=[alerts_grant(to=[THIRD]), LISTS | {"to": [THIRD, NEIGHBOR]}])), VIRGINIA)
    desks = hearing_desks(gate)
    assert sorted(one.member.id for one in desks) == sorted([THIRD, NEIGHBOR])
    assert {(one.agreement_id, one.grant.shares) for one in desks} == {("suffolk", Shares.HOTLISTS)}


def test_an_entry_of_the_crime_information_center_is_heard_of_where_it_may_be_given() -> None:
    without = desk(made(grants=[alerts_grant(), LISTS | {"cji": False}]))
    own, center = listed()._replace(source_entry_id="26-117"), listed()
    for at, entry, layout, heard in (
        (desk(), center, "ncic", True),
        (without, center, "csv", False),
        (without, own, "ncic", False),
        (without, own, "csv", True),
    ):
        assert (refusal(said(), at, Found(entry, layout, ()), VIRGINIA, NOW) is None) is heard


def test_nobody_is_heard_any_more_under_an_agreement_that_is_over() -> None:
    ended = AgreementGate(standing(made(grants=[LISTS]), ended_at=NOW - timedelta(days=1)), VIRGINIA)
    # Whatever it is about: of our lists, who is no member any more learns nothing.
    for found in (FOUND, Found(None, None, ())):
        reason = refusal(said(), hearing_desks(ended)[0], found, VIRGINIA, NOW)
        assert reason == "agreement suffolk, version 1, was ended at 2026-05-31T12:00:00+00:00"
