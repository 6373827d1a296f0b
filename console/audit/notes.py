"""Notes that somebody looked: at the weekly review, and at the use of the system as the law asks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.typed import days_back, field_of, moment_of
from console.visitors import SignedIn, Visitor
from operations.audit.noting import note_review, view_notes
from operations.duties.audits import note_audit
from operations.sharing.zones import agency_zone
from schemas.errors import InvalidInput

router = APIRouter(prefix="/audit/notes")
WEEK = 7
Text = Annotated[str, Form(max_length=4000)]
Time = Annotated[str, Form(max_length=40)]


@router.get("")
def show(visitor: SignedIn) -> HTMLResponse:
    """Show who noted what, and when the law has the next audit due."""
    return _page(visitor)


@router.post("/review")
def review(visitor: SignedIn, findings: Text = "", since: Time = "", until: Time = "") -> Response:
    """Note that the review of a span was looked at."""
    zone = agency_zone(visitor.site.settings)
    try:
        ends = moment_of(until, "until", zone, later=True) or datetime.now(UTC)
        begins = moment_of(since, "from", zone) or days_back(ends, WEEK, zone)
        note_review(visitor.actor, visitor.site.database, begins, ends, findings)
    except InvalidInput as error:
        typed = {"review_findings": findings, "since": since, "until": until}
        return _page(visitor, detail=str(error), **typed)
    return RedirectResponse("/audit/notes", 303)


@router.post("/audit")
def audit(visitor: SignedIn, findings: Text = "", by: Annotated[str, Form(max_length=200)] = "") -> Response:
    """Note that the use was audited, as the law asks again and again."""
    site = visitor.site
    try:
        note_audit(visitor.actor, site.database, site.settings, by.strip() or None, findings)
    except InvalidInput as error:
        return _page(visitor, detail=str(error), audit_findings=findings, by=by)
    return RedirectResponse("/audit/notes", 303)


def _page(visitor: Visitor, *, detail: str = "", **typed: str) -> HTMLResponse:
    now, zone = datetime.now(UTC), agency_zone(visitor.site.settings)
    empty = {"review_findings": "", "audit_findings": "", "by": ""}
    span = {"since": field_of(days_back(now, WEEK, zone), zone), "until": field_of(now, zone)}
    return visitor.page(
        "audit/notes.html",
        status=422 if detail else 200,
        notes=view_notes(visitor.actor, visitor.site.database, visitor.site.settings),
        at=datetime.fromisoformat,
        detail=detail,
        **(empty | span | typed),
    )
