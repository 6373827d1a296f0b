"""How a patrol car is said to be, in words and in full."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from operations.cars.looking import CarStatus, _status
from storage.cars.cars import Car

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
CAR = Car(
    car_id="unit-12",
    name="Twelve",
    camera_ids=["front", "rear"],
    token_sha256=bytes(32),
    added_at=NOW - timedelta(days=9),
    added_by="pat",
    token_at=NOW - timedelta(days=8),
    revoked_at=None,
    revoked_by=None,
    last_seen_at=NOW,
    version=3,
    report=None,
    reported_at=None,
    is_sign_on_known=False,
)


def said(**more: Any) -> dict[str, Any]:
    return {"car_id": "unit-12", "at": NOW.isoformat(), **more}


def status(**more: Any) -> CarStatus:
    report = said(**more)
    return _status(replace(CAR, report=report, reported_at=NOW, is_sign_on_known=more.get("unit") == "12"), NOW)


@pytest.mark.parametrize(
    ("car", "state"),
    [
        ({}, "connected"),
        ({"last_seen_at": NOW - timedelta(minutes=3)}, "connected"),
        ({"last_seen_at": NOW - timedelta(minutes=3) - SECOND}, "away"),
        ({"last_seen_at": None}, "never seen"),
        ({"revoked_at": NOW, "revoked_by": "pat"}, "revoked"),
        ({"revoked_at": NOW, "last_seen_at": None}, "revoked"),
    ],
)
def test_whether_it_is_connected(car: dict[str, Any], state: str) -> None:
    assert _status(replace(CAR, **car), NOW).state == state


def test_of_one_that_never_said_anything_nothing_is_known() -> None:
    one = _status(CAR, NOW)
    known = {
        **{"car_id": "unit-12", "name": "Twelve", "camera_ids": ("front", "rear"), "version": 3, "state": "connected"},
        **{"added_at": CAR.added_at, "added_by": "pat", "token_at": CAR.token_at, "last_seen_at": NOW},
    }
    assert one.model_dump(exclude_defaults=True) == known | {"revoked_at": None, "revoked_by": None}
    assert [one.officer_words, one.lists_words, one.waits_words, one.reading_words] == ["not known"] * 4
    assert _status(replace(CAR, report={"nonsense": 1}, reported_at=NOW), NOW).reads is None


def test_all_that_it_said_is_there() -> None:
    report = {
        **{"person": "kim", "unit": "12", "sign_on": str(UUID(int=7)), "signed_on_at": NOW.isoformat()},
        **{"withdrawals_as_of": (NOW - timedelta(minutes=3)).isoformat(), "reads": 1204, "answers": 1, "pictures": 40},
        **{"oldest_at": NOW.isoformat(), "picture_bytes": 8_100_000, "used_bytes": 9, "most_bytes": 10, "refused": 21},
    }
    one = status(**report)
    assert (one.person, one.unit, one.sign_on, one.signed_on_at) == ("kim", "12", UUID(int=7), NOW)
    assert (one.is_sign_on_known, one.said_at, one.oldest_at) == (True, NOW, NOW)
    assert (one.reads, one.answers, one.pictures, one.picture_bytes) == (1204, 1, 40, 8_100_000)
    assert (one.used_bytes, one.most_bytes, one.refused, one.are_withdrawals_current) == (9, 10, 21, True)
    assert one.officer_words == "kim, unit 12"
    assert one.waits_words == "1,204 reads, 1 answer or note, 40 pictures (8.1 MB)"
    assert status(person="kim", unit="13").officer_words == (
        "kim, unit 13 (by a sign-on that this server does not know)"
    )
    assert status().officer_words == "nobody"
    assert status().waits_words == "nothing"
    for waits, words in (
        ({"reads": 1}, "1 read, 0 answers or notes, 0 pictures"),
        ({"answers": 2}, "0 reads, 2 answers or notes, 0 pictures"),
        ({"pictures": 1}, "0 reads, 0 answers or notes, 1 picture (0.0 MB)"),
    ):
        assert status(**waits).waits_words == words


@pytest.mark.parametrize(
    ("age", "is_current"), [(timedelta(minutes=3), True), (timedelta(minutes=3) + SECOND, False), (None, False)]
)
def test_withdrawals_are_current_for_minutes(age: timedelta | None, is_current: bool) -> None:
    one = status(withdrawals_as_of=None if age is None else (NOW - age).isoformat())
    assert one.are_withdrawals_current is is_current
    assert one.lists_words == ("no list" if is_current else "no list; withdrawals are not current")


def a_list(name: str, dated: datetime | None, why_red: str | None = None) -> dict[str, Any]:
    return {"hotlist_id": name, "dated": None if dated is None else dated.isoformat(), "why_red": why_red}


def test_its_lists_are_counted_and_dated_by_the_oldest() -> None:
    old = NOW - timedelta(days=1)
    fresh = {"withdrawals_as_of": NOW.isoformat()}
    two = status(lists=[a_list("ncic", NOW), a_list("own", old)], **fresh)
    assert (two.lists_as_of, two.red_lists, two.lists_words) == (old, (), "2 lists, none red")
    assert status(lists=[a_list("ncic", NOW), a_list("own", None)], **fresh).lists_as_of is None
    assert status(lists=[], **fresh).lists_as_of is None
    red = status(lists=[a_list("ncic", NOW), a_list("own", old, "it is old")], **fresh)
    assert [one.hotlist_id for one in red.red_lists] == ["own"]
    assert red.lists_words == "1 of 2 lists red"
    assert status(lists=[a_list("own", old, "it is old")]).lists_words == (
        "1 of 1 list red; withdrawals are not current"
    )


def test_whether_it_reads_is_said_with_what_keeps_it_from_that() -> None:
    def state(words: str, *, stops: bool) -> dict[str, Any]:
        return {"kind": "dark_lens", "subject": "front", "words": words, "stops": stops}

    for states, stops, words in (
        ([], False, "reads"),
        ([state("dirty", stops=False)], False, "reads; dirty"),
        ([state("dirty", stops=False), state("dark", stops=True)], True, "nothing is read: dirty; dark"),
    ):
        one = status(states=states)
        assert (one.stops, one.reading_words) == (stops, words)
