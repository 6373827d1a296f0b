"""What a supervisor looks at every week: repeats, off-hours, reasons that say little, refusals."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse

from console.typed import days_back, field_of, moment_of, number_of
from console.visitors import SignedIn, Visitor
from operations.audit.reviewing import LOOK_BACK, review_audit
from operations.sharing.zones import agency_zone
from schemas.actions import Action
from schemas.errors import InvalidInput
from schemas.permissions import check_permitted

router = APIRouter(prefix="/audit/review")
WEEK = 7
Asked = Annotated[str, Form(max_length=40)]
LAST_HOUR = 24


@router.get("")
def ask(visitor: SignedIn) -> HTMLResponse:
    """Ask for the span and the reason."""
    return _page(visitor)


@router.post("")
def show(
    visitor: SignedIn,
    since: Asked = "",
    until: Asked = "",
    first: Asked = "22",
    last: Asked = "6",
    purpose: Annotated[str, Form(max_length=500)] = "",
) -> HTMLResponse:
    """Show what deserves a question; by POST, so that no link gives a reason in somebody's name."""
    return _page(visitor, since, until, first, last, purpose)


def _page(
    visitor: Visitor,
    since: str = "",
    until: str = "",
    first: str = "22",
    last: str = "6",
    purpose: str | None = None,
) -> HTMLResponse:
    check_permitted(visitor.actor, Action.REVIEW_AUDIT)
    site, found, detail = visitor.site, None, ""
    zone = agency_zone(site.settings)
    ends = datetime.now(UTC)
    try:
        ends = moment_of(until, "until", zone, later=True) or ends
        begins = moment_of(since, "from", zone) or days_back(ends, WEEK, zone)
        since = field_of(begins, zone)
        if purpose is not None:
            hours = (_hour(first), _hour(last))
            found = review_audit(visitor.actor, site.database, site.settings, begins, ends, purpose, hours)
    except InvalidInput as error:
        detail = str(error)
    return visitor.page(
        "audit/review.html",
        status=422 if detail else 200,
        found=found,
        noted_until=field_of(ends, zone) if found is not None else "",
        since=since,
        until=until,
        first=first,
        last=last,
        purpose=purpose or "",
        look_back=LOOK_BACK.days,
        detail=detail,
    )


def _hour(text: str) -> int:
    found = number_of(text, "hour of the day", 0, LAST_HOUR)
    if found is None:
        raise InvalidInput(f"hour of the day: none is given, expected 0 to {LAST_HOUR}")
    return found
