"""What a car asks and is told of the lists: which entries may go to it, and for how long what it has is right."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from hotlists.feeds.freshness import ListAge
from operations.cars.answering import _id_of, _when
from operations.cars.lists import _Asked, _event, _in_order, _is_old, _may_go
from policy.decisions import Policy
from policy.purposes import PurposeRule
from schemas.errors import InvalidInput
from schemas.settings import PolicySettings
from schemas.types import RECEIVED_LAYOUT, Category, Purpose
from storage.cars.list_editions import Edition, ListAt, ListInForce
from tests.unit.policy.test_made_laws import FACT, law

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
NONCE = "0123456789abcdef" * 2


def test_a_car_says_what_it_has() -> None:
    query = {"nonce": NONCE, "have": "3", "withdrawn": "40", "edition": "5", "part": "6", "entries": "700"}
    assert _Asked.of("unit-12", query | {"after": "1.a.", "anew": "1", "keys": "0"}) == _Asked(
        "unit-12", NONCE, have=3, withdrawn=40, edition=5, part=6, entries=700, after="1.a.", anew=True, keys=False
    )
    assert _Asked.of("unit-12", {"nonce": NONCE, "keys": "1"}) == _Asked(
        "unit-12", NONCE, have=0, withdrawn=0, edition=0, part=0, entries=0, after="", anew=False, keys=True
    )


@pytest.mark.parametrize("name", ["have", "withdrawn", "edition", "part", "entries"])
def test_what_is_no_number_is_named(name: str) -> None:
    for text in ("", "-1", "1" * 19, "x", "1.0", "\u0661"):
        with pytest.raises(InvalidInput, match=f"'{name}' is no number"):
            _Asked.of("unit-12", {"nonce": NONCE, name: text})
    assert getattr(_Asked.of("unit-12", {"nonce": NONCE, name: "9" * 18}), name) == 10**18 - 1


@pytest.mark.parametrize("nonce", [None, "", NONCE[:-1], NONCE + "0", NONCE.upper()])
def test_a_question_has_a_number_of_its_own(nonce: str | None) -> None:
    with pytest.raises(InvalidInput, match="'nonce' is no number of 32 hexadecimal digits"):
        _Asked.of("unit-12", {} if nonce is None else {"nonce": nonce})


def test_what_does_not_notify_has_no_business_in_a_car() -> None:
    stolen, plate, wanted = Category.STOLEN_VEHICLE, Category.STOLEN_PLATE, Category.WANTED_PERSON
    profile = law(permitted=(stolen, plate, wanted), purposes=PurposeRule(**FACT, forbidden=(Purpose.STOLEN_PLATE,)))
    policy = Policy(profile, PolicySettings(never_purposes=(Purpose.WANTED_PERSON,)))
    ours = [one.value for one in Category if one in (stolen, plate, wanted)]
    assert list(_may_go(policy)) == ours
    assert list(_may_go(policy, is_given=True)) == ["stolen_vehicle"]


@pytest.mark.parametrize(
    ("age", "is_old"),
    [
        (timedelta(0), False),
        (timedelta(days=14) - SECOND, False),
        (timedelta(days=14), True),
        (timedelta(days=-1) + SECOND, False),
        (timedelta(days=-1), True),
    ],
)
def test_an_edition_counts_for_two_weeks_and_one_of_the_future_does_not(age: timedelta, is_old: bool) -> None:
    assert _is_old(Edition(1, 0, {}, NOW - age), NOW) is is_old
    assert not _is_old(None, NOW)


def test_a_list_is_told_with_its_age_and_until_when_it_may_be_used() -> None:
    own = ListInForce("ncic", 3, "csv", NOW - timedelta(days=1))
    given = replace(own, hotlist_id="theirs", layout=RECEIVED_LAYOUT, as_of=None)
    ages = {"ncic": ListAge("ncic", NOW - timedelta(hours=5), 24.0, None)}
    at, base = ListAt(3, "own:x"), {"ncic": ListAt(2, "own:x")}
    told = _event(own, at, base, ages, NOW)
    assert (told.hotlist_id, told.version, told.as_of, told.content_date, told.max_age_hours) == (
        *("ncic", 3, NOW - timedelta(days=1), NOW - timedelta(hours=5)),
        24.0,
    )
    assert (told.use_until, told.action, len(told.scope)) == (None, "change", 16)
    theirs = _event(given, at, base, ages, NOW)
    assert (theirs.as_of, theirs.content_date, theirs.max_age_hours) == (None, None, None)
    assert (theirs.use_until, theirs.action) == (NOW + timedelta(hours=24), "whole")
    assert _event(own, at, {"ncic": at}, ages, NOW).action == "keep"
    assert _event(own, ListAt(3, "own:y"), base, ages, NOW).scope != told.scope
    assert [one.hotlist_id for one in _in_order([given, own])] == ["ncic", "theirs"]


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        (timedelta(minutes=-10), True),
        (timedelta(minutes=-10, seconds=-1), False),
        (timedelta(hours=1), True),
        (timedelta(days=9999), False),
    ],
)
def test_an_answer_counts_from_when_it_was_said_where_the_cars_clock_can_be_right(
    said: timedelta, counts: bool
) -> None:
    captured = datetime.now(UTC) - timedelta(days=1)
    card: Any = SimpleNamespace(first=SimpleNamespace(read=SimpleNamespace(captured_at=captured)))
    answer: Any = SimpleNamespace(at=captured + said)
    before = datetime.now(UTC)
    when = _when(answer, card)
    assert (when == answer.at) is counts
    assert counts or before <= when <= datetime.now(UTC)


def test_what_cannot_be_read_is_named_by_its_id_where_it_has_one() -> None:
    assert _id_of({"answer_id": "x" * 99}) == "x" * 80
    assert (_id_of({}), _id_of([]), _id_of(None)) == ("", "", "")
