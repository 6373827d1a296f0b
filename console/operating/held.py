"""Storms of alerts: what they hold is sent, or discarded with a reason."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.operating.rooms import rooms_for
from console.visitors import SignedIn, Visitor
from operations.storms import discard_held, release_held, view_held
from schemas.errors import InvalidInput

router = APIRouter(prefix="/operations/held")
LIMIT = 20


@router.get("")
def show(visitor: SignedIn) -> HTMLResponse:
    """Show the storms that stand, with the newest alerts that each holds."""
    return _page(visitor)


@router.post("/{storm}/release")
def release(visitor: SignedIn, storm: int) -> Response:
    """End a storm, and send what it holds."""
    try:
        release_held(visitor.actor, visitor.site.database, storm)
    except InvalidInput as error:
        return _page(visitor, problem=str(error))
    return RedirectResponse("/operations/held", 303)


@router.post("/{storm}/discard")
def discard(visitor: SignedIn, storm: int, reason: Annotated[str, Form(max_length=500)] = "") -> Response:
    """End a storm, and send nothing of what it holds."""
    try:
        discard_held(visitor.actor, visitor.site.database, storm, reason)
    except InvalidInput as error:
        return _page(visitor, problem=str(error), typed=(storm, reason))
    return RedirectResponse("/operations/held", 303)


def _page(visitor: Visitor, *, problem: str | None = None, typed: tuple[int, str] = (0, "")) -> HTMLResponse:
    return visitor.page(
        "operating/held.html",
        status=200 if problem is None else 422,
        rooms=rooms_for(visitor),
        storms=view_held(visitor.actor, visitor.site.database, LIMIT),
        limit=LIMIT,
        detail=problem,
        typed=typed,
    )
