"""Reports that laws ask for: which there are, and one of a span of days, shown or downloaded."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import HTMLResponse, Response

from console.files import download
from console.typed import day_of
from console.visitors import SignedIn, Visitor
from operations.reports.filing import FiledReport, file_report
from operations.reports.forms import BY_HAND, HIDDEN, NOT_RECORDED, Form
from operations.reports.periods import midnight, periods
from operations.reports.writing import ACCESS_COLUMNS, written
from policy.decisions import open_policy
from policy.reports import load_report, reports
from schemas.actions import Action
from schemas.errors import InvalidInput
from schemas.permissions import check_permitted

router = APIRouter(prefix="/reports")
MOST_SHOWN = 500
"""Accesses on a page; a download has all of them."""
Day = Annotated[str, Query(max_length=40)]


@router.get("")
def listed(visitor: SignedIn) -> HTMLResponse:
    """List the reports, those of the agency's own law first."""
    check_permitted(visitor.actor, Action.VIEW_REPORT)
    ours = open_policy(visitor.site.settings).profile.jurisdiction
    all_reports = [(name, load_report(name)) for name in reports()]
    all_reports.sort(key=lambda one: (one[1].jurisdiction != ours, one[1].title))
    return visitor.page(
        "reports/list.html",
        reports=all_reports,
        ours=ours,
        is_public=visitor.site.settings.console.transparency,
    )


@router.get("/{name}")
def show(visitor: SignedIn, name: str, since: Day = "", until: Day = "") -> HTMLResponse:
    """Ask for the span; with it count what the report says."""
    check_permitted(visitor.actor, Action.VIEW_REPORT)
    _known(name)
    filed, detail = None, ""
    if since or until:
        try:
            filed = _filed(visitor, name, since, until)
        except InvalidInput as error:
            detail = str(error)
    last, present = periods(load_report(name).period, datetime.now(UTC))
    return visitor.page(
        "reports/report.html",
        status=422 if detail else 200,
        name=name,
        report=load_report(name),
        filed=filed,
        since=since or last[0].isoformat(),
        until=until or last[1].isoformat(),
        last=last,
        present=present,
        forms=list(Form),
        columns=ACCESS_COLUMNS,
        most=MOST_SHOWN,
        words={"hidden": HIDDEN, "not_recorded": NOT_RECORDED, "by_hand": BY_HAND},
        detail=detail,
    )


@router.get("/{name}/download")
def save(visitor: SignedIn, name: str, form: Form, since: Day = "", until: Day = "") -> Response:
    """Send a report as a file."""
    check_permitted(visitor.actor, Action.VIEW_REPORT)
    _known(name)
    filed = _filed(visitor, name, since, until)
    return download(written(filed, form), f"{name}-{filed.since:%Y%m%d}-{filed.until:%Y%m%d}.{form.suffix}")


def _known(name: str) -> None:
    if name not in reports():
        raise HTTPException(404)


def _filed(visitor: Visitor, name: str, since: str, until: str) -> FiledReport:
    site = visitor.site
    begins, ends = (_needed(day_of(text, what), what) for text, what in ((since, "from"), (until, "until")))
    now = datetime.now(UTC)
    return file_report(visitor.actor, site.database, site.settings, name, midnight(begins), midnight(ends), now)


def _needed(day: date | None, what: str) -> date:
    if day is None:
        raise InvalidInput(f"{what}: no day is given, expected it like 2026-01-31")
    return day
