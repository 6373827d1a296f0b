"""What may be searched for: what lies at each limit is, what lies beyond is not, and all of it reaches the storage."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from operations.criteria import VehicleCriteria
from operations.searches.areas import parse_area
from operations.searches.hours import parse_hours
from operations.searches.query import ReadQuery, key_text, parse_key, sought_reads, state_of
from policy.decisions import open_policy
from schemas.errors import InvalidInput
from schemas.settings import Settings
from storage.reads.sought import ReadKey, SoughtReads

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
SETTINGS = Settings(time_zone="UTC")
KEY = ReadKey(NOW, UUID(int=7))
AREA = parse_area("36.8,-76.3,1")
LITTLE = timedelta(microseconds=1)


def test_every_criterion_reaches_the_storage() -> None:
    vehicle = VehicleCriteria(lane="2", color="red")
    query = ReadQuery(
        "VNV*",
        NOW - WEEK,
        NOW,
        ("gate", "north"),
        AREA,
        parse_hours("22-23"),
        "va",
        0.25,
        vehicle=vehicle,
        after=KEY,
    )
    found = sought_reads(query, SETTINGS, NOW)
    assert found == SoughtReads(
        since=NOW - WEEK,
        until=NOW,
        spans=[
            (NOW - day * timedelta(days=1) + timedelta(hours=10), NOW - day * timedelta(days=1) + timedelta(hours=11))
            for day in range(7, 0, -1)
        ],
        cameras=("gate", "north"),
        vehicle=vehicle.sought(),
        area=AREA,
        state="US-VA",
        least_confidence=0.25,
        text=None,
        after=KEY,
    )


def test_what_is_not_asked_is_not_sought() -> None:
    assert sought_reads(ReadQuery("VNV4527"), SETTINGS, NOW) == SoughtReads(
        since=None,
        until=None,
        spans=None,
        cameras=None,
        vehicle=VehicleCriteria().sought(),
        area=None,
        state=None,
        least_confidence=None,
        text=None,
        after=None,
    )


def test_hours_count_as_long_as_reads_are_kept_and_until_now_where_nothing_else_is_said() -> None:
    spans = sought_reads(ReadQuery("VNV*", hours=parse_hours("0-24")), SETTINGS, NOW).spans
    assert spans == [(NOW - open_policy(SETTINGS).retention.reads, NOW)]
    far = sought_reads(ReadQuery("VNV*", since=NOW - WEEK, hours=parse_hours("0-24")), SETTINGS, NOW).spans
    assert far == [(NOW - WEEK, NOW)]


def test_serials_are_those_of_the_state_or_of_all() -> None:
    def fits(text: str, state: str | None) -> bool:
        found = sought_reads(ReadQuery("V*", state=state, valid_only=True), SETTINGS, NOW).text
        return found is not None and re.search(found, text) is not None

    assert fits("VNV4527", "VA")
    assert fits("VNV4527", None)
    assert not fits("VNV4527X", "VA")
    assert not fits("XVNV4527", None)
    with pytest.raises(InvalidInput, match="no series of plates is known of US-ZZ"):
        fits("VNV4527", "ZZ")


@pytest.mark.parametrize(
    "asked",
    [
        {"limit": 1},
        {"limit": 100_000},
        {"least_confidence": 0},
        {"least_confidence": 1},
        {"since": NOW - LITTLE, "until": NOW},
        {"since": NOW, "until": None},
        {"since": NOW - timedelta(days=900), "until": NOW},
        {"pattern": None, "since": NOW - WEEK, "until": NOW, "cameras": ("gate",)},
        {"pattern": None, "since": NOW - WEEK, "until": NOW, "area": AREA},
        {"pattern": None, "since": NOW - WEEK, "until": NOW, "vehicle": VehicleCriteria(color="red")},
        {"pattern": None, "since": NOW - WEEK, "cameras": ("gate",)},
        {"pattern": None, "since": NOW - 9 * WEEK, "until": NOW - 8 * WEEK, "cameras": ("gate",)},
    ],
)
def test_what_lies_within_the_limits_is_searched_for(asked: dict[str, Any]) -> None:
    found = sought_reads(ReadQuery(**({"pattern": "VNV4527"} | asked)), SETTINGS, NOW)
    assert found.since == asked.get("since")
    assert found.until == (asked.get("until") or (NOW if "pattern" in asked else None))


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        ({"limit": 0}, "a page of 0 reads; 1 to 100,000 were expected"),
        ({"limit": 100_001}, "a page of 100001 reads"),
        ({"least_confidence": -0.01}, "a confidence of -0.01; 0 to 1 was expected"),
        ({"least_confidence": 1.01}, "a confidence of 1.01"),
        ({"since": NOW, "until": NOW}, "exchange them"),
        ({"since": NOW, "until": NOW - LITTLE}, "exchange them"),
        ({"state": "Virginia"}, "is no state"),
        ({"pattern": None, "until": NOW, "cameras": ("gate",)}, "needs the time from which on it looks"),
        ({"pattern": None, "since": NOW - WEEK, "until": NOW}, "needs a camera"),
        ({"pattern": None, "since": NOW - WEEK, "until": NOW, "hours": parse_hours("1-2")}, "needs a camera"),
        ({"pattern": None, "since": NOW - WEEK, "until": NOW, "state": "VA"}, "needs a camera"),
        ({"pattern": None, "since": NOW - WEEK - LITTLE, "until": NOW, "cameras": ("gate",)}, "7 days at most"),
        ({"pattern": None, "since": NOW - WEEK - LITTLE, "cameras": ("gate",)}, "7 days at most"),
    ],
)
def test_what_lies_beyond_is_refused(asked: dict[str, Any], fault: str) -> None:
    with pytest.raises(InvalidInput, match=fault):
        sought_reads(ReadQuery(**({"pattern": "VNV4527"} | asked)), SETTINGS, NOW)


@pytest.mark.parametrize("text", ["va", "VA", " us-va ", "US-VA"])
def test_a_state_has_many_spellings(text: str) -> None:
    assert state_of(text) == "US-VA"


@pytest.mark.parametrize("text", ["", "V", "VAX", "US-", "USVA", "US-V1", "MX-VA"])
def test_what_is_no_state_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="is no state; write it like VA or US-VA"):
        state_of(text)


def test_a_page_is_named_by_its_last_read_in_whatever_zone() -> None:
    assert key_text(KEY) == "2026-11-20T12:00:00+00:00/00000000-0000-0000-0000-000000000007"
    assert parse_key(key_text(KEY)) == KEY
    assert parse_key("2026-11-20T07:00:00-05:00/00000000-0000-0000-0000-000000000007") == KEY
    for text in ("", "x", "2026-11-20T12:00:00+00:00", f"2026-11-20T12:00:00/{KEY.read_id}", "2026-11-20T12:00:00Z/x"):
        with pytest.raises(InvalidInput, match="names no page"):
            parse_key(text)
