"""What is typed into the search: times by the agency's clock, shares, and texts that are none of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.search.form import FLAGS, TEXTS, SearchForm, form_of
from console.search.understanding import asked_of
from operations.criteria import VehicleCriteria
from operations.reasons import Why
from operations.searches.areas import parse_area
from operations.searches.hours import parse_hours
from operations.searches.query import ReadQuery
from operations.searches.saving import KeptSearch
from schemas.settings import Settings

LONGEST = 4000

NEW_YORK = ZoneInfo("America/New_York")
SETTINGS = Settings(time_zone="America/New_York")


def test_times_are_the_agency_s_and_until_means_the_second_of_an_hour_that_comes_twice() -> None:
    asked = asked_of(SearchForm({"since": "2026-11-01T01:30", "until": "2026-11-01T01:30"}), SETTINGS).query
    assert asked.since == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert asked.until == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    assert asked_of(SearchForm({"since": "soon"}), SETTINGS).faults == {
        "since": "'soon' is no time, expected it like 2026-01-31T06:00"
    }


@pytest.mark.parametrize(
    ("text", "share"), [("90%", 0.9), ("90", 0.9), ("0.9", 0.9), ("1", 1.0), ("1%", 0.01), ("0", 0.0), ("100 %", 1.0)]
)
def test_a_confidence_is_a_share_or_percent(text: str, share: float) -> None:
    asked = asked_of(SearchForm({"least_confidence": text}), SETTINGS)
    assert (asked.query.least_confidence, asked.faults) == (pytest.approx(share), {})


@pytest.mark.parametrize("text", ["nan", "inf", "-1", "101%", "much", "1e400"])
def test_what_is_no_confidence_is_said_to_be_none(text: str) -> None:
    assert "no confidence" in asked_of(SearchForm({"least_confidence": text}), SETTINGS).faults["least_confidence"]


@pytest.mark.parametrize(
    ("kind", "words", "purpose"),
    [
        ("", "", None),
        ("", " stolen vehicle ", "stolen vehicle"),
        ("stolen_vehicle", "at Main Street", "stolen_vehicle: at Main Street"),
        ("stolen_vehicle", "", "stolen_vehicle: "),
    ],
)
def test_the_purpose_begins_with_the_law_s_name_of_it(kind: str, words: str, purpose: str | None) -> None:
    assert asked_of(SearchForm({"kind": kind, "purpose": words}), SETTINGS).why.purpose == purpose


def test_nothing_is_cut_short() -> None:
    area = "36.8,-76.3 " * 600
    faults = asked_of(SearchForm({"area": area, "purpose": "x" * (LONGEST + 1)}), SETTINGS).faults
    assert set(faults) == {"area", "purpose"}


@given(
    st.dictionaries(st.sampled_from(TEXTS), st.text(max_size=40)),
    st.sets(st.sampled_from(FLAGS)),
    st.lists(st.text(max_size=10), max_size=3),
)
def test_whatever_is_typed_is_asked_or_said_to_be_wrong(
    texts: dict[str, str], flags: set[str], cameras: list[str]
) -> None:
    form = SearchForm(texts, frozenset(flags), tuple(cameras))
    asked = asked_of(form, SETTINGS)
    assert set(asked.faults) <= set(TEXTS)
    sent = dict(form.fields())
    assert all(sent[name] == text for name, text in texts.items() if text)


def test_a_kept_search_is_typed_anew_as_it_was_asked() -> None:
    query = ReadQuery(
        "VN?45*",
        datetime(2026, 1, 31, 11, 0, 5, tzinfo=UTC),
        datetime(2026, 7, 31, 10, 0, tzinfo=UTC),
        ("gate, north", "b"),
        parse_area("36.82,-76.31 36.84,-76.31 36.84,-76.27"),
        parse_hours("22:00-04:00"),
        "US-VA",
        0.9,
        True,
        VehicleCriteria("2", "north", 29.0576, 44.704, "ford", "f-150", "red", "pickup", "rekor"),
        limit=50,
    )
    for why in (
        Why("stolen_vehicle: seen at Main Street", "26-117", "W-1", "240"),
        Why("stolen vehicle, seen at 21:40", "26-117"),
        Why("stolen_vehicle, stolen_plate: seen at Main Street", "26-117"),
    ):
        now = datetime.now(UTC)
        form = form_of(KeptSearch(1, "gates", query, True, why, "kim", now, now), NEW_YORK)
        asked = asked_of(form, SETTINGS)
        assert (asked.query, asked.why, asked.alike, asked.faults) == (query, why, True, {})
        # A program may keep one with longer pages than the form has.
        longer = KeptSearch(1, "gates", replace(query, limit=1000), True, why, "kim", now, now)
        assert form_of(longer, NEW_YORK)["limit"] == "100"
