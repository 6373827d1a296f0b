"""Messages that could not be understood: looked at, tried again, given up."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.operating.rooms import rooms_for, shown
from console.visitors import SignedIn, Visitor
from operations.quarantine import discard_quarantined, list_quarantine, retry_quarantined, show_quarantined
from schemas.errors import InvalidInput

router = APIRouter(prefix="/operations/quarantine")
LIMIT = 200
MOST_SHOWN = 100_000
"""Characters of a body that are shown; the command line shows all of it."""


@router.get("")
def show(
    visitor: SignedIn,
    source: Annotated[str, Query(max_length=64)] = "",
    retried: Annotated[int | None, Query(ge=0)] = None,
) -> HTMLResponse:
    """Show the newest messages."""
    return visitor.page(
        "operating/quarantine.html",
        rooms=rooms_for(visitor),
        messages=list_quarantine(visitor.actor, visitor.site.database, LIMIT, source.strip() or None),
        source=source.strip(),
        limit=LIMIT,
        done=None
        if retried is None
        else f"{shown(retried, 'message is', 'messages are')} tried again by the run within seconds.",
    )


@router.post("/retry")
def retry_all(visitor: SignedIn) -> Response:
    """Have a run try all of them again."""
    count = retry_quarantined(visitor.actor, visitor.site.database, None)
    return RedirectResponse(f"/operations/quarantine?retried={count}", 303)


@router.get("/{number}")
def look(visitor: SignedIn, number: int) -> HTMLResponse:
    """Show one message with its body; it may hold plates, so that the look is written down."""
    return _page(visitor, number)


@router.post("/{number}/retry")
def retry(visitor: SignedIn, number: int) -> Response:
    """Have a run try one again."""
    try:
        retry_quarantined(visitor.actor, visitor.site.database, number)
    except InvalidInput as error:
        raise HTTPException(404) from error
    return RedirectResponse("/operations/quarantine?retried=1", 303)


@router.post("/{number}/discard")
def discard(visitor: SignedIn, number: int, reason: Annotated[str, Form(max_length=500)] = "") -> Response:
    """Delete one for good."""
    try:
        discard_quarantined(visitor.actor, visitor.site.database, number, reason)
    except InvalidInput as error:
        return _page(visitor, number, problem=str(error), reason=reason)
    return RedirectResponse("/operations/quarantine", 303)


def _page(visitor: Visitor, number: int, *, problem: str | None = None, reason: str = "") -> HTMLResponse:
    try:
        message = show_quarantined(visitor.actor, visitor.site.database, number)
    except InvalidInput as error:
        raise HTTPException(404) from error
    body = bytes(message.body).decode("utf-8", "backslashreplace")
    return visitor.page(
        "operating/message.html",
        status=200 if problem is None else 422,
        rooms=rooms_for(visitor),
        message=message,
        body=body[:MOST_SHOWN],
        size=len(message.body),
        is_cut=len(body) > MOST_SHOWN,
        detail=problem,
        reason=reason,
    )
