"""Alarms: those that stand, and those that are over; acknowledging."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.operating.rooms import rooms_for
from console.visitors import SignedIn, Visitor
from operations.alarms import acknowledge_alarm, view_alarms
from schemas.actions import Action
from schemas.errors import InvalidInput
from schemas.permissions import may

router = APIRouter(prefix="/operations/alarms")
HISTORY = 200


@router.get("")
def show(visitor: SignedIn, all: bool = False) -> HTMLResponse:
    """Show the alarms that stand, or the newest ones."""
    return _page(visitor, all)


@router.post("/{number}/acknowledge")
def acknowledge(visitor: SignedIn, number: int) -> Response:
    """Note that somebody has seen an alarm."""
    try:
        acknowledge_alarm(visitor.actor, visitor.site.database, visitor.site.settings, number)
    except InvalidInput as error:
        return _page(visitor, False, problem=str(error))
    return RedirectResponse("/operations/alarms", 303)


def _page(visitor: Visitor, with_over: bool, *, problem: str | None = None) -> HTMLResponse:
    site = visitor.site
    over = HISTORY if with_over else None
    return visitor.page(
        "operating/alarms.html",
        status=200 if problem is None else 422,
        rooms=rooms_for(visitor),
        alarms=view_alarms(visitor.actor, site.database, site.settings, over_too=over),
        with_over=with_over,
        may_acknowledge=may(visitor.actor, Action.ACKNOWLEDGE_ALARM),
        detail=problem,
    )
