"""What was given to others, what was refused and why, what they asked, and what they said of our entries."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse

from console.typed import end_of, moment_of
from console.visitors import SignedIn, Visitor
from operations.sharing.log import DisseminationFilter, view_disseminations
from operations.sharing.said import view_heard
from operations.sharing.zones import agency_zone
from schemas.actions import Action
from schemas.errors import InvalidInput
from schemas.permissions import check_permitted
from schemas.plates import canonical_plate

router = APIRouter(prefix="/agreements")
MOST = 1000
Text = Annotated[str, Query(max_length=200)]
Limit = Annotated[int, Query(ge=1, le=MOST)]
Sent = Annotated[str, Form(max_length=200)]
Kind = Literal["all", "stopped", "asked"]


@router.get("/log")
def show(visitor: SignedIn, show: Kind = "all", agreement: Text = "") -> HTMLResponse:
    """Show the log of what passed between agencies, newest first."""
    return _shown(visitor, show, agreement)


@router.post("/log")
def search(
    visitor: SignedIn,
    show: Annotated[Kind, Form()] = "all",
    agreement: Sent = "",
    to: Sent = "",
    plate: Sent = "",
    since: Sent = "",
    until: Sent = "",
    limit: Annotated[int, Form(ge=1, le=MOST)] = 100,
) -> HTMLResponse:
    """Show what of it fits; by POST, so that no plate stands in an address."""
    return _shown(visitor, show, agreement, to, plate, since, until, limit)


def _shown(
    visitor: Visitor,
    show: Kind,
    agreement: str,
    to: str = "",
    plate: str = "",
    since: str = "",
    until: str = "",
    limit: int = 100,
) -> HTMLResponse:
    check_permitted(visitor.actor, Action.VIEW_DISSEMINATIONS)
    typed = {"show": show, "agreement": agreement, "to": to, "plate": plate, "since": since, "until": until}
    rows, detail, zone = [], "", agency_zone(visitor.site.settings)
    try:
        wanted = DisseminationFilter(
            agreement.strip() or None,
            to.strip() or None,
            canonical_plate(plate) if plate.strip() else None,
            moment_of(since, "from", zone),
            end_of(until, "until", zone),
            asked=show == "asked",
            stopped=show == "stopped",
        )
    except InvalidInput as error:
        detail = str(error)
    else:
        rows = list(view_disseminations(visitor.actor, visitor.site.database, wanted, limit + 1))
    return visitor.page(
        "agreements/log.html",
        status=422 if detail else 200,
        rows=rows[:limit],
        more=min(limit * 2, MOST) if len(rows) > limit and limit < MOST else None,
        limit=limit,
        typed=typed,
        detail=detail,
    )


@router.get("/heard")
def heard(visitor: SignedIn, agreement: Text = "", limit: Limit = 100) -> HTMLResponse:
    """Show what other agencies said of their alerts on our entries, and what of it was not taken in."""
    found = view_heard(visitor.actor, visitor.site.database, limit, agreement_id=agreement.strip() or None)
    return visitor.page("agreements/heard.html", found=found, agreement=agreement, limit=limit)
