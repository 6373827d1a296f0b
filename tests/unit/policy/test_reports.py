"""The reports are data that fits: each line is counted, written by hand, or said to be not recorded."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from policy.duties import ReportQuery
from policy.reports import LawReportLine, load_report, reports
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
