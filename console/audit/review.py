"""What a supervisor looks at every week: repeats, off-hours, reasons that say little, refusals."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse

from console.spans import days_back, field_of, moment_of
from console.visitors import SignedIn, Visitor
from operations.audit.reviewing import LOOK_BACK, review_audit
from schemas.actions import Action
from schemas.errors import InvalidInput, NotPermitted
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
    ends = datetime.now(UTC)
    try:
        ends = moment_of(until, "until") or ends
        begins = moment_of(since, "from") or days_back(ends, WEEK)
        since = field_of(begins)
        if purpose is not None:
            hours = (_hour(first), _hour(last))
            found = review_audit(visitor.actor, site.database, site.settings, begins, ends, purpose, hours)
    except NotPermitted:
        raise
    except InvalidInput as error:
        detail = str(error)
    return visitor.page(
        "audit/review.html",
        status=422 if detail else 200,
        found=found,
        noted_until=field_of(ends) if found is not None else "",
        since=since,
        until=until,
        first=first,
        last=last,
        purpose=purpose or "",
        look_back=LOOK_BACK.days,
        detail=detail,
    )


def _hour(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 2 or int(text) > LAST_HOUR:
        raise InvalidInput(f"'{text[:10]}' is no hour of the day; expected 0 to {LAST_HOUR}")
    return int(text)
