"""Questions of other agencies as messages, and which reads answer them."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from policy.agreements.agreement import Agreement, answer_topic, query_topic
from policy.agreements.deciding import AgreementGate
from policy.agreements.grants import Detail, Shares
from policy.decisions import law_alone
from schemas.convert import read_to_event
from schemas.errors import InvalidInput
from schemas.events import QueryEvent
from schemas.generate import FOLDER
from schemas.types import Location, PlateRead, Purpose
from sharing.cutting import NOT_SHARED
from sharing.questions import Desk, asked_since, desks_of, is_over, parse_question, refusal, shown, terms_of
from tests.unit.alerts.samples import sample_read
from tests.unit.policy.agreements.samples import CAMERAS, NEIGHBOR, NOW, PLACE, THIRD, agreements, moments, standing
from tests.unit.policy.agreements.samples import agreement as made

LARGEST_QUESTION_BYTES = 64_000

ALABAMA = law_alone("alabama")
QUESTION: dict[str, Any] = {
    "query_id": "7d9d1a2e-7d0b-4a6c-9a41-3c7c3b3f0a10",
    "agreement_id": "suffolk",
    "asked_at": "2026-06-01T12:00:00Z",
    "expires_at": "2026-06-01T12:15:00Z",
    "asker": {"agency_id": NEIGHBOR, "name": "Suffolk", "ori": "VA0000001", "person": "d.chen"},
    "pattern": "VNV4527",
    "purpose": "stolen vehicle, wanted person or missing person: a criminal investigation",
    "case_number": "26-117",
}


def question(**more: Any) -> QueryEvent:
    return QueryEvent.model_validate(QUESTION | more)


def test_a_question_survives_the_way_and_fits_its_schema() -> None:
    sent = question(since="2026-05-01T00:00:00Z", limit=7, warrant="W-1", offense="240").model_dump_json()
    Draft202012Validator(json.loads((FOLDER / "query.v1.json").read_text())).validate(json.loads(sent))
    assert parse_question(sent.encode()) == question(
        since="2026-05-01T00:00:00Z", limit=7, warrant="W-1", offense="240"
    )
    assert parse_question(sent.encode()).query_id == UUID(QUESTION["query_id"])
    later = json.dumps(QUESTION | {"mood": "good"}).encode()
    assert parse_question(later) == question()


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (None, "no content"),
        (b"", "json"),
        (b"\xff", "json"),
        (b"[]", "message"),
        (b"[" * 60_000, "json"),
        (json.dumps(QUESTION | {"since": "0001-01-01T00:00:00+14:00"}).encode(), "since"),
        (json.dumps(QUESTION | {"expires_at": "9999-12-31T23:59:59-14:00"}).encode(), "expires_at"),
        (b"{" * (LARGEST_QUESTION_BYTES + 1), "bytes"),
        (json.dumps(QUESTION | {"schema_version": "2"}).encode(), "schema_version"),
        (json.dumps(QUESTION | {"asker": QUESTION["asker"] | {"person": "  "}}).encode(), "asker.person"),
        (json.dumps(QUESTION | {"pattern": "V" * 65}).encode(), "pattern"),
        (json.dumps(QUESTION | {"limit": 1_000_000}).encode(), "limit"),
        (json.dumps(QUESTION | {"asked_at": "2026-06-01T12:00:00"}).encode(), "asked_at"),
        (json.dumps({name: value for name, value in QUESTION.items() if name != "purpose"}).encode(), "purpose"),
    ],
)
def test_what_is_no_question_is_refused_without_what_it_holds(payload: bytes | None, said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as caught:
        parse_question(payload)
    assert "VNV4527" not in str(caught.value)


nonsense = st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps).map(str.encode)
changes = st.dictionaries(
    st.sampled_from(sorted(QUESTION)), st.none() | st.text(max_size=9) | st.integers() | st.just({})
)


@settings(max_examples=50)
@given(st.binary(max_size=300) | nonsense)
def test_any_message_is_a_question_or_refused(payload: bytes) -> None:
    with pytest.raises(InvalidInput):
        parse_question(payload)


@given(changes)
def test_a_question_with_anything_in_it_is_a_question_or_refused(changed: dict[str, Any]) -> None:
    with contextlib.suppress(InvalidInput):
        assert parse_question(json.dumps(QUESTION | changed).encode()).case_number is not None


def test_members_have_topics_of_their_own() -> None:
    names = {
        make(agreement, member)
        for make in (query_topic, answer_topic)
        for agreement in ("a", "b")
        for member in ("c", "d")
    }
    assert len(names) == 8
    assert query_topic("suffolk", "suffolk-pd") == "platewatch.queries.suffolk.suffolk-pd.v1"
    assert answer_topic("suffolk", "suffolk-pd") == "platewatch.answers.suffolk.suffolk-pd.v1"


@given(st.integers(-3600, 3 * 3600), st.integers(1, 10_000_000))
def test_no_question_is_answered_after_an_hour_whatever_it_says(age: int, claimed: int) -> None:
    asked_at = NOW - timedelta(seconds=age)
    one = question(asked_at=asked_at, expires_at=asked_at + timedelta(seconds=claimed))
    assert is_over(one, NOW) is (age >= min(claimed, 3600))


places = st.none() | st.integers(-6, 6).map(lambda north: Location(PLACE[0] + north / 100, PLACE[1]))
reads = st.lists(
    st.builds(
        lambda camera, place, days, hour: dataclasses.replace(
            sample_read(), camera_id=camera, location=place, captured_at=NOW - timedelta(days=days, hours=hour)
        ),
        st.sampled_from(CAMERAS),
        places,
        st.integers(0, 40),
        st.integers(0, 3),
    ),
    max_size=6,
)


@settings(max_examples=60)
@given(agreements(), reads, moments)
def test_no_read_is_shown_that_is_not_in_the_scope(one: Agreement, found: list[PlateRead], now: datetime) -> None:
    for desk in desks_of(AgreementGate(standing(one), ALABAMA)):
        given_reads = shown(found, question(), desk, now)
        grant = one.grant(Shares.QUERIES)
        assert grant is not None
        by_time = {read.captured_at: read for read in found}
        for event in given_reads:
            read = by_time[event.captured_at]
            assert one.valid_from <= now.date() <= one.valid_until
            assert now - read.captured_at <= timedelta(days=grant.max_days)
            assert (event.camera_id == NOT_SHARED) is (Detail.PLACE not in grant.fields)
            assert (event.location is None) or Detail.PLACE in grant.fields
            assert (event.vehicle is None) or Detail.PICTURES in grant.fields
            assert (event.plate_image_key, event.context_image_key, event.report) == (None, None, None)
        allowed = [read for read in found if grant.cameras == "all" or read.camera_id in grant.cameras]
        if grant.area is not None:
            allowed = [r for r in allowed if r.location and grant.area.holds(r.location.latitude, r.location.longitude)]
        assert {event.captured_at for event in given_reads} <= {read.captured_at for read in allowed}
        assert asked_since(question(), desk, ALABAMA, now) >= now - timedelta(days=grant.max_days)
        assert terms_of(desk, ALABAMA).keep_days <= grant.max_days


MOMENT = timedelta(microseconds=1)
VIRGINIA = law_alone("virginia")
MINUTES = timedelta(minutes=5)
"""By so much the clocks of two agencies may differ."""
QUERIES: dict[str, Any] = {
    "shares": "queries",
    "to": [NEIGHBOR],
    "cameras": ["gate"],
    "fields": ["plate", "place"],
    "purposes": ["stolen_vehicle", "wanted_person"],
    "purposes_forbidden": ["traffic_enforcement"],
    "max_days": 7,
}


def desk(**grant: Any) -> Desk:
    return desks_of(AgreementGate(standing(made(grants=[QUERIES | grant])), VIRGINIA))[0]


def asked(**more: Any) -> QueryEvent:
    asker = QUESTION["asker"] | {name: more.pop(name) for name in ("agency_id", "ori", "person") if name in more}
    ours = {"asker": asker, "purpose": "stolen vehicle, seen leaving Main Street at 21:40"}
    return question(**(ours | more))


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({}, None),
        ({"agreement_id": "norfolk"}, "it names agreement norfolk, and this is where suffolk asks"),
        ({"agency_id": THIRD}, f"it names agency {THIRD}, and this is where {NEIGHBOR} asks"),
        ({"ori": "VA9999999"}, "it names ORI VA9999999, and this is where VA0000001 asks"),
        ({"agency_id": "x" * 200}, f"it names agency {'x' * 64}, and this is where"),
        ({"agreement_version": 1}, None),
        ({"agreement_version": 2}, "under version 2 of the agreement, and version 1 is in force"),
        ({"person": "4711 --"}, "it does not say who asks, by name"),
        ({"person": "4711 d"}, None),
        ({"expires_at": NOW}, "it expired at 2026-06-01T12:00:00+00:00"),
        ({"expires_at": NOW + MOMENT}, None),
        ({"asked_at": NOW - timedelta(hours=1)}, "it expired at"),
        ({"asked_at": NOW - timedelta(hours=1) + MOMENT}, None),
        ({"asked_at": NOW + MINUTES}, None),
        ({"asked_at": NOW + MINUTES + MOMENT}, "which is yet to come; set the clocks"),
        ({"since": NOW - timedelta(days=1), "until": NOW - timedelta(days=1)}, "is not before the time until which"),
        ({"since": NOW - timedelta(days=1), "until": NOW - timedelta(days=1) + MOMENT}, None),
        ({"until": NOW - timedelta(days=99)}, None),
        ({"purpose": "missing person, left home at noon today"}, "missing_person"),
        ({"purpose": "asdf"}, "a purpose that is not known"),
        ({"case_number": "n/a"}, "the case or call number has no digit"),
        ({"warrant": "none"}, "the warrant's number"),
        ({"offense": "jaywalking"}, "the type of offense is none of the FBI's codes and names"),
    ],
)
def test_a_question_is_answered_where_all_of_it_may_be(more: dict[str, Any], reason: str | None) -> None:
    found = refusal(asked(**more), desk(), VIRGINIA, NOW)
    assert (found is None) is (reason is None), found
    assert (reason or "") in (found or "")
    assert "VNV4527" not in (found or "")


def test_reads_are_looked_for_as_asked_and_none_that_is_too_old_to_be_shown() -> None:
    week = NOW - timedelta(days=7)
    for since, days, expected in (
        (None, 7, week),
        (week - MOMENT, 7, week),
        (week + MOMENT, 7, week + MOMENT),
        (None, 30, NOW - timedelta(days=21)),  # our own law
    ):
        assert asked_since(asked(since=since), desk(max_days=days), VIRGINIA, NOW) == expected


def test_the_terms_say_what_is_shown_how_long_it_may_be_kept_and_what_for() -> None:
    terms = terms_of(desk(), VIRGINIA)
    assert terms.model_dump() == {
        "fields": ("place", "plate"),
        "keep_days": 7.0,
        "purposes": (Purpose.STOLEN_VEHICLE, Purpose.WANTED_PERSON),
        "purposes_forbidden": (Purpose.TRAFFIC_ENFORCEMENT,),
    }
    assert terms_of(desk(max_days=30, fields=["plate"]), VIRGINIA).keep_days == 21.0


def test_each_read_is_asked_for_by_itself_and_comes_as_it_was_found() -> None:
    def seen(camera: str, days: float, north: float = 0.0) -> PlateRead:
        place = Location(PLACE[0] + north, PLACE[1])
        return dataclasses.replace(
            sample_read(), camera_id=camera, captured_at=NOW - timedelta(days=days), location=place
        )

    area = {"latitude": PLACE[0], "longitude": PLACE[1], "radius_km": 5.0}
    gate, bridge, old, far = seen("gate", 1), seen("bridge", 2), seen("gate", 7.5), seen("gate", 3, 0.1)
    nowhere = dataclasses.replace(seen("gate", 4), location=None)
    found = [old, gate, bridge, seen("gate", 6.99), far, nowhere]

    def days(**grant: Any) -> list[float]:
        return [(NOW - one.captured_at) / timedelta(days=1) for one in shown(found, asked(), desk(**grant), NOW)]

    assert days() == [1, 6.99, 3, 4]
    assert days(area=area) == [1, 6.99]
    assert days(cameras="all") == [1, 2, 6.99, 3, 4]
    assert days(max_days=30) == [7.5, 1, 6.99, 3, 4]
    # Its words name both of the grant's purposes, or another one first.
    both = asked(purpose="wanted person and missing person in a stolen vehicle, seen at noon")
    assert len(shown(found, both, desk(purposes=["wanted_person"]), NOW)) == 4
    (event,) = shown([gate], asked(), desk(), NOW)
    assert (event.camera_id, event.plate, event.vehicle) == ("gate", "VNV4527", None)
    assert event.location is not None
    (event,) = shown([gate], asked(), desk(fields=["plate", "pictures"]), NOW)
    assert (event.camera_id, event.location, event.vehicle) == (NOT_SHARED, None, read_to_event(gate).vehicle)


def test_a_message_of_the_largest_size_is_read_and_mistakes_are_cited_in_short() -> None:
    whole = json.dumps(QUESTION).encode()
    assert parse_question(whole + b" " * (LARGEST_QUESTION_BYTES - len(whole))) == question()
    with pytest.raises(InvalidInput, match=f"{LARGEST_QUESTION_BYTES + 1} bytes; expected"):
        parse_question(whole + b" " * (LARGEST_QUESTION_BYTES + 1 - len(whole)))
    names = ("query_id", "agreement_id", "asked_at", "expires_at", "asker")
    for wrong, more in ((3, ""), (4, "; and 1 more"), (5, "; and 2 more")):
        broken = {name: value for name, value in QUESTION.items() if name not in names[:wrong]}
        with pytest.raises(InvalidInput) as caught:
            parse_question(json.dumps(broken).encode())
        assert caught.value.message == "; ".join(f"{name}: field required" for name in names[:3]) + more
