"""What has ended of a figure's span already, and which small numbers a public report hides."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from operations.reports.counting import add_up_purposes, is_partial
from operations.reports.filing import hidden
from operations.reports.mounts import WORDS, by_mount
from policy.decisions import Retention
from policy.duties import ReportQuery
from storage.reporting import Figure

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
KEPT = {"reads": 21, "audit": 730, "findings": 400, "stops": 90}
ENDS_WITH = {
    "reads": "reads reads_by_day hits_by_list hits_by_reader hits_by_category cameras cameras_by_mount camera_count "
    "undecided_by_list matches_by_class",
    "findings": "confirmed_by_list not_correlating_by_list outcomes_by_list findings outcomes manual_findings",
    "stops": "stops_by_reason stops_by_race stops_by_ethnicity stops_by_gender stops_by_age",
    "audit": "manual_entries searches_by_purpose refused_searches deliveries_by_agency access_log accesses_by_agency "
    "users audits_noted",
    "": "lists list_count trainings",
}


@pytest.mark.parametrize("query", ReportQuery)
def test_a_figure_is_partial_once_what_it_counts_has_ended(query: ReportQuery) -> None:
    (with_what,) = [kind for kind, names in ENDS_WITH.items() if query.value in names.split()]
    retention = Retention(**{kind: timedelta(days=days) for kind, days in KEPT.items()})
    begins = NOW - timedelta(days=KEPT.get(with_what, 40_000))
    assert not is_partial(query, retention, begins, NOW)
    assert is_partial(query, retention, begins - timedelta(seconds=1), NOW) is bool(with_what)
    assert not is_partial(None, retention, begins - timedelta(days=9999), NOW)


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [
        ((), ()),
        ((0, 5, 9), (0, 5, 9)),
        ((4, 5, 9), (None, None, 9)),  # one alone could be told from the sum
        ((9, 4, 5), (9, None, None)),
        ((1, 0, 7), (None, 0, None)),
        ((1, 4, 7), (None, None, 7)),
        ((1, 0), (None, 0)),
        ((3,), (None,)),
        ((4, 7, 7), (None, None, 7)),
    ],
)
def test_small_numbers_are_hidden(numbers: tuple[int, ...], shown: tuple[int | None, ...]) -> None:
    counted = [Figure(f"label {at}", number) for at, number in enumerate(numbers)]
    assert hidden(counted) == tuple((f"label {at}", number) for at, number in enumerate(shown))


def test_searches_are_added_up_by_what_they_are_for() -> None:
    said = {"stolen plate": 2, "a stolen plate": 3, "because": 4, "gossip": 1, "missing child": 7}
    assert add_up_purposes([Figure(text, number) for text, number in said.items()]) == [
        Figure("criminal_investigation, stolen_plate", 5),
        Figure("missing_person", 7),
        Figure("no purpose that is known", 5),
    ]


def test_readers_are_counted_by_their_mounts_and_those_of_which_none_is_said_where_there_are_some() -> None:
    mounts = {"a": "vehicle", "b": "vehicle", "c": "temporary", "d": None}
    read = [Figure(name, 9) for name in "abc"]
    assert by_mount(read, mounts) == [
        Figure(WORDS["vehicle"], 2),
        Figure(WORDS["permanent"], 0),
        Figure(WORDS["temporary"], 1),
    ]
    assert by_mount([Figure("d", 1), Figure("unknown", 1)], mounts)[3:] == [Figure(WORDS[None], 2)]
