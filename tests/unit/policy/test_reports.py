"""The reports are data that fits: each line is counted, written by hand, or said to be not recorded."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from policy.duties import ReportQuery
from policy.loading import load_profile, profiles
from policy.reports import LawReportLine, Period, load_report, reports
from schemas.errors import InvalidInput

LAWS = {
    "arkansas-six-monthly": "12-12-1805",
    "california-access-log": "1798.90.5",
    "minnesota-log": "13.824",
    "nebraska-annual": "60-32",
    "new-jersey-certificate": "2022-12",
    "transparency": "no law",
    "virginia-annual": "2.2-5517",
}


def test_every_report_cites_its_law() -> None:
    assert set(reports()) == set(LAWS)
    for name, cited in LAWS.items():
        report = load_report(name)
        assert cited in report.citation
        assert report.lines
        assert report.is_public == (name == "transparency")


COUNTED = {
    "arkansas-six-monthly": (
        Period.HALF_YEAR,
        "reads lists confirmed_by_list not_correlating_by_list undecided_by_list outcomes_by_list",
    ),
    "california-access-log": (Period.MONTH, "access_log accesses_by_agency"),
    "minnesota-log": (Period.MONTH, "lists reads_by_day matches_by_class cameras cameras_by_mount"),
    "nebraska-annual": (
        Period.YEAR,
        "lists confirmed_by_list not_correlating_by_list undecided_by_list manual_entries manual_findings",
    ),
    "new-jersey-certificate": (Period.YEAR, "users trainings searches_by_purpose audits_noted refused_searches"),
    "transparency": (
        Period.MONTH,
        "reads camera_count list_count hits_by_category findings outcomes searches_by_purpose refused_searches "
        "deliveries_by_agency",
    ),
    "virginia-annual": (
        Period.YEAR,
        "cameras cameras_by_mount lists searches_by_purpose refused_searches hits_by_category stops_by_reason "
        "stops_by_race stops_by_ethnicity stops_by_gender stops_by_age deliveries_by_agency",
    ),
}
BY_HAND = {
    "arkansas-six-monthly": ["for each list: prosecutions"],
    "new-jersey-certificate": ["a policy is in place", "violations and complaints"],
    "virginia-annual": ["unauthorized access", "requests of third parties"],
}


@pytest.mark.parametrize("name", LAWS)
def test_a_report_counts_what_its_law_asks_for_in_its_span(name: str) -> None:
    report = load_report(name)
    counted = [line.query.value for line in report.lines if line.query is not None]
    assert (report.period, " ".join(counted)) == COUNTED[name]
    assert [line.text for line in report.lines if line.query is None] == BY_HAND.get(name, [])


def test_what_happened_to_people_is_hidden_where_it_is_few_and_everybody_sees_it() -> None:
    hidden = [line.query for line in load_report("transparency").lines if line.is_small_hidden]
    assert hidden == [
        *(ReportQuery.HITS_BY_CATEGORY, ReportQuery.FINDINGS, ReportQuery.OUTCOMES, ReportQuery.SEARCHES_BY_PURPOSE),
    ]


SHORT = {
    "arkansas": ("every six months, kept for 18 months", "reads lists hits_by_list", 2),
    "maryland": ("every year", "reads deliveries_by_agency", 0),
    "minnesota": ("a public log, kept up to date", "lists reads hits_by_category", 1),
    "nebraska": (
        "every year, to the Crime Commission and on the agency's web site",
        "lists hits_by_list manual_entries",
        2,
    ),
    "new-hampshire": ("every year, within 30 days of the day on which a reader was first used", "hits_by_reader", 3),
    "new-jersey": ("every year, the coordinator's certificate", "searches_by_purpose", 4),
    "new-mexico": (
        *("from 2027-04-01 on, to the Department of Public Safety", "searches_by_purpose deliveries_by_agency", 0),
    ),
    "north-carolina": (
        "every year by March 1, for readers on the right-of-way of the Department of Transportation",
        "deliveries_by_agency reads",
        1,
    ),
    "vermont": ("every year", "reads deliveries_by_agency", 1),
    "virginia": (
        *("every year by April 1", "lists searches_by_purpose hits_by_category deliveries_by_agency refused_searches"),
        1,
    ),
    "washington": ("every year", "searches_by_purpose deliveries_by_agency", 1),
}
"""When a report is due, what `platewatch law report` counts of it, and how many lines a person writes."""


def test_what_the_law_itself_has_reported_is_said_with_when() -> None:
    found = {name: load_profile(name).report for name in profiles()}
    assert {
        name: (
            rule.due,
            " ".join(field.query.value for field in rule.fields if field.query is not None),
            sum(field.query is None for field in rule.fields),
        )
        for name, rule in found.items()
        if rule is not None
    } == SHORT


def test_a_public_report_names_nobody() -> None:
    named = {ReportQuery.ACCESS_LOG, ReportQuery.USERS, ReportQuery.AUDITS_NOTED}
    for name in reports():
        report = load_report(name)
        assert not report.is_public or not named & {line.query for line in report.lines}


@pytest.mark.parametrize("line", [{}, {"query": "reads", "by_hand": "x"}, {"query": "nonsense"}])
def test_a_line_says_exactly_one_thing(line: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        LawReportLine.model_validate({"text": "plates", **line})


def test_a_report_that_is_none_is_refused_with_those_that_are() -> None:
    with pytest.raises(InvalidInput, match=r"no report is named '\.\./virginia'; use one of arkansas"):
        load_report("../virginia")
